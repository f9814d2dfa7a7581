"""What a window shows first: the list of chats, and the chat that was open last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.domain.branches import Tree
from desktop.domain.chat import Chat, Message
from desktop.domain.context import Note
from desktop.domain.folders import Folder


class Opened(NamedTuple):
    """A chat as it is opened: its tree, the ids on its active path, the last messages of it, its draft, its
    notes. ``chat`` is None for a new one."""

    chat: Chat | None
    tree: Tree
    path: list[int]
    messages: Sequence[Message]
    draft: str
    notes: Sequence[Note] = ()


class Glance(NamedTuple):
    """The list of chats, or its beginning, and the chat that was open last, which is in it."""

    chats: list[Chat]
    number: int
    """How many chats there are."""
    opened: Opened
    folders: Sequence[Folder] = ()
    """Each with how many chats stand in it."""

    def below(self) -> int:
        """How many rows of chats follow those that are known: all that are not in a closed folder."""
        closed = {folder.id: folder.number or 0 for folder in self.folders if not folder.is_open}
        known = sum(chat.pinned or chat.folder_id not in closed for chat in self.chats)
        return self.number - sum(closed.values()) - known
