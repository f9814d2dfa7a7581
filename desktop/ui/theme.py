"""Tokens become colours, fonts and the palette. Nothing else in the code names a colour or a font.

``Theme`` knows tokens and Qt's palette; it must not know any widget.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

from desktop import paths


class Choice(StrEnum):
    """What the user chose. What is not known here, from a damaged file or a newer version, is the system's."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls("system")


class Appearance(Choice):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Contrast(Choice):
    SYSTEM = "system"
    HIGH = "high"
    USUAL = "usual"


class Motion(Choice):
    SYSTEM = "system"
    REDUCED = "reduced"
    FULL = "full"


@cache
def tokens() -> dict[str, Any]:
    """The design's values, as ``resources/theme/tokens.json`` holds them."""
    text = (paths.resources() / "theme" / "tokens.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def load_fonts(folder: Path | None = None) -> None:
    """Register the bundled fonts with Qt. A font that is missing is replaced by Qt, so nothing is raised."""
    for file in sorted((folder or paths.resources() / "fonts").iterdir()):
        if file.suffix in {".otf", ".ttf"}:
            QFontDatabase.addApplicationFont(str(file))


@cache
def text_scale() -> float:
    """How much larger than usual the system wants text, from 1 to 2. Asked once, before the app has a font of its own.

    Where the system enlarges everything (most do), Qt does that, and this stays 1.
    """
    points, screen = QGuiApplication.font().pointSizeF(), QGuiApplication.primaryScreen()
    usual_points, usual_dots = USUAL.get(sys.platform, LINUX)
    dots = screen.logicalDotsPerInchY() if screen is not None else usual_dots
    return min(2.0, max(1.0, dots / usual_dots * max(1.0, points / usual_points)))


LINUX = (11.0, 96.0)
USUAL = {"darwin": (13.0, 72.0), "win32": (9.0, 96.0)}
"""Points of the system's font and dots per inch, where nobody asked for more."""


def grown(pixels: float) -> int:
    """A measure of what stands beside text (a switch, a round button, a pane): it grows half as much as that."""
    return round(pixels * (1 + text_scale()) / 2)


def icon_side(pixels: int) -> int:
    """An icon grows a little with the text: into the room that the design leaves around it."""
    return round(pixels * (2 + text_scale()) / 3)


def size(name: str) -> Any:
    """A measure of the design in pixels (``tokens.size``), for instance ``size("sidebar")``. Those of icons are grown
    where they are painted."""
    pixels = tokens()["size"][name]
    if name not in _GROWING:
        return pixels
    return [grown(side) for side in pixels] if isinstance(pixels, list) else grown(pixels)


_GROWING = {"sidebar", "control", "controlSmall", "controlLarge", "row", "tableRow", "listRow", "hitMin", "switch"}


def radius(name: str) -> int:
    return int(tokens()["radius"][name])


class Theme(QObject):
    """Colours and fonts of the current appearance, and the few habits of the user that every view has to know:
    whether things move, whether Enter sends (or else Ctrl+Enter), whether answers say how long they took. What nobody
    chose of the looks is the system's.

    Signals:
        changed: light became dark, contrast high, or the other way round, or a habit is another; repaint and rebuild
            what shows it.
        motion_changed: motion is reduced from now on, or no longer.
    """

    changed = Signal()
    motion_changed = Signal()

    def __init__(self, *choices: Choice) -> None:
        super().__init__()
        self._chosen: dict[type[Choice], Choice] = {kind: kind("system") for kind in (Appearance, Contrast, Motion)}
        self._wants_contrast = self._wants_stillness = False
        self._dark = self._high_contrast = self._reduced_motion = False
        self.enter_sends = True
        self.shows_statistics = True
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self.choose(*choices)

    @property
    def dark(self) -> bool:
        return self._dark

    @property
    def name(self) -> str:
        return "dark" if self._dark else "light"

    @property
    def high_contrast(self) -> bool:
        return self._high_contrast

    @property
    def reduced_motion(self) -> bool:
        return self._reduced_motion

    def chosen(self, kind: type[Choice]) -> Choice:
        """What the user chose of a kind, for instance ``chosen(Contrast)``."""
        return self._chosen[kind]

    def choose(self, *choices: Choice) -> None:
        """Follow the user's choices from now on."""
        self._chosen.update({type(choice): choice for choice in choices})
        self._follow()

    def hear(self, *, high_contrast: bool, reduced_motion: bool) -> None:
        """What the system wants, as far as Qt does not know."""
        self._wants_contrast, self._wants_stillness = high_contrast, reduced_motion
        self._follow()

    def color(self, name: str) -> QColor:
        """A colour by its token name, for instance ``color("accent")``."""
        if self._high_contrast:
            name = _STRONGER.get(name, name)
        return _color(tokens()["color"][self.name][name])

    def hex(self, name: str) -> str:
        """The same for style sheets: ``#rrggbb``, or ``rgba(…)`` where the token has transparency."""
        color = self.color(name)
        if color.alpha() == 255:
            return color.name()
        return f"rgba({color.red()}, {color.green()}, {color.blue()}, {color.alpha()})"

    def syntax(self, kind: str) -> QColor:
        """Colour of a kind of code: keyword, string, number, comment, function, builtin or punctuation."""
        return _color(tokens()["syntax"][self.name][kind])

    def brand(self, name: str) -> QColor:
        return _color(tokens()["brand"][name])

    def avatar(self, text: str) -> tuple[QColor, QColor]:
        """Background and foreground for a publisher's initial, always the same for the same name."""
        pairs = tokens()["avatar"][self.name]
        back, front = pairs[sum(text.encode()) % len(pairs)]
        return _color(back), _color(front)

    def duration(self, name: str) -> int:
        """Milliseconds of a motion token; 0 with reduced motion."""
        return 0 if self._reduced_motion else int(tokens()["motion"][name])

    def palette(self) -> QPalette:
        """For everything that Qt paints itself."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "surface",
            QPalette.ColorRole.WindowText: "textPrimary",
            QPalette.ColorRole.Base: "raised",
            QPalette.ColorRole.AlternateBase: "sunken",
            QPalette.ColorRole.Text: "textPrimary",
            QPalette.ColorRole.PlaceholderText: "textMuted",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.ButtonText: "textPrimary",
            QPalette.ColorRole.Highlight: "selection",
            QPalette.ColorRole.HighlightedText: "onSelection",
            QPalette.ColorRole.Link: "accentText",
            QPalette.ColorRole.LinkVisited: "accentText",
            QPalette.ColorRole.ToolTipBase: "textPrimary",
            QPalette.ColorRole.ToolTipText: "surface",
            QPalette.ColorRole.Accent: "accent",
        }
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        disabled = QPalette.ColorGroup.Disabled
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(disabled, role, self.color("textDisabled"))
        return palette

    def _follow(self) -> None:
        hints = QGuiApplication.styleHints()
        contrast = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        dark = self._is(Appearance.DARK, hints.colorScheme() == Qt.ColorScheme.Dark)
        high_contrast = self._is(Contrast.HIGH, contrast or self._wants_contrast)
        reduced_motion = self._is(Motion.REDUCED, self._wants_stillness)
        if (dark, high_contrast) != (self._dark, self._high_contrast):
            self._dark, self._high_contrast = dark, high_contrast
            self.changed.emit()
        if reduced_motion != self._reduced_motion:
            self._reduced_motion = reduced_motion
            self.motion_changed.emit()

    def _is(self, wish: Choice, systems: bool) -> bool:
        """Whether something is to be so: chosen, or the system's and nothing else chosen."""
        chosen = self._chosen[type(wish)]
        return chosen is wish or (chosen == "system" and systems)


_STRONGER = {
    "border": "textMuted",
    "borderStrong": "textMuted",
    "control": "textMuted",
    "scrollThumb": "textMuted",
    "textDisabled": "textMuted",
    "textMuted": "textSecondary",
    "textSecondary": "textPrimary",
}
"""With high contrast: what separates is seen on every ground, and quiet words are not quiet."""


@cache
def font(role: str) -> QFont:
    """The font of a role of the type scale, for instance ``font("message")``. It grows with the system's text."""
    style = tokens()["type"]["scale"][role]
    result = QFont(tokens()["type"]["family"][style["family"]])
    result.setPixelSize(_enlarged(style["size"]))
    result.setWeight(QFont.Weight(int(style["weight"])))
    if style["tracking"]:
        result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, style["tracking"] * result.pixelSize())
    if style.get("tabular"):
        result.setFeature(QFont.Tag("tnum"), 1)
    if style["family"] == "code":
        result.setFeature(QFont.Tag("liga"), 0)
        result.setFeature(QFont.Tag("calt"), 0)
    return result


def line_height(role: str) -> int:
    """Line height of a role of the type scale in pixels."""
    return _enlarged(tokens()["type"]["scale"][role]["line"])


def _enlarged(pixels: float) -> int:
    return round(pixels * text_scale())


def tabular(base: QFont) -> QFont:
    """The same font with figures of one width, for numbers that change or line up."""
    result = QFont(base)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def _color(value: str) -> QColor:
    # Tokens write transparency last (#RRGGBBAA), Qt writes it first (#AARRGGBB).
    return QColor(f"#{value[7:9]}{value[1:7]}") if len(value) == 9 else QColor(value)
