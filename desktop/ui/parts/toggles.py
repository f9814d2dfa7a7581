"""Switch, radio button, check box and segmented control."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.glow import Glow
from desktop.ui.theme import Theme, font, grown, size

_GAP = 10


class Switch(QCheckBox):
    """On or off, at once. 36 x 20."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._glow = Glow(theme, self)
        self.setAccessibleName(name)
        width, height = size("switch")
        self.setFixedSize(width, height)
        self.ring_radius: float = height / 2
        self.toggled.connect(self._slide)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        share = self._glow.value
        fill = paint.mix(theme.color("control"), theme.color("accent"), share)
        paint.box(painter, self.rect(), self.height() / 2, fill if self.isEnabled() else theme.color("trackOff"))
        knob = QRectF(2 + share * (self.width() - self.height()), 2, self.height() - 4, self.height() - 4)
        paint.box(painter, knob, knob.height() / 2, paint.mix(theme.color("raised"), theme.color("onAccent"), share))

    def _slide(self, on: bool) -> None:
        self._glow.glide(1.0 if on else 0.0)


class Radio(QRadioButton):
    """One of several."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.ring_radius: float = _box() / 2 if not text else 6
        self.setFont(font("body"))

    def sizeHint(self) -> QSize:
        return _captioned(self)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        area = QRectF(0, (self.height() - _box()) / 2, _box(), _box())
        if self.isChecked():
            inset = _box() * 0.3
            paint.box(painter, area, _box() / 2, theme.color("accent"))
            paint.box(painter, area.adjusted(inset, inset, -inset, -inset), _box() / 2, theme.color("onAccent"))
        else:
            paint.box(painter, area, _box() / 2, theme.color("raised"), theme.color("control"), 1.5)
        _caption(painter, self, theme)


class Check(QCheckBox):
    """Yes or no."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.ring_radius: float = 5
        self.setFont(font("body"))

    def sizeHint(self) -> QSize:
        return _captioned(self)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        area = QRectF(0, (self.height() - _box()) / 2, _box(), _box())
        if self.isChecked():
            paint.box(painter, area, 5, theme.color("accent"))
            paint.draw_icon(painter, "check", theme.color("onAccent"), area, 14)
        else:
            paint.box(painter, area, 5, theme.color("raised"), theme.color("control"), 1.5)
        _caption(painter, self, theme)


class Segmented(QWidget):
    """A few choices side by side, one of them on. Arrow keys move within it.

    Signals:
        chosen: the place of the choice that is on now.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, name: str, choices: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(0)
        for place, choice in enumerate(choices):
            segment = _Segment(theme, choice)
            # Several rows of choices on one page have the same words.
            segment.setAccessibleName(tr("{question}: {answer}").format(question=name, answer=choice))
            self._group.addButton(segment, place)
            row.addWidget(segment)
        self._group.idClicked.connect(self.chosen)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.choose(0)

    def choose(self, place: int) -> None:
        """Turn a choice on without saying so."""
        self._group.button(place).setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, self.rect(), 9, self._theme.color("sunken"), self._theme.color("border"))


class _Segment(QAbstractButton):
    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.ring_radius: float = 6
        self.setText(text)
        self.setCheckable(True)
        # One of several, to a screen reader too.
        self.setAutoExclusive(True)
        self.setFont(medium("label"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 30
        return QSize(width, paint.tall(size("controlSmall"), "label", 6))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if self.isChecked():
            paint.box(painter, self.rect(), 6, theme.color("raised"), theme.color("borderStrong"))
        ink = theme.color("textPrimary" if self.isChecked() or self.underMouse() else "textSecondary")
        paint.draw_text(
            painter, self.rect().toRectF(), self.text(), self.font(), ink, Qt.AlignmentFlag.AlignHCenter, elide=False
        )


def _box() -> int:
    """Side of the box before a caption."""
    return grown(18)


def _captioned(button: QAbstractButton) -> QSize:
    text = QFontMetrics(button.font()).horizontalAdvance(button.text())
    return QSize(_box() + (_GAP + text if text else 0), paint.tall(_box(), "body", 4) if text else _box())


def _caption(painter: QPainter, button: QAbstractButton, theme: Theme) -> None:
    if button.text():
        words = QRectF(_box() + _GAP, 0, button.width() - _box() - _GAP, button.height())
        ink = theme.color("textPrimary" if button.isEnabled() else "textDisabled")
        paint.draw_text(painter, words, button.text(), button.font(), ink)
