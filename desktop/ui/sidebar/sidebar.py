"""The sidebar: brand, New chat, search, the chats, places to go, the privacy badge. It must not know any service."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.marks import Rule
from desktop.ui.sidebar.chat_list import ChatList
from desktop.ui.sidebar.wall import Brand, Connection, NewChatButton, PlaceButton, PrivacyBadge, SearchButton
from desktop.ui.theme import Theme, size


class Sidebar(QWidget):
    """Signals say what the user wants; ``list`` has those of the chats."""

    close_requested = Signal()
    new_chat_requested = Signal()
    search_requested = Signal()
    models_requested = Signal()
    settings_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("sidebar")
        self.setAccessibleName(tr("Sidebar"))
        self.setFixedWidth(size("sidebar"))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(0)

        self.closer = IconButton(theme, "panel-left", tr("Close the sidebar"))
        self.closer.setObjectName("closeSidebar")
        self.closer.hover_fill = ("rowHover", "rowPressed")
        self.closer.clicked.connect(self.close_requested)
        brand = QHBoxLayout()
        brand.setSpacing(0)
        brand.addWidget(Brand(theme), 1)
        brand.addWidget(self.closer)
        column.addLayout(brand)

        self.new_chat = NewChatButton(theme)
        self.new_chat.clicked.connect(self.new_chat_requested)
        column.addWidget(self.new_chat)
        column.addSpacing(8)

        self.search = SearchButton(theme)
        self.search.clicked.connect(self.search_requested)
        column.addWidget(self.search)
        column.addSpacing(4)

        self.list = ChatList(theme)
        column.addWidget(self.list, 1)

        column.addSpacing(8)
        column.addWidget(Rule(theme))
        column.addSpacing(8)
        self.models = PlaceButton(theme, tr("Models"), "box")
        self.models.setObjectName("models")
        self.models.clicked.connect(self.models_requested)
        column.addWidget(self.models)
        self.settings = PlaceButton(theme, tr("Settings"), "settings")
        self.settings.setObjectName("settings")
        self.settings.clicked.connect(self.settings_requested)
        column.addWidget(self.settings)
        column.addSpacing(10)

        self.badge = PrivacyBadge(theme)
        column.addWidget(self.badge)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_status(self, kind: Connection, title: str, detail: str) -> None:
        """What the privacy badge says."""
        self.badge.set_status(kind, title, detail)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self), self.rect(), self._theme.color("sidebar"))
