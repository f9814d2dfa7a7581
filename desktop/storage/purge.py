"""Making deleted chats gone for good.

Three things together leave nothing behind: SQLite overwrites freed space (``secure_delete``), the full-text tables
remove words at once (``secure-delete``), and the write-ahead log is emptied afterwards. Done in slices, so that a large
chat does not hold up the answer that is being written; a purge that was cut short is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.storage import index, taken
from desktop.storage.database import Database
from desktop.storage.taken import Rows

SLICE = 200
_DUE = "SELECT id FROM chat WHERE deleted_at IS NOT NULL AND deleted_at <= ?"


def purge_deleted(database: Database, until: float, keep: dict[int, Rows] | None = None) -> int:
    """Remove every chat deleted at ``until`` or before. How many there were. What they were goes into ``keep``."""
    with database.read() as connection:
        due = [int(row[0]) for row in connection.exec_driver_sql(_DUE, (until,))]
    gone = 0
    for chat_id in due:
        if keep is not None:
            with database.read() as connection:
                keep[chat_id] = taken.read(connection, chat_id)
        while _remove_messages(database, chat_id):
            pass
        gone += _remove_chat(database, chat_id)
    if due:
        database.checkpoint()
    return gone


def _remove_messages(database: Database, chat_id: int) -> bool:
    with database.write() as connection:
        if not _still_deleted(connection, chat_id):
            return False
        # The newest first: a message is never newer than its answers, so no slice leaves one without its parent.
        ids = [
            int(row[0])
            for row in connection.exec_driver_sql(
                "SELECT id FROM message WHERE chat_id = ? ORDER BY id DESC LIMIT ?", (chat_id, SLICE)
            )
        ]
        _remove(connection, ids)
        return len(ids) == SLICE


def _remove_chat(database: Database, chat_id: int) -> int:
    with database.write() as connection:
        if not _still_deleted(connection, chat_id):
            return 0
        index.remove_title(connection, chat_id)
        connection.exec_driver_sql("DELETE FROM draft WHERE chat_id = ?", (chat_id,))
        connection.exec_driver_sql("DELETE FROM chat WHERE id = ?", (chat_id,))
        return 1


def _remove(connection: Connection, ids: Sequence[int]) -> None:
    for message_id in ids:
        index.remove_message(connection, message_id)
        # Parts and checkpoint go with it, by foreign key.
        connection.exec_driver_sql("DELETE FROM message WHERE id = ?", (message_id,))


def _still_deleted(connection: Connection, chat_id: int) -> bool:
    # It may have been brought back since; then what is left of it stays.
    row = connection.exec_driver_sql("SELECT deleted_at FROM chat WHERE id = ?", (chat_id,)).fetchone()
    return row is not None and row[0] is not None
