"""The focus ring: one overlay in a window, around whatever the keyboard is on.

A control says how its corners are rounded with ``ring_radius`` (a number), or paints a place of its own through
``ring_rect() -> QRect`` and a ``ring_moved`` signal; any other widget gets no ring, as a text editor shows its caret.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from desktop.ui.parts import paint
from desktop.ui.theme import Theme, size

_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Hide,
    QEvent.Type.Show,
    QEvent.Type.EnabledChange,
    QEvent.Type.ParentChange,
}
_MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}


class FocusRing(QWidget):
    """Paints 2 px around the control, 2 px away from it, while the keyboard is what moves the focus."""

    # Python forgets an object's own attributes before Qt stops sending it events, so what the filter reads is here too.
    _window: QWidget | None = None
    _target: QWidget | None = None
    _keyboard = False

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._target: QWidget | None = None
        self._followed: list[QObject] = []
        self._keyboard = False
        self._corner = 0.0
        self._box = QRect()
        self._pretends = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("focusRing")
        self.hide()
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._focus_changed)  # pyright: ignore
        if window.windowHandle() is not None:
            window.windowHandle().installEventFilter(self)

    def target(self) -> QWidget | None:
        """The control that has the ring now."""
        return self._target if self.isVisible() else None

    def whole(self) -> bool:
        """Whether nothing cuts it off: neither the edge of the window nor of what scrolls."""
        return self.isVisible() and self.rect() == self._box

    def pretend(self, target: QWidget) -> None:
        """Put the ring around a control that has no focus, for the gallery."""
        self._pretends = True
        self._keyboard = True
        self._follow(target)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._window is None:
            return False
        kind = event.type()
        if watched is self._window and kind == QEvent.Type.Show and self._window.windowHandle() is not None:
            # The keys and clicks of the whole window pass through its handle, which exists from the first show on.
            self._window.windowHandle().installEventFilter(self)
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
            self._set_keyboard(False)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() not in _MODIFIERS:
            self._set_keyboard(True)
        elif kind in _MOVES:
            self.refresh()
        return False

    def refresh(self) -> None:
        """Look again where the control is."""
        target = self._target
        if self._window is None:
            return
        if target is None or not self._keyboard or not target.isVisibleTo(self._window) or not target.isEnabled():
            self.hide()
            return
        if hasattr(target, "ring_rect"):
            area: QRect = target.ring_rect()
        else:
            area = target.rect()
        corner = getattr(target, "ring_radius", None)
        if corner is None or area.isEmpty():
            self.hide()
            return
        reach = size("focusWidth") + size("focusGap")
        self._corner = float(corner)
        box = QRect(target.mapTo(self._window, area.topLeft()), area.size()).adjusted(-reach, -reach, reach, reach)
        seen = box.intersected(self._window_of(target))
        if seen.isEmpty():
            self.hide()
            return
        self._box = box.translated(-seen.topLeft())
        self.setGeometry(seen)
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        reach = size("focusWidth") + size("focusGap")
        corner = self._corner + reach
        paint.box(painter, QRectF(self._box), corner, None, self._theme.color("focusRing"), size("focusWidth"))

    def _set_keyboard(self, keyboard: bool) -> None:
        if keyboard != self._keyboard:
            self._keyboard = keyboard
            self.refresh()

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._window is None or self._pretends:
            return
        if new is not None and new.window() is not self._window:
            new = None
        if new is not None and self._window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self._keyboard = True
        self._follow(new)

    def _follow(self, target: QWidget | None) -> None:
        for followed in self._followed:
            followed.removeEventFilter(self)
        if self._target is not None and hasattr(self._target, "ring_moved"):
            self._target.ring_moved.disconnect(self.refresh)  # pyright: ignore
        self._followed = []
        self._target = target
        widget = target
        # A control moves with whatever it stands in.
        while widget is not None and widget is not self._window:
            widget.installEventFilter(self)
            self._followed.append(widget)
            widget = widget.parentWidget()
        if target is not None and hasattr(target, "ring_moved"):
            target.ring_moved.connect(self.refresh)  # pyright: ignore
        self.refresh()

    def _window_of(self, target: QWidget) -> QRect:
        """The part of the window in which the control can be seen: what scrolls is cut off at its edges."""
        assert self._window is not None
        seen = self._window.rect()
        parent = target.parentWidget()
        while parent is not None and parent is not self._window:
            scroller = parent.parentWidget()
            if isinstance(scroller, QAbstractScrollArea) and scroller.viewport() is parent:
                seen = seen.intersected(QRect(parent.mapTo(self._window, QPoint(0, 0)), parent.size()))
            parent = scroller
        return seen
