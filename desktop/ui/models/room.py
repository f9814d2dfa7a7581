"""The room of the models: a head with a switch between its pages and what the open page adds to it, the page below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Rule
from desktop.ui.parts.toggles import Segmented
from desktop.ui.theme import Theme, radius, size


class Entry(NamedTuple):
    """A page. ``actions`` stands at the right of the head while it is open; a ``refresh`` of the page is called when it
    is shown."""

    key: str
    name: str
    page: QWidget
    actions: QWidget


class ModelsRoom(QWidget):
    """Signals:
    closed: back to the chats.
    sidebar_requested: as in the chats' header.
    """

    closed = Signal()
    sidebar_requested = Signal()

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries = entries
        self.setObjectName("modelsRoom")
        self.setAccessibleName("Models")
        self.sidebar = IconButton(theme, "panel-left", "Open the sidebar")
        self.sidebar.clicked.connect(self.sidebar_requested)
        self.sidebar.hide()
        self.closer = IconButton(theme, "x", "Close the models", "Esc")
        self.closer.setObjectName("closeModels")
        self.closer.clicked.connect(self.closed)
        self.switch = Segmented(theme, "Which models", [entry.name for entry in entries])
        self.switch.chosen.connect(self._open)
        self._stack, self._actions = QStackedWidget(), QStackedWidget()
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 16, 0)
        head.setSpacing(12)
        head.addWidget(self.sidebar)
        head.addWidget(Label(theme, "Models", "title"))
        head.addSpacing(20)
        head.addWidget(self.switch)
        head.addStretch(1)
        head.addWidget(self.closer)
        self._head, self._below = head, QHBoxLayout()
        self._below.setContentsMargins(24, 0, 16, 10)
        self._is_below: bool | None = None
        for entry in entries:
            self._stack.addWidget(entry.page)
            self._actions.addWidget(entry.actions)
        holder = QWidget()
        holder.setFixedHeight(max(size("roomHeader"), paint.tall(size("control"), "body", 8) + 20))
        holder.setLayout(head)
        # Shown only when it has a place: without one it would be a window.
        self.switch.setVisible(len(entries) > 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(holder)
        column.addLayout(self._below)
        column.addWidget(Rule(theme))
        column.addWidget(self._stack, 1)

    def open(self, key: str = "") -> None:
        """Show a page (the one that was open, without a name), read anew."""
        place = next((place for place, entry in enumerate(self._entries) if entry.key == key), None)
        self._open(self._stack.currentIndex() if place is None else place)
        page = self._entries[self._stack.currentIndex()].page
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_actions()

    def _place_actions(self) -> None:
        """Beside the switch, or under it where there is no room."""
        others = sum(
            self._head.itemAt(place).sizeHint().width() + self._head.spacing()
            for place in range(self._head.count())
            if self._head.itemAt(place).widget() is not self._actions
        )
        below = others + self._actions.currentWidget().sizeHint().width() + 64 > self.width()
        if below == self._is_below:
            return
        self._is_below = below
        if below:
            self._head.removeWidget(self._actions)
            self._below.addWidget(self._actions)
        else:
            self._below.removeWidget(self._actions)
            self._head.insertWidget(self._head.count() - 1, self._actions)

    def tell(self) -> None:
        """Have the open page say what holds now."""
        tell = getattr(self._entries[self._stack.currentIndex()].page, "tell", None)
        if tell is not None:
            tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        paint.box(QPainter(self), QRectF(self.rect()), radius("lg"), theme.color("surface"), theme.color("border"))

    def _open(self, place: int) -> None:
        self.switch.choose(place)
        self._stack.setCurrentIndex(place)
        self._actions.setCurrentIndex(place)
        self._place_actions()
        refresh = getattr(self._entries[place].page, "refresh", None)
        if refresh is not None and self.isVisible():
            refresh()
