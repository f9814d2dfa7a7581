"""Chats and folders in the sidebar, wired to their services: what the list asks for is done, and told where it cannot
be seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint

from desktop.domain.chat import Chat
from desktop.domain.folders import Folder, Rule, days_text
from desktop.errors import AppError
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.ui.frame import Frame
    from desktop.ui.parts.menu import Menu

# Menus and questions are imported when they are opened: the window does not wait for them at the start.


class Filing(QObject):
    """``chats`` and ``folders`` are the services."""

    def __init__(self, window: Frame, chats: Any, folders: Any) -> None:
        super().__init__(window)
        self._window = window
        self._theme = window.theme
        self._list = window.sidebar.list
        self._chats = chats
        self._folders = folders
        rows = self._list
        rows.rename_requested.connect(chats.rename)
        rows.delete_requested.connect(chats.delete)
        rows.move_requested.connect(self._move)
        rows.folder_open_requested.connect(folders.set_open)
        rows.folder_rename_requested.connect(folders.rename)
        rows.folder_delete_requested.connect(self._ask_to_delete)
        rows.make_menu = self._menu
        chats.chat_deleted.connect(self._chat_deleted)
        folders.changed.connect(self.show)
        folders.deleted.connect(self._folder_deleted)
        folders.refused.connect(self._refused)

    def show(self) -> None:
        """The list as it is now, and where the open chat is in it."""
        self._list.set_chats(self._chats.chats(), self._folders.folders())
        self.tell_place()

    def tell_place(self) -> None:
        """Say at the title which folder the open chat is in."""
        folder = self._folders.find(self._chats.current().folder_id)
        words = (
            ""
            if folder is None
            else tr("In the folder {name}. {sentence}.").format(name=folder.name, sentence=folder.rule.sentence)
        )
        self._window.room.header.title.set_place(words)

    def ask_for_folder(self, chat: Chat | None = None) -> None:
        """Ask for the name of a new folder, and put a chat into it, if there is one."""
        from desktop.ui.sidebar.folder_questions import NewFolder

        question = NewFolder(self._theme, self._window, self._folders.folders(), stores=chat is not None)
        question.chosen.connect(partial(self._create, chat))
        self._window.ring.raise_()
        question.ask()

    # --- menus

    def _menu(self, row: Chat | Folder, place: QPoint) -> Menu:
        return self._chat_menu(row, place) if isinstance(row, Chat) else self._folder_menu(row, place)

    def _chat_menu(self, chat: Chat, place: QPoint) -> Menu:
        from desktop.ui.sidebar.row_menus import ChatRowMenu

        menu = ChatRowMenu(self._theme, self._list, chat, self._folders.kept_for(chat))
        menu.rename_requested.connect(partial(self._list.rename, chat))
        menu.pin_requested.connect(partial(self._chats.set_pinned, chat.id))
        menu.keep_requested.connect(partial(self._keep_for, chat))
        menu.move_requested.connect(partial(self.move_menu, chat, place))
        menu.delete_requested.connect(partial(self._chats.delete, chat.id))
        menu.open_at(place)
        return menu

    def move_menu(self, chat: Chat, place: QPoint) -> None:
        from desktop.ui.sidebar.row_menus import MoveMenu

        menu = MoveMenu(self._theme, self._list, chat, self._folders.folders())
        menu.chosen.connect(partial(self._move, chat.id))
        menu.new_requested.connect(partial(self.ask_for_folder, chat))
        menu.open_at(place)

    def _folder_menu(self, folder: Folder, place: QPoint) -> Menu:
        from desktop.ui.sidebar.row_menus import FolderMenu

        menu = FolderMenu(self._theme, self._list, folder)
        menu.chat_requested.connect(partial(self._new_chat, folder))
        menu.rename_requested.connect(partial(self._list.rename, folder))
        menu.rule_chosen.connect(partial(self.choose_rule, folder))
        menu.delete_requested.connect(partial(self._ask_to_delete, folder.id))
        menu.open_at(place)
        return menu

    # --- chats

    def _keep_for(self, chat: Chat, days: int | None) -> None:
        self._folders.keep_for(chat, days)
        self._tell(
            tr("Deleted by itself {days} after its last word").format(days=days_text(days))
            if days
            else tr("Kept until you delete it")
        )

    def _move(self, chat_id: int, folder_id: int | None) -> None:
        """Put a chat into a folder or out of one, after asking where that would end it."""
        from desktop.ui.sidebar.folder_questions import ask_to_expire

        chat = next((chat for chat in self._chats.chats() if chat.id == chat_id), None)
        folder = self._folders.find(folder_id)
        if chat is None or chat.folder_id == folder_id:
            return
        if folder is not None and self._folders.overdue(chat, folder):
            do = partial(self._do_move, chat, folder)
            ask_to_expire(self._theme, self._window, folder.rule, 1, do, moves=True)
        else:
            self._do_move(chat, folder)

    def _do_move(self, chat: Chat, folder: Folder | None) -> None:
        if folder is not None and not folder.rule.store:
            self._tell(
                tr("Nothing is stored in {name}, and this chat is. It stays where it is.").format(name=folder.name),
                warning=True,
            )
            return
        self._folders.move(chat.id, folder.id if folder is not None else None)
        undo = partial(self._folders.move, chat.id, chat.folder_id)
        if folder is None:
            self._tell(tr("Moved out of its folder"), undo)
        else:
            days = self._folders.kept_for(chat._replace(folder_id=folder.id))
            said = tr("Moved to {name}. Deleted {days} after its last word") if days else tr("Moved to {name}")
            self._tell(said.format(name=folder.name, days=days_text(days) if days else ""), undo)

    def _chat_deleted(self, chat_id: int, _title: str) -> None:
        self._tell(tr("Chat deleted"), partial(self._chats.undo_delete, chat_id))

    # --- folders

    def _create(self, chat: Chat | None, name: str, rule: Rule) -> None:
        def then(folder: Folder) -> None:
            if chat is not None:
                self._move(chat.id, folder.id)
            else:
                self._tell(tr("Folder {name} created").format(name=folder.name))

        self._folders.create(name, rule, then)

    def _new_chat(self, folder: Folder) -> None:
        if not folder.is_open and folder.rule.store:
            self._folders.set_open(folder.id, True)
        self._folders.new_chat(folder.id)
        self._window.focus_composer()  # pyright: ignore

    def choose_rule(self, folder: Folder, rule: Rule) -> None:
        """Change a folder's rule, after asking where that would end chats."""
        if rule == folder.rule:
            return

        def then(number: int) -> None:
            from desktop.ui.sidebar.folder_questions import ask_to_expire

            do = partial(self._folders.set_rule, folder.id, rule)
            if number:
                ask_to_expire(self._theme, self._window, rule, number, do)
            else:
                do()

        self._folders.count_overdue(folder.id, rule, then)

    def _ask_to_delete(self, folder_id: int) -> None:
        """An empty folder goes at once; one with chats after asking what becomes of them."""
        folder = self._folders.find(folder_id)
        number = sum(chat.folder_id == folder_id for chat in self._chats.chats())
        if folder is None:
            return
        if not number:
            self._folders.delete(folder_id)
            return
        from desktop.ui.sidebar.folder_questions import DeleteFolder

        question = DeleteFolder(self._theme, self._window, folder, number)
        question.agreed.connect(lambda with_chats: self._folders.delete(folder_id, with_chats=with_chats))
        self._window.ring.raise_()
        question.ask()

    def _folder_deleted(self, taken: Any) -> None:
        words = tr("Folder and its chats deleted") if taken.deleted and taken.chats else tr("Folder deleted")
        self._tell(words, partial(self._folders.undo_delete, taken))

    # --- telling

    def _refused(self, error: AppError) -> None:
        self._tell(error.sentence, warning=True)

    def _tell(self, text: str, undo: Any = None, *, warning: bool = False) -> None:
        self._window.toast.tell(text, tr("Undo") if undo is not None else "", undo, warning=warning)
