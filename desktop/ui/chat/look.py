"""Fonts, colours and character formats of a message, worked out once from the theme. Painters ask here, never a token.

There are three looks: an answer, the model's thoughts (smaller and muted), and the user's own words.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat

from desktop.ui import theme as themes
from desktop.ui.chat import formulas
from desktop.ui.chat.spec import Role, Style
from desktop.ui.theme import Theme

CODE_PADDING = 5.0
"""Left and right of inline code."""

_FORMULA = 1.12
"""The small letters of the formulas' font are as high as those of the text at this size."""


class Voice(Enum):
    """Whose words they are."""

    REPLY = "textPrimary"
    THOUGHT = "textMuted"
    USER = "onBubbleUser"


class Look:
    """What the leaves of one message are painted with. Make a new one when the theme changes."""

    def __init__(self, theme: Theme, voice: Voice = Voice.REPLY) -> None:
        self.theme = theme
        self.voice = voice
        self.ink = theme.color(voice.value)
        self.quote_ink = self.ink if voice is Voice.THOUGHT else theme.color("textSecondary")
        self.muted = theme.color("textMuted")
        self.selection = theme.color("selection")
        self.on_selection = theme.color("onSelection")
        self.inline_code = theme.color("inlineCode")
        self.formulas = formulas.shared()
        self.base = themes.font("body" if voice is Voice.THOUGHT else "message")
        self.line = themes.line_height("message")
        if voice is Voice.THOUGHT:
            self.line -= 2
        self._formats: dict[tuple[Role | None, Style, float], QTextCharFormat] = {}
        self._selected = QTextCharFormat()
        self._selected.setForeground(self.on_selection)
        self._hovered = QTextCharFormat()
        self._hovered.setFontUnderline(True)

    def font(self, role: Role | None) -> QFont:
        """The font of a text leaf; None is a cell of a table."""
        match role:
            case None:
                return themes.font("body")
            case Role.H1:
                return themes.font("title")
            case Role.H2:
                return themes.font("heading")
            case Role.H3:
                font = QFont(self.base)
                font.setWeight(QFont.Weight.DemiBold)
                return font
            case Role.H4 | Role.H5 | Role.H6:
                return themes.font("bodyStrong")
            case _:
                return self.base

    def line_height(self, role: Role | None) -> int:
        match role:
            case None:
                return themes.line_height("body")
            case Role.H1:
                return themes.line_height("title")
            case Role.H2:
                return themes.line_height("heading")
            case Role.H4 | Role.H5 | Role.H6:
                return themes.line_height("bodyStrong")
            case _:
                return self.line

    def formula_size(self, font: QFont) -> float:
        """Size of the formulas beside text in ``font``, in pixels."""
        return font.pixelSize() * _FORMULA

    def format(self, role: Role | None, style: Style, spacing: float = 0.0) -> QTextCharFormat:
        """Format of a stretch of text; ``spacing`` is room after each of its characters."""
        key = (role, style, spacing)
        found = self._formats.get(key)
        if found is None:
            found = self._formats[key] = self._make(role, style, spacing)
        return found

    @property
    def selected(self) -> QTextCharFormat:
        return self._selected

    @property
    def hovered(self) -> QTextCharFormat:
        return self._hovered

    def syntax(self, kind: str) -> QColor:
        return self.theme.syntax(kind)

    def _make(self, role: Role | None, style: Style, spacing: float) -> QTextCharFormat:
        font = QFont(self.font(role))
        if style.code:
            code = themes.font("code")
            font.setFamilies(code.families())
            font.setPixelSize(code.pixelSize() if role in (Role.PARAGRAPH, Role.HTML) else font.pixelSize() - 1)
            font.setFeature(QFont.Tag("liga"), 0)
            font.setFeature(QFont.Tag("calt"), 0)
        if style.strong:
            font.setWeight(QFont.Weight.Bold)
        if style.emphasis:
            font.setItalic(True)
        if style.strike:
            font.setStrikeOut(True)
        if spacing:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, font.letterSpacing() + spacing)
        result = QTextCharFormat()
        result.setFont(font)
        if style.href:
            result.setForeground(self.theme.color("accentText"))
        elif style.quiet:
            result.setForeground(self.muted)
        return result


def metrics(font: QFont) -> QFontMetricsF:
    return QFontMetricsF(font)
