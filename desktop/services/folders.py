"""Folders of chats: what there is, and the verbs on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import Chat
from desktop.domain.folders import FOR_EVER, KEPT, Folder, Rule
from desktop.errors import AppError
from desktop.services.chats import ChatService
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.domain.glance import Glance
    from desktop.storage.folders import FolderStore, Taken
    from desktop.storage.retention import Retention


class FolderService(QObject):
    """What changes a folder is done on the disk first and shown then; a chat that is moved, or a folder that is opened,
    is shown at once.

    Signals:
        changed: folders were added, renamed or deleted, or have another rule.
        deleted: what was ``Taken``; ``undo_delete`` puts it back.
        refused: an ``AppError``.
    """

    changed = Signal()
    deleted = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        worker: Worker,
        store: FolderStore,
        retention: Retention,
        chats: ChatService,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._worker = worker
        self._store = store
        self._retention = retention
        self._chats = chats
        self._now = clock
        self._folders: list[Folder] = []
        chats.changed_elsewhere.connect(self._read)

    def start(self, seen: Glance | None = None) -> None:
        """Know the folders. ``seen``: what was read of them already."""
        if seen is None:
            self._read()
        else:
            self._folders = list(seen.folders)

    # --- what there is

    def folders(self) -> list[Folder]:
        """All folders, by name."""
        if self._chats.complete():
            # The list of chats says how many there are.
            return [folder._replace(number=None) for folder in self._folders]
        return list(self._folders)

    def find(self, folder_id: int | None) -> Folder | None:
        """One folder; None if there is none."""
        return next((folder for folder in self._folders if folder.id == folder_id), None)

    def kept_for(self, chat: Chat) -> int | None:
        """Days after its last word until a chat goes by itself, by its own rule or its folder's; None: never."""
        own = self._chats.kept_for(chat.id)
        return self._rule_of(chat).days if own is None else own or None

    def overdue(self, chat: Chat, folder: Folder) -> bool:
        """Whether a chat would be deleted as soon as it is in a folder."""
        return self._chats.kept_for(chat.id) is None and folder.rule.ends(chat.updated_at, self._now())

    def count_overdue(self, folder_id: int, rule: Rule, then: Callable[[int], None]) -> None:
        """How many chats of a folder would be deleted at once by a rule of it."""
        self._worker.run(lambda: self._retention.overdue(folder_id, rule), then, self.refused.emit)

    # --- verbs

    def create(self, name: str, rule: Rule = KEPT, then: Callable[[Folder], None] | None = None) -> None:
        """Make a folder; ``then`` hears of it once it is in the list."""

        def made(folder: Folder) -> None:
            self._read(lambda: then(folder) if then is not None else None)

        self._worker.run(lambda: self._store.create(name, rule), made, self.refused.emit)

    def rename(self, folder_id: int, name: str) -> None:
        self._do(lambda: self._store.rename(folder_id, name))

    def set_rule(self, folder_id: int, rule: Rule) -> None:
        """How long chats in a folder are kept."""

        def then() -> None:
            current = self._chats.current()
            if current.folder_id == folder_id and current.is_empty() and current.temporary == rule.store:
                # A chat that was not begun yet begins as the folder has it now.
                self.new_chat(folder_id)

        self._do(lambda: self._store.set_rule(folder_id, rule), then)

    def set_open(self, folder_id: int, is_open: bool) -> None:
        """Show the chats of a folder in the list, or only its name; it is remembered."""
        self._folders = [
            folder._replace(is_open=is_open) if folder.id == folder_id else folder for folder in self._folders
        ]
        self._worker.run(lambda: self._store.set_open(folder_id, is_open), None, self.refused.emit)
        self.changed.emit()

    def move(self, chat_id: int, folder_id: int | None) -> None:
        """Put a chat into a folder, or out of any."""
        before = next((chat.folder_id for chat in self._chats.chats() if chat.id == chat_id), None)

        def failed(error: AppError) -> None:
            self._chats.refile([chat_id], before)
            self.refused.emit(error)

        self._chats.refile([chat_id], folder_id)
        self._worker.run(lambda: self._store.move(chat_id, folder_id), None, failed)

    def delete(self, folder_id: int, *, with_chats: bool = False) -> None:
        """Delete a folder; its chats are in none then, or go with it. For a few seconds it can be brought back."""

        def then(taken: Taken) -> None:
            if with_chats:
                self._chats.hide(taken.chats)
            else:
                self._chats.refile(taken.chats, None)
            self._read(lambda: self.deleted.emit(taken))

        self._worker.run(lambda: self._store.delete(folder_id, with_chats=with_chats), then, self.refused.emit)

    def undo_delete(self, taken: Taken) -> None:
        """Put a deleted folder back, and its chats into it."""
        if taken.deleted:
            self._chats.bring_back(taken.chats)
        self._do(lambda: self._store.put_back(taken), lambda: self._chats.refile(taken.chats, taken.folder.id))

    def new_chat(self, folder_id: int) -> None:
        """Show an empty chat that is in a folder: one that no disk ever sees, where the folder never stores."""
        folder = self.find(folder_id)
        if folder is None or folder.rule.store:
            self._chats.new_chat(folder_id if folder is not None else None)
        else:
            self._chats.new_temporary(folder_id)

    def keep_for(self, chat: Chat, days: int | None) -> None:
        """Delete a chat by itself so many days after its last word, whatever its folder says; None: keep it."""
        if days is None and self._rule_of(chat).days is not None:
            days = FOR_EVER
        self._chats.keep_for(chat.id, days)

    # --- inside

    def _rule_of(self, chat: Chat) -> Rule:
        folder = self.find(chat.folder_id)
        return folder.rule if folder is not None else KEPT

    def _do(self, work: Callable[[], None], then: Callable[[], None] | None = None) -> None:
        self._worker.run(work, lambda _: self._read(then), self.refused.emit)

    def _read(self, then: Callable[[], None] | None = None) -> None:
        def show(folders: list[Folder]) -> None:
            self._folders = folders
            self.changed.emit()
            if then is not None:
                then()

        self._worker.run(self._store.list, show, self.refused.emit)
