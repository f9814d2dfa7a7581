"""The list of chats and folders: arrow keys move, Enter opens, F2 renames, Delete deletes, a menu for each row; a chat
is moved by dragging it onto a folder.

It says what the user wants through signals and must not know any service.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QApplication, QLineEdit, QWidget

from desktop.domain.chat import Chat
from desktop.domain.folders import Folder
from desktop.translation import tr
from desktop.ui.parts.rows_view import RowsView
from desktop.ui.sidebar.chat_delegate import ChatDelegate, menu_place
from desktop.ui.sidebar.chat_model import ChatModel, Key, key_of, title_of
from desktop.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex


if TYPE_CHECKING:
    from desktop.ui.parts.menu import Menu


class ChatList(RowsView):
    """Signals: what to do with which chat or folder."""

    open_requested = Signal(int)
    rename_requested = Signal(int, str)
    delete_requested = Signal(int)
    move_requested = Signal(int, object)
    folder_open_requested = Signal(int, bool)
    folder_rename_requested = Signal(int, str)
    folder_delete_requested = Signal(int)

    make_menu: Callable[[Chat | Folder, QPoint], Menu]
    """Opens the menu of a row at a place of the screen; given by whoever wires the list."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open_id: int | None = None
        self._waiting: tuple[list[Chat], Sequence[Folder]] | None = None
        self._pressed: Key | None = None
        self._pressed_at = QPoint()
        self._carried: int | None = None
        self.chats = ChatModel(self)
        self._delegate = ChatDelegate(theme, self)
        self.setObjectName("chatList")
        self.setAccessibleName(tr("Chats"))
        self.setModel(self.chats)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self._delegate.closeEditor.connect(self._editor_closed)

    # What is shown

    def set_chats(self, chats: list[Chat], folders: Sequence[Folder] = ()) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # A new list would close the field under the user's hands.
            self._waiting = (chats, folders)
            return
        here = self.current_row()
        row = self.currentIndex().row()
        place = self.verticalScrollBar().value()
        if not self.chats.set_chats(chats, folders):
            return
        self._select(self._open_id)
        if here is not None:
            index = self.chats.index_of_row(here)
            # Where the row that the keyboard was on is gone, its neighbour takes over.
            near = index if index.isValid() else self.chats.nearest(row)
            if near.isValid():
                self.put_cursor(near)
        self.verticalScrollBar().setValue(place)

    def expect(self, more: int) -> None:
        """Leave room for so many chats that are still being read, until the next ``set_chats``: the list is as long
        from the start as it is going to be."""
        self.chats.expect(more)

    def set_open(self, chat_id: int | None) -> None:
        """The chat that the room shows."""
        if chat_id == self._open_id and (chat_id is None or self.selectionModel().hasSelection()):
            return
        self._open_id = self._delegate.open_chat = chat_id
        self._select(chat_id)
        index = self.chats.index_of(chat_id) if chat_id is not None else QModelIndex()
        if index.isValid():
            self.scrollTo(index)
        self.viewport().update()

    def current_chat(self) -> Chat | None:
        return self.chats.chat(self.currentIndex())

    def current_row(self) -> Chat | Folder | None:
        """The chat or folder that the keyboard is on."""
        return self.chats.row(self.currentIndex())

    # What the user does

    def rename(self, row: Chat | Folder) -> None:
        """Open the field for a chat's title or a folder's name."""
        index = self.chats.index_of_row(row)
        if index.isValid():
            self.scrollTo(index)
            self.put_cursor(index)
            self.edit(index)

    def open_menu(self, row: Chat | Folder, place: QPoint) -> Menu:
        self._delegate.menu_open = key_of(row)
        menu = self.make_menu(row, place)
        menu.aboutToHide.connect(self._menu_closed)
        return menu

    def open(self, row: Chat | Folder) -> None:
        """Show a chat, or what is in a folder; one that is open closes."""
        if isinstance(row, Chat):
            self.open_requested.emit(row.id)
        else:
            self.folder_open_requested.emit(row.id, not row.is_open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # What the field for the words leaves over (Enter, say) is not meant for the list.
            event.accept()
            return
        row = self.current_row()
        key = event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if row is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open(row)
        elif row is not None and (key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift)):
            corner = self.visualRect(self.currentIndex()).bottomLeft()
            self.open_menu(row, self.viewport().mapToGlobal(corner + QPoint(12, 0)))
        elif row is not None and key == Qt.Key.Key_Delete:
            (self.delete_requested if isinstance(row, Chat) else self.folder_delete_requested).emit(row.id)
        elif row is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(
                row, opens=(key == Qt.Key.Key_Right) is (self.layoutDirection() == Qt.LayoutDirection.LeftToRight)
            )
        elif event.text().isprintable() and event.text() and not event.modifiers():
            # Typing does not jump through the list: searching is one key away and shows what it finds.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _fold(self, row: Chat | Folder, *, opens: bool) -> None:
        """Open or close a folder; from a chat in one go back to it."""
        if isinstance(row, Folder):
            if opens != row.is_open:
                self.folder_open_requested.emit(row.id, opens)
        elif not opens and self.chats.is_inside(self.currentIndex()):
            self.put_cursor(self.chats.index_of_folder(row.folder_id))
            self.scrollTo(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = self.chats.row(index)
        self._pressed = None
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            event.accept()
            return
        spot = menu_place(self.visualRect(index))
        if spot.contains(event.position().toPoint()):
            self.open_menu(row, self.viewport().mapToGlobal(spot.bottomLeft() + QPoint(0, 4)))
            return
        self._pressed, self._pressed_at = key_of(row), event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        # Not on pressing: that may begin a drag.
        pressed, self._pressed = self._pressed, None
        row = self.chats.row(self.indexAt(event.position().toPoint()))
        if row is not None and key_of(row) == pressed and event.button() == Qt.MouseButton.LeftButton:
            self.open(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            # Qt's own would select what the pointer passes.
            way = (event.position().toPoint() - self._pressed_at).manhattanLength()
            if self._pressed is not None and way >= QApplication.startDragDistance():
                self.startDrag(Qt.DropAction.MoveAction)
            return
        index = self.indexAt(event.position().toPoint())
        over = index.isValid() and menu_place(self.visualRect(index)).contains(event.position().toPoint())
        self._set_hovered(self.chats.row(index), over)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(None, False)
        super().leaveEvent(event)

    def _set_hovered(self, row: Chat | Folder | None, menu: bool) -> None:
        now = (key_of(row) if row is not None else None, menu)
        if now != (self._delegate.hovered, self._delegate.menu_hovered):
            self._delegate.hovered, self._delegate.menu_hovered = now
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The keys for a menu are taken in keyPressEvent, as not every platform turns them into this event.
        row = self.chats.row(self.indexAt(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Mouse and row is not None:
            self.open_menu(row, event.globalPos())

    # A chat that is dragged

    def startDrag(self, actions: Qt.DropAction) -> None:
        from desktop.ui.sidebar import carrying

        index = self.currentIndex()
        chat = self.chats.chat(index)
        self._pressed = None
        if chat is not None:
            self._carried = chat.id
            carrying.carry(self, self.visualRect(index))
            self._carried = None
            self._set_drop_folder(None)

    def _under(self, event: QDropEvent) -> Folder | None:
        """The folder that a dragged chat is held over, or over a chat of which."""
        row = self.chats.row(self.indexAt(event.position().toPoint()))
        if isinstance(row, Chat):
            inside = self.chats.is_inside(self.chats.index_of_row(row))
            return self.chats.folder(self.chats.index_of_folder(row.folder_id)) if inside else None
        return row

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Files are for the window. What another program drags is nothing of ours, whatever it says.
        event.setAccepted(self._carried is not None)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls at the edges
        folder = self._under(event) if self._carried is not None else None
        takes = folder is not None and folder.rule.store
        event.setAccepted(takes)
        self._set_drop_folder(folder.id if folder is not None and takes else None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._set_drop_folder(None)

    def dropEvent(self, event: QDropEvent) -> None:
        folder = self._under(event)
        self._set_drop_folder(None)
        if self._carried is not None and folder is not None:
            event.accept()
            self.move_requested.emit(self._carried, folder.id)

    def _set_drop_folder(self, folder_id: int | None) -> None:
        if folder_id != self._delegate.drop_folder:
            self._delegate.drop_folder = folder_id
            self.viewport().update()

    # The field for words

    def commitData(self, editor: QWidget) -> None:
        row = self.current_row()
        if row is None or not isinstance(editor, QLineEdit):
            return
        words = " ".join(editor.text().split())
        if isinstance(row, Chat) and words and words != title_of(row):
            self.rename_requested.emit(row.id, words)
        elif isinstance(row, Folder) and words and words != row.name:
            self.folder_rename_requested.emit(row.id, words)

    def _select(self, chat_id: int | None) -> None:
        selection = self.selectionModel()
        index = self.chats.index_of(chat_id) if chat_id is not None else QModelIndex()
        if index.isValid():
            selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
            return
        selection.clearSelection()
        around = self.chats.around(chat_id)
        if around.isValid() and not self.currentIndex().isValid():
            self.put_cursor(around)

    def _menu_closed(self) -> None:
        self._delegate.menu_open = None
        self.viewport().update()

    def _editor_closed(self, _editor: QWidget, _hint: QAbstractItemDelegate.EndEditHint) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.set_chats(*waiting)
        self.ring_moved.emit()
