"""A room that takes the chats' place: its ground, a head with its name and the way back, and one page of several.

It must not know what its pages are.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Rule
from desktop.ui.theme import Theme, radius, size


class OtherRoom(QWidget):
    """``head`` takes what stands between the name and the way back, ``column`` what lies under the head; the pages go
    into ``pages``, in the order of ``keys``.

    Signals:
        closed: back to the chats.
        sidebar_requested: as in the chats' header.
    """

    closed = Signal()
    sidebar_requested = Signal()

    def __init__(self, theme: Theme, key: str, name: str, parent: QWidget | None = None) -> None:
        """``key`` is the name in code, ``name`` the one on the screen."""
        super().__init__(parent)
        self._theme = theme
        self.keys: list[str] = []
        self.setObjectName(f"{key.lower()}Room")
        self.setAccessibleName(name)
        self.sidebar = IconButton(theme, "panel-left", tr("Open the sidebar"))
        self.sidebar.clicked.connect(self.sidebar_requested)
        self.sidebar.hide()
        self.closer = IconButton(theme, "x", tr("Close the {name}").format(name=name.lower()), "Esc")
        self.closer.setObjectName(f"close{key}")
        self.closer.clicked.connect(self.closed)
        self.pages = QStackedWidget()
        self.head = QHBoxLayout()
        self.head.setContentsMargins(24, 0, 16, 0)
        self.head.setSpacing(12)
        self.head.addWidget(self.sidebar)
        self.head.addWidget(Label(theme, name, "title"))
        self.head.addStretch(1)
        self.head.addWidget(self.closer)
        holder = QWidget()
        holder.setFixedHeight(max(size("roomHeader"), paint.tall(size("control"), "body", 8) + 20))
        holder.setLayout(self.head)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)
        self.column.addWidget(holder)
        self.column.addWidget(Rule(theme))

    def open(self, key: str = "") -> None:
        """Show a page (the one that was open, without a name), read anew."""
        self.turn_to(self.keys.index(key) if key in self.keys else self.pages.currentIndex())

    def turn_to(self, place: int) -> None:
        """Show the page at a place. Its ``refresh``, if it has one, is called when it is seen."""
        self.pages.setCurrentIndex(place)
        refresh = getattr(self.pages.currentWidget(), "refresh", None)
        if refresh is not None and self.isVisible():
            refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        paint.box(QPainter(self), QRectF(self.rect()), radius("lg"), theme.color("surface"), theme.color("border"))
