"""What a window shows first: the list of chats and the end of the last one, read without SQLAlchemy.

Importing SQLAlchemy takes longer than everything else that has to happen before the first picture, so that picture is
read on a plain connection; the stores open right behind it. A glance decides nothing and repairs nothing: whatever is
not as it should be makes it None, and then the stores open first and say what is the matter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desktop.domain.branches import Tree
from desktop.domain.glance import Glance, Opened
from desktop.storage import connection as connections
from desktop.storage import rows
from desktop.storage.revisions import HEAD, version_of

LAST_CHAT = "last_chat"
"""Key of the setting that holds the chat that was open last."""
FIRST_CHATS = 100
FIRST_MESSAGES = 24
"""So many chats, and so many messages at the end of one, fill any window."""


def glance(path: Path, key: bytes) -> Glance | None:
    """Look into a database file; None if there is anything unusual about it."""
    if not path.exists():
        return None
    try:
        raw = connections.connect(path, key, query_only=True)
    except (connections.DriverError, OSError):
        return None
    try:
        if version_of(raw) != HEAD:
            return None
        reader = _Plain(raw)
        last = opened(reader, _last_chat(reader))
        chats = rows.first_chats(reader, FIRST_CHATS)
        folders = rows.folders(reader, counted=True)
        if last.chat is not None and last.chat not in chats:
            closed = any(folder.id == last.chat.folder_id and not folder.is_open for folder in folders)
            # What a closed folder holds is shown nowhere; else the list is seen as far as that chat.
            chats = [*chats, last.chat] if closed else rows.chats(reader)
        found = Glance(chats, rows.number_of_chats(reader), last, folders)
        # A page that fails its check may come back as zeros instead of an error; this tells.
        return found if str(raw.execute("PRAGMA cipher_status").fetchone()[0]) == "1" else None
    except (connections.DriverError, ValueError, KeyError, TypeError):
        return None
    finally:
        raw.close()


def opened(reader: rows.Reader, chat_id: int | None) -> Opened:
    """A chat as it is opened; with None, or when it is gone, the new one."""
    chat = None if chat_id is None else rows.chat(reader, chat_id)
    if chat is None:
        return Opened(None, Tree(), [], (), rows.draft_of(reader, rows.NEW_CHAT))
    tree = rows.tree(reader, chat.id)
    path = tree.path(chat.active_leaf)
    newest = rows.messages(reader, path[-FIRST_MESSAGES:])
    return Opened(chat, tree, path, newest, rows.draft_of(reader, chat.id), rows.notes(reader, chat.id))


def _last_chat(reader: rows.Reader) -> int | None:
    row = reader.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (LAST_CHAT,)).fetchone()
    value = None if row is None else json.loads(str(row[0]))
    return value if isinstance(value, int) else None


class _Plain:
    """A raw connection that answers like SQLAlchemy's."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def exec_driver_sql(self, statement: str, parameters: Any = (), /) -> Any:
        return self._raw.execute(statement, parameters)
