"""How long chats are kept: some are deleted by themselves, so many days after their last word."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.storage import rows
from desktop.storage.database import Database
from desktop.storage.tables import retention

DAY_S = 86_400.0
_EXPIRE = """UPDATE chat SET deleted_at = :now WHERE deleted_at IS NULL AND id IN (
    SELECT chat_id FROM retention JOIN chat ON chat.id = chat_id WHERE chat.updated_at + days * :day < :now)"""


class Retention:
    """The days of one database's chats. A chat without any is kept until it is deleted."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = clock

    def days(self, chat_id: int) -> int | None:
        """Days after its last word until a chat is deleted; None: never."""
        with self._database.read() as connection:
            return connection.execute(select(retention.c.days).where(retention.c.chat_id == chat_id)).scalar()

    def all(self) -> dict[int, int]:
        """The days of every chat that has any."""
        with self._database.read() as connection:
            return {row.chat_id: row.days for row in connection.execute(select(retention))}

    def keep_for(self, chat_id: int, days: int | None) -> None:
        """Change that.

        Raises:
            AppError: CHAT_GONE.
        """
        with self._database.write() as connection:
            rows.require_chat(connection, chat_id)
            if days is None:
                connection.execute(delete(retention).where(retention.c.chat_id == chat_id))
            else:
                statement = upsert(retention).values(chat_id=chat_id, days=days)
                connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_={"days": days}))

    def expire(self) -> int:
        """Delete the chats whose days are over (``Conversations.purge_deleted`` ends them). How many there were."""
        with self._database.write() as connection:
            now = self._now()
            raw = connection.exec_driver_sql(_EXPIRE, {"now": now, "day": DAY_S})
            return raw.rowcount
