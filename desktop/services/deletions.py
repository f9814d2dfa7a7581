"""Chats that were deleted: gone from the disk within seconds, and for a few more somebody can have them back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.chat import Chat
from desktop.services.desk import Desk

PURGE_MS = 4_000
"""After so long a deleted chat is gone from the disk,"""
LET_GO_MS = 10_000
"""and after so long nobody can bring it back from memory any more."""


class Deletions(QObject):
    """Knows of chats that the disk hides already.

    Signals:
        gone: number of a chat that is no longer on the disk.
        refused: an ``AppError``; the chats stay hidden and are purged next time.
    """

    gone = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._chats: dict[int, Chat] = {}
        self._purged: set[int] = set()
        self.purging = QTimer(self)
        self.purging.setSingleShot(True)
        self.purging.setInterval(PURGE_MS)
        self.purging.timeout.connect(self.purge)
        self.letting_go = QTimer(self)
        self.letting_go.setSingleShot(True)
        self.letting_go.setInterval(LET_GO_MS)
        self.letting_go.timeout.connect(self.let_go)

    def __contains__(self, chat_id: int) -> bool:
        return chat_id in self._chats

    def add(self, chats: Mapping[int, Chat]) -> None:
        """These were deleted."""
        self._chats |= chats
        self.letting_go.start()
        if not self.purging.isActive():
            self.purging.start()

    def bring_back(self, chat_ids: Collection[int]) -> list[Chat]:
        """Those of these chats that can be had back; from now on they are not deleted."""
        back = [self._chats.pop(chat_id) for chat_id in chat_ids if chat_id in self._chats]
        for chat in back:
            self._purged.discard(chat.id)
            self._desk.worker.run(partial(self._desk.conversations.undelete, chat.id), None, self.refused.emit)
        return back

    def purge(self) -> None:
        """Off the disk with them; this process still remembers them."""
        for chat_id in self._chats.keys() - self._purged:
            self._purged.add(chat_id)
            self.gone.emit(chat_id)
        store = self._desk.conversations
        self._desk.worker.run(lambda: store.purge_deleted(keep=True), None, self.refused.emit)

    def let_go(self) -> None:
        """Nobody can have them back any more."""
        self._chats.clear()
        self._purged.clear()
        self._desk.worker.run(self._desk.conversations.let_go)

    def close(self) -> None:
        """The app ends."""
        if self._chats:
            self.purge()
