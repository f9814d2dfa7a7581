"""What is told of the way to the key: the key and what was seen behind it, or why there is none. One line of JSON.

From one process of the app's start to the other (see ``opener``), through a pipe; never stored. Both are the same
program, so nothing is checked, and nothing is imported for it that the first picture would wait for.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from desktop.domain.branches import Tree
from desktop.domain.chat import (
    AtLimit,
    Chat,
    FinishReason,
    Message,
    Part,
    PartKind,
    Role,
    Statistics,
    Status,
    TitleOrigin,
)
from desktop.domain.context import Note
from desktop.domain.folders import Folder, Rule
from desktop.domain.glance import Glance, Opened
from desktop.errors import AppError


class Unlocked(NamedTuple):
    """The key, and what the window shows first if there was nothing unusual about the database."""

    key: bytes
    seen: Glance | None
    read: Any = None
    """What the window's own ``reading`` made of the messages in it, in values that JSON knows."""


def line_of(found: Unlocked | AppError) -> bytes:
    """The line that tells it."""
    if isinstance(found, AppError):
        told = {"refused": (found.code, found.happened, found.safe, found.todo, found.detail)}
    else:
        told = {"key": found.key.hex(), "seen": found.seen, "read": found.read}
    return json.dumps(told, default=Tree.columns).encode("ascii") + b"\n"


def understood(line: bytes) -> Unlocked:
    """What a line tells.

    Raises:
        AppError: that it tells of.
    """
    told: dict[str, Any] = json.loads(line)
    if "refused" in told:
        raise AppError(*told["refused"])
    seen = None if told["seen"] is None else _glance(*told["seen"])
    return Unlocked(bytes.fromhex(told["key"]), seen, told["read"])


def _glance(chats: Any, number: int, opened: Any, folders: Any) -> Glance:
    chat, tree, path, messages, draft, notes = opened
    seen = [_message(Message(*message)) for message in messages]
    first = None if chat is None else _chat(Chat(*chat))
    found = Opened(first, Tree.of_columns(*tree), path, seen, draft, [Note(*note) for note in notes])
    kept = [Folder(key, name, Rule(*rule), is_open, standing) for key, name, rule, is_open, standing in folders]
    return Glance([_chat(Chat(*chat)) for chat in chats], number, found, kept)


def _chat(chat: Chat) -> Chat:
    return chat._replace(title_origin=TitleOrigin(chat.title_origin), at_limit=AtLimit(chat.at_limit))


def _message(message: Message) -> Message:
    parts: Any = message.parts
    statistics: Any = message.statistics
    return message._replace(
        role=Role(message.role),
        parts=tuple(Part(PartKind(kind), text, tuple(tokens)) for kind, text, tokens in parts),
        status=Status(message.status),
        finish_reason=None if message.finish_reason is None else FinishReason(message.finish_reason),
        statistics=None if statistics is None else Statistics(*statistics),
    )
