"""A list whose rows are painted: no selection of its own, a ring around the row with the keyboard on it.

It must not know what its rows are.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import radius, size

Index = QModelIndex | QPersistentModelIndex
_REACH = size("focusWidth") + size("focusGap")


class RowsView(QListView):
    """Signals:
    ring_moved: the row with the keyboard on it is elsewhere now.
    """

    ring_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Rows touch each other, so the ring stays within its own.
        self.ring_radius: float = radius("md") - _REACH
        # Every row is as tall as the next, so that 10,000 of them cost nothing to lay out.
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_clear_viewport(self)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def ring_rect(self) -> QRect:
        """The row with the keyboard on it, seen from this widget."""
        index = self.currentIndex()
        if not index.isValid() or self.state() == QAbstractItemView.State.EditingState:
            return QRect()
        row = self.visualRect(index).translated(self.viewport().pos())
        return row.adjusted(_REACH, _REACH, -_REACH, -_REACH)

    def put_cursor(self, index: Index) -> None:
        """Put the keyboard on a row; nothing is selected by that."""
        self.selectionModel().setCurrentIndex(index, self.selectionModel().SelectionFlag.NoUpdate)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.ring_moved.emit()

    def selectionCommand(self, index: Index, event: QEvent | None = None):
        # Moving about in a list opens and selects nothing.
        return self.selectionModel().SelectionFlag.NoUpdate

    def _scrolled(self, _value: int) -> None:
        self.ring_moved.emit()
