"""Paints a row of the chat list, and makes the field in which its words are changed. Must not know any service."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.chat import Chat
from desktop.domain.folders import LONGEST_NAME, Folder
from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fields import Field
from desktop.ui.parts.fonts import medium
from desktop.ui.sidebar.chat_model import ChatModel, Key, key_of, title_of
from desktop.ui.theme import Theme, font, icon_side, radius, size, tabular

_Index = QModelIndex | QPersistentModelIndex
LONGEST_TITLE = 200
INDENT = 16
"""How much further in the chats of a folder begin."""
ICON = 16


def row_height() -> int:
    return paint.tall(size("row"), "body", 10)


def menu_place(row: QRect) -> QRect:
    """Where the menu button of a row is."""
    return QRect(row.right() - 28, row.top() + (row.height() - 28) // 2, 28, 28)


class ChatDelegate(QStyledItemDelegate):
    """One row, painted. ``open_chat`` is the chat that the room shows, ``hovered`` the row under the mouse,
    ``menu_open`` the one whose menu is open, so that its button stays, ``drop_folder`` the folder that a chat is held
    over.

    Qt's own word for it, ``option.state``, would make every class and enum of QStyle at the start.
    """

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.open_chat: int | None = None
        self.hovered: Key | None = None
        self.menu_hovered = False
        self.menu_open: Key | None = None
        self.drop_folder: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, ChatModel)
        row = model.row(index)
        painter.save()
        if row is None:
            self._paint_label(painter, QRectF(option.rect), index, inside=model.is_inside(index))
        else:
            # A closed folder stands for the chat in it that is open.
            here = self.open_chat is not None and (
                row.id == self.open_chat if isinstance(row, Chat) else model.around(self.open_chat) == index
            )
            self._paint_row(painter, option.rect, row, here, inside=model.is_inside(index))
        painter.restore()

    def _paint_label(self, painter: QPainter, area: QRectF, index: _Index, *, inside: bool) -> None:
        text, ink = index.data(Qt.ItemDataRole.DisplayRole), self._theme.color("textMuted")
        if inside:
            paint.draw_text(painter, area.adjusted(11 + INDENT, 0, -11, 0), text, font("small"), ink)
        else:
            paint.draw_text(painter, area.adjusted(11, 8, -11, 0), text, medium("small"), ink)

    def _paint_row(self, painter: QPainter, place: QRect, row: Chat | Folder, here: bool, *, inside: bool) -> None:
        theme, area = self._theme, QRectF(place)
        hovered = key_of(row) in (self.hovered, self.menu_open)
        if here:
            paint.box(painter, area, radius("md"), theme.color("rowSelected"), theme.color("border"))
        elif hovered:
            paint.box(painter, area, radius("md"), theme.color("rowHover"))
        if isinstance(row, Folder) and row.id == self.drop_folder:
            paint.box(painter, area, radius("md"), theme.color("rowHover"), theme.color("accent"))
        left, right = area.left() + 11 + INDENT * inside, area.right() - 11
        if hovered or (here and isinstance(row, Chat)):
            spot = menu_place(place)
            if hovered and self.menu_hovered:
                paint.box(painter, spot, radius("sm"), theme.color("rowPressed"))
            paint.draw_icon(painter, "ellipsis", theme.color("textMuted"), QRectF(spot), size("iconInline"))
            right = float(spot.left() - 2)
        if isinstance(row, Folder):
            icon = QRectF(left, area.top(), icon_side(ICON), area.height())
            paint.draw_icon(painter, "folder-open" if row.is_open else "folder", theme.color("textMuted"), icon, ICON)
            left = icon.right() + 8
            if not hovered:
                right = self._paint_remarks(painter, row, QRectF(left, area.top(), right - left, area.height()))
        words = row.name if isinstance(row, Folder) else title_of(row)
        ink = theme.color("textPrimary" if here else "textSecondary")
        space = QRectF(left, area.top(), right - left, area.height())
        paint.draw_text(painter, space, words, medium("body") if here else font("body"), ink)

    def _paint_remarks(self, painter: QPainter, folder: Folder, area: QRectF) -> float:
        """How many chats there are and how long they are kept, at the right end; where that begins. The days give way
        to a long name; that nothing is stored does not."""
        small, ink, right = tabular(font("small")), self._theme.color("textMuted"), area.right()
        name = QFontMetrics(font("body")).horizontalAdvance(folder.name)
        number = f"{folder.number:,}" if folder.number and folder.rule.store else ""
        for text in filter(None, (number, folder.rule.note)):
            width = QFontMetrics(small).horizontalAdvance(text) + 1.0
            left = right - width - 10
            if text is number or not folder.rule.store or left - area.left() > name:
                place = QRectF(right - width, area.top(), width, area.height())
                paint.draw_text(painter, place, text, small, ink, elide=False)
                right = left
        return right

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        model = index.model()
        assert isinstance(model, ChatModel)
        is_folder = model.folder(index) is not None
        field = Field(self._theme, tr("Name of the folder") if is_folder else tr("Title of the chat"), parent=parent)
        field.setObjectName("renameField")
        field.setMaxLength(LONGEST_NAME if is_folder else LONGEST_TITLE)
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
