"""A dialog that lives inside its window: covers it, keeps the focus, and gives it back when it closes.

Being no window of its own it needs no compositor for its rounded corners and shadow, and no window manager can lose it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget
from shiboken6 import isValid

from desktop.ui.parts import paint
from desktop.ui.theme import Theme


class Overlay(QDialog):
    """Covers ``window`` while it is open. The floating panel is ``panel``, placed by ``place``."""

    # Python forgets an object's own attributes before Qt stops sending it events, so what the filter reads is here too.
    _cover: QWidget | None = None

    def __init__(self, theme: Theme, window: QWidget, name: str, dimmed: bool) -> None:
        super().__init__(window)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.theme = theme
        self._cover = window
        self._dimmed = dimmed
        self._before: QWidget | None = None
        self.closes_outside = not dimmed
        self.corner = 14
        self.setAccessibleName(name)
        self.setObjectName(name.replace(" ", ""))
        self.panel = QWidget(self)
        self.hide()
        window.installEventFilter(self)
        self.finished.connect(self._give_back)

    def appear(self, focus: QWidget) -> None:
        """Open, with the focus on one control."""
        assert self._cover is not None
        before = self._cover.focusWidget()
        if before is not None and not self.isAncestorOf(before):
            self._before = before
        self.setGeometry(self._cover.rect())
        self.place()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Put the panel where it belongs: the middle, a little above."""
        self.panel.adjustSize()
        width, height = self.panel.width(), self.panel.height()
        self.panel.move((self.width() - width) // 2, max(16, (self.height() - height) * 2 // 5))

    def place_at_size(self, width: int, height: int) -> None:
        """Put the panel in the middle at this size, or as much of it as the window has room for."""
        self.panel.setFixedSize(min(width, self.width() - 48), min(height, self.height() - 48))
        self.panel.move((self.width() - self.panel.width()) // 2, (self.height() - self.panel.height()) // 2)

    def dismiss_without_focus(self) -> None:
        """The focus goes elsewhere by what was chosen."""
        self._before = None

    def focusNextPrevChild(self, forward: bool) -> bool:
        if self._cover is None:
            return False
        # Tab goes round within the panel: what lies under it cannot be used now.
        stops = [
            child
            for child in self.panel.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
        ]
        if stops:
            at = self._cover.focusWidget()
            place = stops.index(at) if at in stops else -1
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            stops[(place + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        resized = self._cover is not None and watched is self._cover and event.type() == QEvent.Type.Resize
        if resized and self.isVisible():
            self.setGeometry(self._cover.rect())
            self.place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.closes_outside and not self.panel.geometry().contains(event.position().toPoint()):
            self.reject()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._dimmed:
            painter.fillRect(self.rect(), self.theme.color("scrim"))
        area = QRectF(QRect(self.panel.geometry()))
        paint.shadow(painter, area, self.corner, self.theme, 3)
        paint.box(painter, area, self.corner, self.theme.color("overlay"), self.theme.color("border"))

    def _give_back(self) -> None:
        before, self._before = self._before, None
        if self._cover is None:
            return
        # What had the focus may be gone with what was deleted.
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
