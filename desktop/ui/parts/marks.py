"""Small things that tell: chip, badge, key cap, status dot, arch tile, rule, card."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import medium, strong
from desktop.ui.theme import Theme, radius


class Tone(StrEnum):
    """What a badge says, beside its words."""

    PLAIN = "plain"
    LINE = "line"
    ACCENT = "accent"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


# Ground and ink of each tone.
_TONES = {
    Tone.PLAIN: ("sunken", "textSecondary"),
    Tone.LINE: ("", "textSecondary"),
    Tone.ACCENT: ("accentSoft", "onAccentSoft"),
    Tone.GOOD: ("successSoft", "onSuccessSoft"),
    Tone.WARNING: ("warningSoft", "onWarningSoft"),
    Tone.BAD: ("dangerSoft", "onDangerSoft"),
}


class Chip(Pressable):
    """A filter that is on or off, or opens a menu."""

    def __init__(
        self, theme: Theme, text: str, icon_name: str = "", opens_menu: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, text, parent)
        self._icon_name = icon_name
        self._opens_menu = opens_menu
        self.setFont(medium("label"))
        self.setCheckable(not opens_menu)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.ring_radius = self.sizeHint().height() / 2

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 26
        width += 22 if self._icon_name or self.isChecked() else 0
        width += 20 if self._opens_menu else 0
        return QSize(width, paint.tall(32, "label", 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        on = self.isChecked()
        if on:
            fill, border, ink = theme.color("accentSoft"), theme.color("accent"), theme.color("onAccentSoft")
        else:
            fill = self.fill("raised", "raisedHover", "raisedPressed")
            border, ink = theme.color("borderStrong"), theme.color("textSecondary")
        paint.box(painter, self.rect(), self.height() / 2, fill, border)
        left = 13.0
        icon_name = "check" if on else self._icon_name
        if icon_name:
            paint.draw_icon(painter, icon_name, ink, QRectF(left, 0, 16, self.height()), 16)
            left += 22
        words = QRectF(left, 0, self.width() - left - 10, self.height())
        paint.draw_text(painter, words, self.text(), self.font(), ink, elide=False)
        if self._opens_menu:
            place = QRectF(self.width() - 27, 0, 14, self.height())
            paint.draw_icon(painter, "chevron-down", ink, place, 14)


def badge_size(text: str, icon_name: str = "") -> QSize:
    """How large a badge with this text is."""
    width = QFontMetrics(medium("small")).horizontalAdvance(text) + 18 + (19 if icon_name else 0)
    return QSize(width, paint.tall(22, "small", 6))


def draw_badge(
    painter: QPainter, theme: Theme, place: QRectF, text: str, tone: Tone = Tone.PLAIN, icon_name: str = ""
) -> None:
    """A word in a coloured box, with an icon where the colour means something."""
    ground, ink_name = _TONES[tone]
    ink = theme.color(ink_name)
    border = theme.color("border") if tone in (Tone.PLAIN, Tone.LINE) else None
    paint.box(painter, place, radius("sm"), theme.color(ground) if ground else None, border)
    left = place.left() + 9
    if icon_name:
        paint.draw_icon(painter, icon_name, ink, QRectF(left, place.top(), 14, place.height()), 14)
        left += 19
    words = QRectF(left, place.top(), place.right() - left, place.height())
    paint.draw_text(painter, words, text, medium("small"), ink, elide=False)


class Badge(QWidget):
    """A word in a coloured box, with an icon where the colour means something."""

    def __init__(self, theme: Theme, text: str, tone: Tone = Tone.PLAIN, icon_name: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._looks = (text, tone, icon_name)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_looks(self, text: str, tone: Tone, icon_name: str = "") -> None:
        """Say something else."""
        self._looks = (text, tone, icon_name)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        text, _, icon_name = self._looks
        return badge_size(text, icon_name)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_badge(QPainter(self), self._theme, QRectF(self.rect()), *self._looks)


def key_cap_width(text: str) -> int:
    return QFontMetrics(medium("small")).horizontalAdvance(text) + 12


def draw_key_cap(
    painter: QPainter, theme: Theme, right: float, middle: float, text: str, on_wall: bool = False
) -> QRectF:
    """The keys of a command in a small box that ends at ``right``; returns the box."""
    width = key_cap_width(text)
    height = paint.tall(18, "small", 2)
    place = QRectF(right - width, middle - height / 2, width, height)
    fill = None if on_wall else theme.color("sunken")
    border = theme.color("borderStrong" if on_wall else "border")
    paint.box(painter, place, radius("xs"), fill, border)
    centre = Qt.AlignmentFlag.AlignHCenter
    paint.draw_text(painter, place, text, medium("small"), theme.color("textMuted"), centre, elide=False)
    return place


class KeyCap(QWidget):
    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._text = text
        self.setFixedSize(key_cap_width(text), paint.tall(18, "small", 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_key_cap(QPainter(self), self._theme, self.width(), self.height() / 2, self._text)


class Dot(QWidget):
    """A status in one colour token. The word beside it says the same."""

    def __init__(self, theme: Theme, color: str) -> None:
        super().__init__()
        self._theme = theme
        self._color = color
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.box(QPainter(self), self.rect(), 4, self._theme.color(self._color))


def initial(name: str) -> str:
    """The letter for a name's tile."""
    return next((letter.upper() for letter in name if letter.isalnum()), "?")


def draw_avatar(painter: QPainter, theme: Theme, place: QRectF, name: str, dim: bool = False) -> None:
    """An arch with the first letter of a name, in colours that are always the same for that name."""
    ground, ink = theme.avatar(name)
    if dim:
        ground, ink = theme.color("sunken"), theme.color("textDisabled")
    paint.arch_tile(painter, place, ground)
    letters = QFont(strong("title"))
    letters.setPixelSize(max(12, round(place.width() * 0.4)))
    centre = Qt.AlignmentFlag.AlignHCenter
    paint.draw_text(painter, place, initial(name), letters, ink, centre, elide=False)


class Avatar(QWidget):
    """An arch tile with a letter."""

    def __init__(self, theme: Theme, name: str, width: int = 34, height: int = 39) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self.setFixedSize(width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_avatar(QPainter(self), self._theme, self.rect().toRectF(), self._name)


class ArchTile(QWidget):
    """An arch tile with an icon: the sign of a notice."""

    def __init__(self, theme: Theme, icon_name: str, ground: str, ink: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._looks = (icon_name, ground, ink)
        self.setFixedSize(44, 50)

    def set_looks(self, icon_name: str, ground: str, ink: str) -> None:
        self._looks = (icon_name, ground, ink)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        icon_name, ground, ink = self._looks
        painter = QPainter(self)
        paint.arch_tile(painter, self.rect().toRectF(), self._theme.color(ground), 9)
        paint.draw_icon(painter, icon_name, self._theme.color(ink), self.rect().toRectF(), 22)


class Rule(QWidget):
    """A line of one pixel."""

    def __init__(self, theme: Theme, indent: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._indent = indent
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill(painter, self.rect().adjusted(self._indent, 0, 0, 0), self._theme.color("border"))


class Panel(QFrame):
    """A rounded ground with a border, in colour tokens."""

    def __init__(
        self,
        theme: Theme,
        fill: str = "raised",
        corner: float = 12,
        border: str = "border",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fill = fill
        self._corner = corner
        self._border = border

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        paint.box(QPainter(self), self.rect(), self._corner, theme.color(self._fill), theme.color(self._border))
