"""Paints a row of the chat list, and makes the field in which its title is changed. Must not know any service."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fields import Field
from desktop.ui.parts.fonts import medium
from desktop.ui.sidebar.chat_model import ChatModel
from desktop.ui.theme import Theme, font, radius, size

_Index = QModelIndex | QPersistentModelIndex
LONGEST_TITLE = 200


def row_height() -> int:
    return paint.tall(size("row"), "body", 10)


def menu_place(row: QRect) -> QRect:
    """Where the menu button of a row is."""
    return QRect(row.right() - 28, row.top() + (row.height() - 28) // 2, 28, 28)


class ChatDelegate(QStyledItemDelegate):
    """One row, painted. ``open_chat`` is the chat that the room shows, ``hovered`` the one under the mouse,
    ``menu_open`` the one whose menu is open, so that its button stays.

    Qt's own word for it, ``option.state``, would make every class and enum of QStyle at the start.
    """

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.open_chat: int | None = None
        self.hovered: int | None = None
        self.menu_hovered = False
        self.menu_open: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        chat = model.chat(index) if isinstance(model, ChatModel) else None
        area = QRectF(option.rect)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        theme = self._theme
        painter.save()
        if chat is None:
            words = area.adjusted(11, 8, -11, 0)
            paint.draw_text(painter, words, text, medium("small"), theme.color("textMuted"))
            painter.restore()
            return
        selected = self.open_chat == chat.id
        hovered = chat.id in (self.hovered, self.menu_open)
        if selected:
            paint.box(painter, area, radius("md"), theme.color("rowSelected"), theme.color("border"))
        elif hovered:
            paint.box(painter, area, radius("md"), theme.color("rowHover"))
        right = area.right() - 11
        if selected or hovered:
            spot = menu_place(option.rect)
            if hovered and self.menu_hovered:
                paint.box(painter, spot, radius("sm"), theme.color("rowPressed"))
            paint.draw_icon(painter, "ellipsis", theme.color("textMuted"), QRectF(spot), size("iconInline"))
            right = float(spot.left() - 2)
        ink = theme.color("textPrimary" if selected else "textSecondary")
        words = QRectF(area.left() + 11, area.top(), right - area.left() - 11, area.height())
        paint.draw_text(painter, words, text, medium("body") if selected else font("body"), ink)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        field = Field(self._theme, tr("Title of the chat"), parent=parent)
        field.setObjectName("renameField")
        field.setMaxLength(LONGEST_TITLE)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        editor.setFixedHeight(option.rect.height())
        editor.setGeometry(option.rect)

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """The view says what was typed; the service decides, and the list comes back changed."""
