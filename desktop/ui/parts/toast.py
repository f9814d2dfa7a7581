"""A short message that comes up over the room, with one way to take it back, and goes by itself.

It is announced to screen readers, can be reached with the keyboard, and waits while the mouse or the focus is on it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QEnterEvent,
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QWidget
from shiboken6 import isValid

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme

STAYS_MS = 6000
_SLIDE = 8
_WIDEST = 560


class Toast(QWidget):
    """The one toast of a window. ``anchor`` is the area it is centred in; it floats ``lift`` above its lower edge."""

    # Python forgets an object's own attributes before Qt stops sending it events, so what the filter reads is here too.
    _anchor: QWidget | None = None
    button: _Link | None = None

    def __init__(self, theme: Theme, window: QWidget, anchor: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._anchor = anchor
        self.lift = 12
        self._undo: Callable[[], None] | None = None
        self._reached = False
        self._before: QWidget | None = None
        self._icon_name = "check"
        self.setObjectName("toast")
        self._label = Label(theme, "", "body", "surface")
        self.button = _Link(theme)
        self.button.setObjectName("toastAction")
        self.button.clicked.connect(self._press)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(40, 0, 14, 0)
        self._row.setSpacing(10)
        self._row.addWidget(self._label, 1, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._leave)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setOpacity(1.0)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.finished.connect(self._faded)
        self._slide = QPropertyAnimation(self, b"pos", self)
        for animation in (self._fade, self._slide):
            animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        anchor.installEventFilter(self)
        self.button.installEventFilter(self)
        self.hide()

    def tell(self, text: str, action: str = "", undo: Callable[[], None] | None = None, warning: bool = False) -> None:
        """Show a message; ``undo`` is called if its button is pressed. A toast that is still there is replaced."""
        self._undo = undo
        self._reached = False
        self._icon_name = "triangle-alert" if warning else "check"
        self._label.setText(text)
        # Measured by the font: the hint of a label that wraps already is narrower than its words.
        self._label.setWordWrap(self._label.fontMetrics().horizontalAdvance(text) > self._widest())
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        end = self.pos()
        self._run(0.0, 1.0)
        self._slide.stop()
        self._slide.setDuration(self._theme.duration("slow"))
        self._slide.setStartValue(end + QPoint(0, _SLIDE))
        self._slide.setEndValue(end)
        self._slide.start()
        # A sentence needs longer than two words.
        self._timer.start(STAYS_MS + 40 * max(0, len(text) - 60))
        announcement = QAccessibleAnnouncementEvent(self, f"{text}. {action}" if action else text)
        QAccessible.updateAccessibility(announcement)

    def take_focus(self) -> bool:
        """Put the keyboard on the button, once for each message; False if there is none, or it has been there."""
        if self.isHidden() or self.button is None or self.button.isHidden() or self._reached:
            return False
        self._reached = True
        self._before = self.window().focusWidget()
        self.button.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def text(self) -> str:
        return self._label.text()

    def dismiss(self) -> None:
        self._timer.stop()
        self._go()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(STAYS_MS // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._anchor is None or self.button is None:
            return False
        kind = event.type()
        if watched is self._anchor and kind in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._slide.stop()
            self._place()
        elif watched is self.button and kind == QEvent.Type.FocusIn:
            self._timer.stop()
        elif watched is self.button and kind == QEvent.Type.FocusOut and self.isVisible():
            self._timer.start(STAYS_MS // 2)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint.box(painter, self.rect(), 10, theme.color("textPrimary"))
        paint.draw_icon(painter, self._icon_name, theme.color("surface"), QRectF(14, 0, 16, self.height()), 16)

    def _place(self) -> None:
        wraps = self._label.wordWrap()
        buttons = self.button.sizeHint().width() + 10 if not self.button.isHidden() else 0
        room = self._anchor.width() - 48
        if wraps:
            words = min(self._widest(), room - 54 - buttons)
            width, height = words + 54 + buttons, self._label.heightForWidth(words) + 24
        else:
            width, height = self._label.sizeHint().width() + 54 + buttons, paint.tall(44, "body", 16)
        self.resize(width, height)
        middle = self._anchor.mapTo(self.window(), QPoint(self._anchor.width() // 2, self._anchor.height()))
        self.move(middle.x() - width // 2, middle.y() - height - self.lift)

    def _widest(self) -> int:
        """How wide a line may be."""
        return max(120, min(_WIDEST, self._anchor.width() - 120)) if self._anchor is not None else _WIDEST

    def _press(self) -> None:
        undo, self._undo = self._undo, None
        self.dismiss()
        if undo is not None:
            undo()

    def _leave(self) -> None:
        self._run(self._effect.opacity(), 0.0)

    def _run(self, start: float, end: float) -> None:
        self._fade.stop()
        self._fade.setDuration(self._theme.duration("slow"))
        self._fade.setStartValue(start)
        self._fade.setEndValue(end)
        self._fade.start()

    def _faded(self) -> None:
        if self._fade.endValue() == 0.0:
            self._go()

    def _go(self) -> None:
        before, self._before = self._before, None
        if before is not None and self.button is not None and self.button.hasFocus() and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()


class _Link(Pressable):
    """The toast's button: underlined words on the dark ground."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        underlined = QFont(medium("label"))
        underlined.setUnderline(True)
        self.setFont(underlined)
        self.ring_radius = 6

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        hint.setWidth(self.fontMetrics().horizontalAdvance(self.text()) + 20)
        hint.setHeight(paint.tall(28, "label", 6))
        return hint

    def paintEvent(self, event: QPaintEvent) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        ink = self._theme.color("surface")
        paint.draw_text(QPainter(self), self.rect().toRectF(), self.text(), self.font(), ink, centre, elide=False)
