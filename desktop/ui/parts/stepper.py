"""A number with a button at either side. What can be typed, keys and screen readers are QSpinBox's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QSpinBox

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.fonts import medium
from desktop.ui.theme import Theme, radius, size, tabular

_SIDE = 35
"""A button of 28 with 3 at either side, and the border."""

Step = Callable[[int, int], int]
"""The value that so many steps lead to from a value."""


def by_ones(value: int, steps: int) -> int:
    return value + steps


class Stepper(QSpinBox):
    """A number between ``least`` and ``most``. ``zero`` is the word for 0, where that stands for something."""

    def __init__(self, theme: Theme, name: str, least: int, most: int, zero: str = "", step: Step = by_ones) -> None:
        super().__init__()
        self._theme = theme
        self._step = step
        self.ring_radius: float = radius("md")
        self.setAccessibleName(name)
        self.setRange(least, most)
        if zero:
            self.setSpecialValueText(zero)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFrame(False)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(tabular(medium("body")))
        # Half a number that is still being typed is no choice.
        self.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line = self.lineEdit()
        # The keyboard and a screen reader have to do with the whole of it, not with the line within.
        line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # After the line's, which sets its proxy's too.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line.setAccessibleName(name)
        line.setFont(self.font())
        self.less = self._button("minus", tr("{name}: less").format(name=name), -1)
        self.more = self._button("plus", tr("{name}: more").format(name=name), 1)
        self.valueChanged.connect(self._look)

    def show_value(self, value: int) -> None:
        """Show another value; nothing is sent, and what is being typed is left alone."""
        if value == self.value():
            return
        blocked = self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(blocked)
        # The buttons know what more is possible; a signal that is held back does not tell them.
        self._look()

    def stepBy(self, steps: int) -> None:
        self.setValue(self._step(self.value(), steps))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        words = (str(self.maximum()), self.specialValueText())
        widest = max(metrics.horizontalAdvance(word) for word in words)
        return QSize(max(24, widest + 8) + 2 * _SIDE, paint.tall(size("control"), "body", 8))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lineEdit().setGeometry(QRect(_SIDE, 1, self.width() - 2 * _SIDE, self.height() - 2))
        top = (self.height() - self.less.height()) // 2
        self.less.move(4, top)
        self.more.move(self.width() - 4 - self.more.width(), top)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        on = self.isEnabled()
        fill, border = ("raised", "borderStrong") if on else ("sunken", "border")
        paint.box(QPainter(self), self.rect(), radius("md"), theme.color(fill), theme.color(border))

    def _button(self, icon_name: str, name: str, steps: int) -> IconButton:
        button = IconButton(self._theme, icon_name, name, small=True, parent=self)
        button.setObjectName(f"stepper-{icon_name}")
        # The keyboard has its arrow keys.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self.stepBy(steps))
        return button

    def _look(self) -> None:
        self.less.setEnabled(self.value() > self.minimum())
        self.more.setEnabled(self.value() < self.maximum())
