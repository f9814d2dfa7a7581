"""What was taken out of the database and may still be asked back: the rows of a deleted chat, in memory only.

Deleting means gone within seconds, and Undo lasts longer than that. So the rows leave the file, and live on in the
memory of this process until nobody can take the deletion back any more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from desktop.domain.chat import Part, PartKind, Status
from desktop.storage import index
from desktop.storage.tables import chat, message, metadata

Rows = dict[str, list[dict[str, Any]]]
"""By the name of their table."""


def read(connection: Connection, chat_id: int) -> Rows:
    """Every row that belongs to a chat."""
    mine = select(message.c.id).where(message.c.chat_id == chat_id)
    found: Rows = {}
    for table in metadata.sorted_tables:
        if table is chat:
            wanted = select(table).where(table.c.id == chat_id)
        elif "chat_id" in table.c:
            wanted = select(table).where(table.c.chat_id == chat_id)
        elif "message_id" in table.c:
            wanted = select(table).where(table.c.message_id.in_(mine))
        else:
            continue
        # A message is never newer than its answers.
        found[table.name] = [dict(row) for row in connection.execute(wanted.order_by(*table.primary_key)).mappings()]
    return found


def put_back(connection: Connection, rows: Rows) -> None:
    """Put the rows of a chat where they were, in the index too."""
    for table in metadata.sorted_tables:
        if values := rows.get(table.name):
            connection.execute(insert(table), values)
    for row in rows[chat.name]:
        index.set_title(connection, row["id"], row["title"])
    said: dict[int, list[Part]] = {}
    for row in rows["part"]:
        said.setdefault(row["message_id"], []).append(Part(PartKind(row["kind"]), row["text"]))
    for row in rows[message.name]:
        if row["status"] != Status.GENERATING.value:
            index.add_message(connection, row["id"], said.get(row["id"], []))
