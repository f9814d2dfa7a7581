"""Folders of chats: their names and rules, and which chats are in them. Each call is one transaction.

What a rule comes to is in ``retention``; that nothing is stored in a folder that never stores is seen to here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from desktop.domain import folders, names
from desktop.domain.folders import Folder, Rule
from desktop.storage import failures, rows
from desktop.storage.database import Database
from desktop.storage.parts import storable
from desktop.storage.tables import chat, folder


class Taken(NamedTuple):
    """What was deleted: enough to put it back."""

    folder: Folder
    chats: list[int]
    """Those that were in it."""
    deleted: bool
    """They were deleted with it."""


class FolderStore:
    """The folders of one database.

    Methods raise ``AppError``: FOLDER_GONE, FOLDER_UNNAMED, FOLDER_EXISTS, FOLDER_HOLDS_CHATS, FOLDER_NEVER_STORES,
    CHAT_GONE. A call that raises has changed nothing.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = clock

    def list(self) -> list[Folder]:
        """All folders, by name."""
        with self._database.read() as connection:
            return rows.folders(connection)

    def create(self, name: str, rule: Rule = folders.KEPT) -> Folder:
        """A new folder; nobody has opened it yet."""
        with self._database.write() as connection:
            row = connection.execute(
                insert(folder).values(name=_free(connection, name), created_at=self._now(), **_columns(rule))
            )
            key = row.inserted_primary_key
            assert key is not None
            return rows.require_folder(connection, int(key[0]))

    def rename(self, folder_id: int, name: str) -> None:
        """Call a folder something else."""
        with self._database.write() as connection:
            rows.require_folder(connection, folder_id)
            _change(connection, folder_id, name=_free(connection, name, folder_id))

    def set_rule(self, folder_id: int, rule: Rule) -> None:
        """How long its chats are kept. Never storing is refused while it holds a chat that is stored."""
        with self._database.write() as connection:
            rows.require_folder(connection, folder_id)
            if not rule.store:
                if _inside(connection, folder_id):
                    raise failures.failure(failures.FOLDER_HOLDS_CHATS)
                # A deleted one that comes back does so outside.
                _unfile(connection, folder_id)
            _change(connection, folder_id, **_columns(rule))

    def set_open(self, folder_id: int, is_open: bool) -> None:
        """Whether the list shows its chats."""
        with self._database.write() as connection:
            _change(connection, folder_id, is_open=is_open)

    def move(self, chat_id: int, folder_id: int | None) -> None:
        """Put a chat into a folder, or out of any."""
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            if folder_id is not None and not rows.require_folder(connection, folder_id).rule.store:
                raise failures.failure(failures.FOLDER_NEVER_STORES)
            connection.execute(update(chat).where(chat.c.id == chat_id).values(folder_id=folder_id))

    def delete(self, folder_id: int, *, with_chats: bool = False) -> Taken:
        """Delete a folder. Its chats are in none from now on, or are deleted too, as ``Conversations.delete`` does."""
        with self._database.write() as connection:
            found = rows.require_folder(connection, folder_id)
            inside = _inside(connection, folder_id)
            if with_chats:
                hidden = chat.c.folder_id == folder_id, chat.c.deleted_at.is_(None)
                connection.execute(update(chat).where(*hidden).values(deleted_at=self._now()))
            _unfile(connection, folder_id)
            connection.execute(delete(folder).where(folder.c.id == folder_id))
            return Taken(found, inside, with_chats)

    def put_back(self, taken: Taken) -> None:
        """A deleted folder is there again, with those of its chats that there still are."""
        found = taken.folder
        with self._database.write() as connection:
            connection.execute(
                insert(folder).values(
                    id=found.id,
                    name=_free(connection, found.name),
                    created_at=self._now(),
                    is_open=found.is_open,
                    **_columns(found.rule),
                )
            )
            here = sorted(rows.existing_chats(connection, taken.chats))
            _file(connection, here, found.id)


def _columns(rule: Rule) -> dict[str, int | bool | None]:
    return {"keep_days": rule.days if rule.store else None, "store": rule.store}


def _free(connection: Connection, name: str, but: int | None = None) -> str:
    """A name as it is stored, if no other folder has it."""
    clean = storable(names.clean_title(name))[: folders.LONGEST_NAME].rstrip()
    if not clean:
        raise failures.failure(failures.FOLDER_UNNAMED)
    same = folders.named(rows.folders(connection), clean)
    if same is not None and same.id != but:
        raise failures.failure(failures.FOLDER_EXISTS)
    return clean


def _change(connection: Connection, folder_id: int, **values: object) -> None:
    connection.execute(update(folder).where(folder.c.id == folder_id).values(**values))


def _inside(connection: Connection, folder_id: int) -> list[int]:
    wanted = select(chat.c.id).where(chat.c.folder_id == folder_id, chat.c.deleted_at.is_(None)).order_by(chat.c.id)
    return [int(row[0]) for row in connection.execute(wanted)]


def _unfile(connection: Connection, folder_id: int) -> None:
    connection.execute(update(chat).where(chat.c.folder_id == folder_id).values(folder_id=None))


def _file(connection: Connection, chats: Iterable[int], folder_id: int) -> None:
    for chat_id in chats:
        connection.execute(update(chat).where(chat.c.id == chat_id).values(folder_id=folder_id))
