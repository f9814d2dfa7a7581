"""The list of chats: arrow keys move, Enter opens, F2 renames, Delete deletes, a menu for each row.

It says what the user wants through signals and must not know any service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QLineEdit, QWidget

from desktop.domain.chat import Chat
from desktop.translation import tr, tr_count
from desktop.ui.parts.rows_view import RowsView
from desktop.ui.sidebar.chat_delegate import ChatDelegate, menu_place
from desktop.ui.sidebar.chat_model import ChatModel, title_of
from desktop.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex


if TYPE_CHECKING:
    from desktop.ui.parts.menu import Menu


KEEP_DAYS = 30


class ChatList(RowsView):
    """Signals: what to do with which chat."""

    open_requested = Signal(int)
    rename_requested = Signal(int, str)
    pin_requested = Signal(int, bool)
    delete_requested = Signal(int)
    keep_requested = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open_id: int | None = None
        self._waiting: list[Chat] | None = None
        self.kept_for: Callable[[int], int | None] = lambda _: None
        """How many days a chat is kept; None: until it is deleted."""
        self.chats = ChatModel(self)
        self._delegate = ChatDelegate(theme, self)
        self.setObjectName("chatList")
        self.setAccessibleName(tr("Chats"))
        self.setModel(self.chats)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._delegate.closeEditor.connect(self._editor_closed)

    # What is shown

    def set_chats(self, chats: list[Chat]) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # A new list would close the field under the user's hands.
            self._waiting = chats
            return
        here = self.current_chat()
        row = self.currentIndex().row()
        place = self.verticalScrollBar().value()
        if not self.chats.set_chats(chats):
            return
        self._select(self._open_id)
        if here is not None:
            index = self.chats.index_of(here.id)
            # Where the chat that the keyboard was on is gone, its neighbour takes over.
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

    def current_chat(self) -> Chat | None:
        return self.chats.chat(self.currentIndex())

    # What the user does

    def rename(self, chat_id: int) -> None:
        """Open the field for a chat's title."""
        index = self.chats.index_of(chat_id)
        if index.isValid():
            self.scrollTo(index)
            self.put_cursor(index)
            self.edit(index)

    def open_menu(self, chat: Chat, place: QPoint) -> Menu:
        # Imported when it is opened first: the window does not wait for it at the start.
        from desktop.ui.parts.menu import Menu

        menu = Menu(self._theme, tr("Chat {title}").format(title=title_of(chat)), self)
        menu.setObjectName("chatMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wishes = {
            menu.add_command(tr("Rename"), "pencil", "F2"): self._wish_rename,
            menu.add_command(tr("Unpin") if chat.pinned else tr("Pin"), "pin"): self._wish_pin,
            menu.add_command(self._keeping(chat.id), "timer"): self._wish_keep,
            menu.add_command(tr("Delete"), "trash-2", "Del", danger=True): self._wish_delete,
        }
        for action, wish in wishes.items():
            action.setData(chat.id)
            action.triggered.connect(wish)
        self._delegate.menu_open = chat.id
        menu.aboutToHide.connect(self._menu_closed)
        menu.open_at(place)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # What the field for the title leaves over (Enter, say) is not meant for the list.
            event.accept()
            return
        chat = self.current_chat()
        key = event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if chat is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_requested.emit(chat.id)
        elif chat is not None and (key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift)):
            corner = self.visualRect(self.currentIndex()).bottomLeft()
            self.open_menu(chat, self.viewport().mapToGlobal(corner + QPoint(12, 0)))
        elif chat is not None and key == Qt.Key.Key_Delete:
            self.delete_requested.emit(chat.id)
        elif event.text().isprintable() and event.text() and not event.modifiers():
            # Typing does not jump through the list: searching is one key away and shows what it finds.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        chat = self.chats.chat(index)
        if chat is None or event.button() != Qt.MouseButton.LeftButton:
            event.accept()
            return
        spot = menu_place(self.visualRect(index))
        if spot.contains(event.position().toPoint()):
            self.open_menu(chat, self.viewport().mapToGlobal(spot.bottomLeft() + QPoint(0, 4)))
            return
        super().mousePressEvent(event)
        self.open_requested.emit(chat.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        over = index.isValid() and menu_place(self.visualRect(index)).contains(event.position().toPoint())
        self._set_hovered(self.chats.chat(index), over)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(None, False)
        super().leaveEvent(event)

    def _set_hovered(self, chat: Chat | None, menu: bool) -> None:
        now = (chat.id if chat is not None else None, menu)
        if now != (self._delegate.hovered, self._delegate.menu_hovered):
            self._delegate.hovered, self._delegate.menu_hovered = now
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The keys for a menu are taken in keyPressEvent, as not every platform turns them into this event.
        chat = self.chats.chat(self.indexAt(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Mouse and chat is not None:
            self.open_menu(chat, event.globalPos())

    def commitData(self, editor: QWidget) -> None:
        chat = self.current_chat()
        if chat is not None and isinstance(editor, QLineEdit):
            title = " ".join(editor.text().split())
            if title and title != title_of(chat):
                self.rename_requested.emit(chat.id, title)

    def _select(self, chat_id: int | None) -> None:
        selection = self.selectionModel()
        index = self.chats.index_of(chat_id) if chat_id is not None else QModelIndex()
        if index.isValid():
            selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
        else:
            selection.clearSelection()

    def _wish_rename(self) -> None:
        self.rename(self._asked())

    def _wish_pin(self) -> None:
        chat = self.chats.chat(self.chats.index_of(self._asked()))
        if chat is not None:
            self.pin_requested.emit(chat.id, not chat.pinned)

    def _wish_keep(self) -> None:
        chat_id = self._asked()
        self.keep_requested.emit(chat_id, None if self.kept_for(chat_id) else KEEP_DAYS)

    def _keeping(self, chat_id: int) -> str:
        days = self.kept_for(chat_id)
        if days:
            return tr_count(days, "Keep for ever, not 1 day", "Keep for ever, not %n days")
        return tr_count(KEEP_DAYS, "Keep for 1 day only", "Keep for %n days only")

    def _wish_delete(self) -> None:
        self.delete_requested.emit(self._asked())

    def _asked(self) -> int:
        """The chat whose menu row was pressed."""
        action = self.sender()
        return int(action.data()) if action is not None else -1  # pyright: ignore

    def _menu_closed(self) -> None:
        self._delegate.menu_open = None
        self.viewport().update()

    def _editor_closed(self, _editor: QWidget, _hint: QAbstractItemDelegate.EndEditHint) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.set_chats(waiting)
        self.ring_moved.emit()
