"""Dragging a row of the chat list: what is seen of it, and nothing that another program could read."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QCursor, QDrag
from PySide6.QtWidgets import QAbstractItemView

FORMAT = "application/x-snug-chat"


def carry(view: QAbstractItemView, row: QRect) -> None:
    """Drag a row until it is let go. The list knows which chat it is; the drag itself says nothing of it."""
    data = QMimeData()
    data.setData(FORMAT, b"")
    drag = QDrag(view)
    drag.setMimeData(data)
    drag.setPixmap(view.viewport().grab(row))
    drag.setHotSpot(view.viewport().mapFromGlobal(QCursor.pos()) - row.topLeft())
    drag.exec(Qt.DropAction.MoveAction)
