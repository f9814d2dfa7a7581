"""Dragging a row of the chat list: what is seen of it, and nothing that another program could read."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QCursor, QDrag, QPixmap, QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

FORMAT = "application/x-snug-chat"


def carry(view: QAbstractItemView, row: QRect) -> None:
    """Drag a row until it is let go. The list knows which chat it is; the drag itself says nothing of it."""
    data = QMimeData()
    data.setData(FORMAT, b"")
    drag = QDrag(view)
    drag.setMimeData(data)
    drag.setPixmap(_picture(view, row))
    drag.setHotSpot(view.viewport().mapFromGlobal(QCursor.pos()) - row.topLeft())
    drag.exec(Qt.DropAction.MoveAction)


def _picture(view: QAbstractItemView, row: QRect) -> QPixmap:
    """The row on a ground of its own, so that it can be read over others."""
    picture = QPixmap(row.size() * view.devicePixelRatioF())
    picture.setDevicePixelRatio(view.devicePixelRatioF())
    picture.fill(view.palette().base().color())
    view.viewport().render(picture, QPoint(), QRegion(row), QWidget.RenderFlag.DrawChildren)
    return picture
