"""The life of an answer in the database, as steps within the caller's transaction.

::

    begin ──► GENERATING ──checkpoint──► GENERATING ──settle──► COMPLETE, STOPPED, INTERRUPTED
                  ▲                                                │
                  └─────────────────── reopen ─────────────────────┘

While it is generating, its words are one blob in ``checkpoint``. Settling turns them into parts, once, and indexes
them.
Knows nothing of threads, engines or of who calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, update

from desktop.domain.chat import FinishReason, Message, Part, Role, Statistics, Status
from desktop.storage import index, rows
from desktop.storage.parts import pack, storable, tokens_to_bytes
from desktop.storage.tables import checkpoint as checkpoint_table
from desktop.storage.tables import message, part

_CHECKPOINT = (
    "INSERT INTO checkpoint (message_id, parts, updated_at)"
    " SELECT id, ?, ? FROM message WHERE id = ? AND status = 'generating'"
    " ON CONFLICT (message_id) DO UPDATE SET parts = excluded.parts, updated_at = excluded.updated_at"
)


def add_user_message(
    connection: Connection, chat_id: int, parent_id: int | None, parts: Sequence[Part], now: float
) -> int:
    """A person's message: complete at once, and found by the search at once."""
    message_id = _insert(
        connection, chat_id=chat_id, parent_id=parent_id, role=Role.USER, status=Status.COMPLETE, created_at=now
    )
    write_parts(connection, message_id, parts)
    index.add_message(connection, message_id, parts)
    return message_id


def begin(
    connection: Connection, chat_id: int, parent_id: int, now: float, *, model_name: str, model_key: str, writer: str
) -> int:
    """An answer without words yet."""
    return _insert(
        connection,
        chat_id=chat_id,
        parent_id=parent_id,
        role=Role.ASSISTANT,
        status=Status.GENERATING,
        created_at=now,
        model_name=storable(model_name),
        model_key=model_key,
        writer=writer,
    )


def reopen(connection: Connection, found: Message, writer: str) -> None:
    """Carry on an answer that has ended. Its parts stay; it leaves the index until it is settled again."""
    if found.role is not Role.ASSISTANT or found.status is Status.GENERATING:
        raise ValueError("only an answer that has ended can be carried on")
    index.remove_message(connection, found.id)
    connection.execute(
        update(message)
        .where(message.c.id == found.id)
        .values(status=Status.GENERATING.value, writer=writer, finish_reason=None, failure="")
    )


def checkpoint(connection: Connection, message_id: int, parts: Sequence[Part], now: float) -> None:
    """Keep the words so far. An answer that was settled meanwhile is left alone."""
    connection.exec_driver_sql(_CHECKPOINT, (pack(parts), now, message_id))


def settle(
    connection: Connection,
    message_id: int,
    parts: Sequence[Part],
    status: Status,
    *,
    finish_reason: FinishReason | None = None,
    statistics: Statistics | None = None,
    failure: str = "",
) -> None:
    """The end of an answer: parts, index, no checkpoint any more."""
    if status is Status.GENERATING:
        raise ValueError("an answer does not end by being written")
    connection.execute(
        update(message)
        .where(message.c.id == message_id)
        .values(
            status=status.value,
            writer="",
            finish_reason=finish_reason.value if finish_reason else None,
            statistics=rows.statistics_text(statistics),
            failure=failure,
        )
    )
    connection.execute(delete(part).where(part.c.message_id == message_id))
    write_parts(connection, message_id, parts)
    connection.execute(delete(checkpoint_table).where(checkpoint_table.c.message_id == message_id))
    # Normally there is nothing to remove; there is if another process took this one for dead and settled its answer.
    index.remove_message(connection, message_id)
    index.add_message(connection, message_id, parts)


def write_parts(connection: Connection, message_id: int, parts: Sequence[Part]) -> None:
    """The parts of a message that has none."""
    if parts:
        connection.execute(
            insert(part),
            [
                {
                    "message_id": message_id,
                    "position": position,
                    "kind": one.kind.value,
                    "text": storable(one.text),
                    "token_ids": tokens_to_bytes(one.tokens),
                }
                for position, one in enumerate(parts)
            ],
        )


def copy_path(connection: Connection, path: Sequence[Message], chat_id: int) -> int:
    """Write the messages of ``path`` again, as one line in another chat. The id of the last one."""
    # We hold the write lock, so the next ids are known and all rows can be written at once.
    row = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'message'").fetchone()
    first = (int(row[0]) if row else 0) + 1
    connection.execute(
        insert(message),
        [
            {
                "id": first + offset,
                "chat_id": chat_id,
                "parent_id": first + offset - 1 if offset else None,
                "role": one.role.value,
                # The copy of an answer that is still being written has no writer of its own.
                "status": (Status.INTERRUPTED if one.status is Status.GENERATING else one.status).value,
                "model_name": one.model_name,
                "model_key": one.model_key,
                "finish_reason": one.finish_reason.value if one.finish_reason else None,
                "failure": one.failure,
                "statistics": rows.statistics_text(one.statistics),
                "created_at": one.created_at,
                "pinned": one.pinned,
            }
            for offset, one in enumerate(path)
        ],
    )
    for offset, one in enumerate(path):
        write_parts(connection, first + offset, one.parts)
        index.add_message(connection, first + offset, one.parts)
    return first + len(path) - 1


def _insert(connection: Connection, *, role: Role, status: Status, **values: object) -> int:
    row = connection.execute(insert(message).values(role=role.value, status=status.value, **values))
    key = row.inserted_primary_key
    assert key is not None
    return int(key[0])
