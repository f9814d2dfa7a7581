"""What a window shows first: the list of chats, and the chat that was open last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.domain.branches import Tree
from desktop.domain.chat import Chat, Message
from desktop.domain.context import Note


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
