"""A page that fills a room and scrolls where the window is too small for it. Must not know what is on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme


class Page(QScrollArea):
    """A column in the middle of the room, or along its left edge."""

    def __init__(self, theme: Theme, name: str, width: int = 640, *, centred: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_clear_viewport(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        holder.setAutoFillBackground(False)
        across = QHBoxLayout(holder)
        across.setContentsMargins(32, 24, 32, 8)
        across.setSpacing(0)
        middle = QWidget()
        middle.setMaximumWidth(width)
        self.column = QVBoxLayout(middle)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        if centred:
            across.addStretch(1)
        across.addWidget(middle, 1000)
        across.addStretch(1)
        self.setWidget(holder)
        holder.setAutoFillBackground(False)

    def reveal(self, widget: QWidget) -> None:
        """Scroll to what the keyboard has reached, with room for the ring around it."""
        self.ensureWidgetVisible(widget, 0, 24)
