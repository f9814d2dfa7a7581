"""Buttons of the chat, painted from the theme: icons, words, and both. No style sheets, because a long chat has many.

Each has an accessible name and a tooltip that cannot be read as rich text.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.ui import theme as themes
from desktop.ui.parts import paint
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme


class Tone(Enum):
    """How a button with words looks."""

    PRIMARY = "primary"
    STANDARD = "standard"
    QUIET = "quiet"


class ChatButton(QAbstractButton):
    """What the buttons share: hover, the radius of the focus ring, accessible name."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hover = False
        self.ring_radius = 8.0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.describe(name)

    def describe(self, name: str) -> None:
        """Accessible name and tooltip."""
        self.setAccessibleName(name)
        set_tooltip(self, name)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self.update()
        super().leaveEvent(event)

    def _fill(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        """The background of a quiet button."""
        if self.isDown():
            color = self._theme.color("surfacePressed")
        elif self._hover and self.isEnabled():
            color = self._theme.color("surfaceHover")
        else:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(rect, radius, radius)


class IconButton(ChatButton):
    """An icon without words."""

    def __init__(
        self, theme: Theme, icon: str, name: str, parent: QWidget | None = None, *, width: int = 32, height: int = 32
    ) -> None:
        super().__init__(theme, name, parent)
        self._icon = icon
        self.setFixedSize(width, height)

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._fill(painter, QRectF(self.rect()), 8)
        role = "textDisabled" if not self.isEnabled() else ("textPrimary" if self._hover else "textMuted")
        if not self.isEnabled():
            painter.setOpacity(0.5)
        draw_icon(painter, self._icon, self._theme.color(role).name(), QRectF(self.rect()), 16)


class WordButton(ChatButton):
    """Words, with an icon before them if wanted."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.STANDARD,
        icon: str = "",
        height: int = 36,
        font: QFont | None = None,
        side: int = 14,
        icon_size: int = 16,
    ) -> None:
        super().__init__(theme, text, parent)
        self._tone = tone
        self._icon = icon
        self._icon_size = icon_size
        self._side = side
        self._gap = 8 if height >= 32 else 6
        self._font = font or _medium(themes.font("body"))
        self.setFixedHeight(paint.tall(height, "body" if height >= 32 else "small", 8))
        self.setText(text)
        self.setToolTip("")

    def set_words(self, text: str, icon: str = "") -> None:
        """Other words; the accessible name follows."""
        self._icon = icon or self._icon
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._font).horizontalAdvance(self.text()) + 2 * self._side + (2 if self._gap == 8 else 1)
        return QSize(width + (self._icon_size + self._gap if self._icon else 0), self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        ink = self._background(painter, rect)
        left = rect.left() + self._side + (1 if self._gap == 8 else 0)
        if self._icon:
            box = QRectF(left, 0, self._icon_size, rect.height())
            draw_icon(painter, self._icon, ink, box, self._icon_size)
            left += self._icon_size + self._gap
        painter.setFont(self._font)
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(left, 0, rect.width(), rect.height()), Qt.AlignmentFlag.AlignVCenter, self.text())

    def _background(self, painter: QPainter, rect: QRectF) -> str:
        theme = self._theme
        state = "Pressed" if self.isDown() else ("Hover" if self._hover else "")
        if self._tone is Tone.QUIET:
            self._fill(painter, rect, 6)
            return theme.color("textSecondary").name()
        if self._tone is Tone.PRIMARY:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"accent{state}"))
            painter.drawRoundedRect(rect, 8, 8)
            return theme.color("onAccent").name()
        painter.setPen(QPen(theme.color("borderStrong"), 1))
        painter.setBrush(theme.color(f"raised{state}"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        return theme.color("textPrimary").name()


def draw_icon(painter: QPainter, name: str, color: str, box: QRectF, size: int) -> None:
    """An icon in the middle of a box."""
    paint.draw_icon(painter, name, QColor(color), box, size)


def _medium(font: QFont) -> QFont:
    result = QFont(font)
    result.setWeight(QFont.Weight.Medium)
    return result


def small_medium() -> QFont:
    """Inter 12/500."""
    return _medium(themes.font("small"))
