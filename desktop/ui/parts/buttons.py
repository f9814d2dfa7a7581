"""Buttons: primary, standard, quiet and danger, the icon button, and the round send button.

They are painted, so that rest, hover, pressed and disabled are exactly the design's in both themes. They must not know
what they are for.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.glow import Glow
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme, radius, size


class Kind(StrEnum):
    """How much a button asks for attention. A screen has one primary button."""

    PRIMARY = "primary"
    STANDARD = "standard"
    QUIET = "quiet"
    DANGER = "danger"


class Scale(StrEnum):
    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"


class Look(StrEnum):
    """A state to be shown without being in it, for the gallery."""

    HOVER = "hover"
    PRESSED = "pressed"


# Rest, hover and pressed of each kind, as colour tokens; an empty name paints nothing.
_FILLS = {
    Kind.PRIMARY: ("accent", "accentHover", "accentPressed"),
    Kind.STANDARD: ("raised", "raisedHover", "raisedPressed"),
    Kind.QUIET: ("", "surfaceHover", "surfacePressed"),
    Kind.DANGER: ("danger", "dangerHover", "dangerPressed"),
}
_INKS = {
    Kind.PRIMARY: "onAccent",
    Kind.STANDARD: "textPrimary",
    Kind.QUIET: "textSecondary",
    Kind.DANGER: "onDanger",
}
# Height token, padding at the sides, corner, gap to the icon, icon.
_SHAPES = {
    Scale.SMALL: ("controlSmall", 10, 6, 6, 14),
    Scale.NORMAL: ("control", 14, 8, 8, 16),
    Scale.LARGE: ("controlLarge", 20, 10, 10, 18),
}


class Pressable(QPushButton):
    """What every painted button shares: the glide to hover, Enter as well as Space, and a radius for the focus ring."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        # With a text among the arguments Qt's bindings look whether it is an icon, and make that class at the start.
        super().__init__(parent)
        self.setText(text)
        self._theme = theme
        self._glow = Glow(theme, self)
        self._pretended: Look | None = None
        self.ring_radius: float = radius("md")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)

    def pretend(self, look: Look | None) -> None:
        """Show a state for the gallery."""
        self._pretended = look
        self._glow.jump(1.0 if look else 0.0)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._glow.glide(1.0)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._pretended is None:
            self._glow.glide(0.0)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Qt presses a button with Enter inside dialogs only.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def pressed_look(self) -> bool:
        return self._pretended is Look.PRESSED or (self._pretended is None and self.isDown())

    def fill(self, rest: str, hover: str, pressed: str) -> QColor:
        """The colour of this moment between the three tokens."""
        if self.pressed_look():
            return self._theme.color(pressed)
        start = self._theme.color(rest) if rest else QColor(0, 0, 0, 0)
        return paint.mix(start, self._theme.color(hover), self._glow.value)


class Button(Pressable):
    """A button with words, and an icon before them if it is given one."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        kind: Kind = Kind.STANDARD,
        scale: Scale = Scale.NORMAL,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, text, parent)
        self.kind = kind
        self._scale = scale
        self._icon_name = icon_name
        self._left = False
        self._ink = ""
        _, _, corner, _, _ = _SHAPES[scale]
        self.ring_radius = corner
        self.setFont(self._font())
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: Kind) -> None:
        self.kind = kind
        self.update()

    def set_icon_name(self, name: str) -> None:
        self._icon_name = name
        self.updateGeometry()
        self.update()

    def set_ink(self, color: str) -> None:
        """Words and icon in another colour token than the kind's."""
        self._ink = color
        self.update()

    def sizeHint(self) -> QSize:
        height, padding, _, gap, icon = _SHAPES[self._scale]
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 2 * padding + 2
        if self._icon_name:
            width += icon + gap
        return QSize(width, paint.tall(size(height), "body" if self._scale is not Scale.SMALL else "label", 8))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        _, padding, corner, gap, icon = _SHAPES[self._scale]
        border: QColor | None = None
        if not self.isEnabled():
            ink = theme.color("textDisabled")
            fill = None if self.kind is Kind.QUIET else theme.color("sunken")
            border = None if self.kind is Kind.QUIET else theme.color("border")
        else:
            ink = theme.color(self._ink or _INKS[self.kind])
            fill = self.fill(*_FILLS[self.kind])
            if self.kind is Kind.STANDARD:
                border = theme.color("borderStrong")
        paint.box(painter, self.rect(), corner, fill, border)
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self.text()) + (icon + gap if self._icon_name else 0)
        left = padding if self._left else max(padding / 2, (self.width() - width) / 2)
        if self._icon_name:
            paint.draw_icon(painter, self._icon_name, ink, QRectF(left, 0, icon, self.height()), icon)
            left += icon + gap
        words = QRectF(left, 0, self.width() - left - padding / 2, self.height())
        paint.draw_text(painter, words, self.text(), self.font(), ink)

    def _font(self) -> QFont:
        return medium({Scale.SMALL: "label", Scale.NORMAL: "body", Scale.LARGE: "message"}[self._scale])


class IconButton(Pressable):
    """A square button with an icon, which always has a tooltip and an accessible name."""

    def __init__(
        self,
        theme: Theme,
        icon_name: str,
        name: str,
        keys: str = "",
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", parent)
        self._icon_name = icon_name
        self._side = 28 if small else 32
        self._icon = size("iconInline") if small else size("iconButton")
        self.ring_radius = radius("sm") if small else radius("md")
        self.hover_fill = ("surfaceHover", "surfacePressed")
        self.setFixedSize(self._side, self._side)
        self.set_name(name, keys)

    def set_name(self, name: str, keys: str = "") -> None:
        """What it does, and the keys that do the same."""
        self.setAccessibleName(name)
        set_tooltip(self, f"{name}  {keys}" if keys else name)

    def set_icon_name(self, name: str) -> None:
        self._icon_name = name
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if not self.isEnabled():
            ink = theme.color("control")
        elif self.isCheckable() and self.isChecked():
            paint.box(painter, self.rect(), self.ring_radius, theme.color("accentSoft"))
            ink = theme.color("onAccentSoft")
        else:
            paint.box(painter, self.rect(), self.ring_radius, self.fill("", *self.hover_fill))
            share = 1.0 if self.pressed_look() else self._glow.value
            ink = paint.mix(theme.color("textSecondary"), theme.color("textPrimary"), share)
        paint.draw_icon(painter, self._icon_name, ink, self.rect().toRectF(), self._icon)


class Link(Pressable):
    """Words that can be pressed, at the left edge of what they stand under."""

    def __init__(self, theme: Theme, text: str, role: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(theme, text, parent)
        self.ring_radius = radius("xs")
        self.setFont(medium(role))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + 1, paint.tall(size("hitMin"), "small", 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = self._theme.color("accentText")
        painter = QPainter(self)
        paint.draw_text(painter, self.rect().toRectF(), self.text(), self.font(), ink, elide=False)
        if self._glow.value:
            ink.setAlphaF(self._glow.value)
            below = self.height() / 2 + QFontMetrics(self.font()).ascent() / 2
            paint.fill(painter, QRectF(0, below, self.width(), 1), ink)


class SendState(StrEnum):
    EMPTY = "empty"
    READY = "ready"
    ANSWERING = "answering"


class SendButton(Pressable):
    """The round button of the composer. While the model answers, the same place stops it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        side = size("control")
        self.setFixedSize(side, side)
        self.ring_radius = side / 2
        self._state = SendState.EMPTY
        self.set_state(SendState.EMPTY)

    def state(self) -> SendState:
        return self._state

    def set_state(self, state: SendState) -> None:
        self._state = state
        stops = state is SendState.ANSWERING
        self.setAccessibleName(tr("Stop") if stops else tr("Send"))
        set_tooltip(self, tr("Stop  Esc") if stops else tr("Send  Enter"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        whole = self.rect().toRectF()
        round_corner = whole.height() / 2
        if self._state is SendState.ANSWERING:
            paint.box(painter, whole, round_corner, theme.color("textPrimary"))
            side = 12.0
            square = QRectF((whole.width() - side) / 2, (whole.height() - side) / 2, side, side)
            paint.box(painter, square, 2.5, theme.color("surface"))
            return
        if self._state is SendState.READY and self.isEnabled():
            fill, ink = self.fill("accent", "accentHover", "accentPressed"), theme.color("onAccent")
        else:
            fill, ink = theme.color("trackOff"), theme.color("textSecondary")
        paint.box(painter, whole, round_corner, fill)
        paint.draw_icon(painter, "arrow-up", ink, whole, size("iconButton"))
