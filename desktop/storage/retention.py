"""How long chats are kept: some are deleted by themselves, so many days after their last word."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.domain.folders import DAY_S, Rule
from desktop.storage import rows
from desktop.storage.database import Database
from desktop.storage.tables import retention

_DAYS = "coalesce(retention.days, folder.keep_days, 0)"
_EXPIRE = f"""UPDATE chat SET deleted_at = :now WHERE deleted_at IS NULL AND id IN (
    SELECT chat.id FROM chat LEFT JOIN retention ON chat_id = chat.id LEFT JOIN folder ON folder.id = folder_id
    WHERE {_DAYS} > 0 AND chat.updated_at + {_DAYS} * :day < :now)"""
_OVERDUE = """SELECT count(*) FROM chat WHERE folder_id = :folder AND deleted_at IS NULL
    AND updated_at + :days * :day < :now AND id NOT IN (SELECT chat_id FROM retention)"""


class Retention:
    """The days of one database's chats. A chat without any goes by the rule of its folder; without that too it is kept
    until it is deleted."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = clock

    def days(self, chat_id: int) -> int | None:
        """Days after its last word until a chat is deleted; ``FOR_EVER``: never; None: as its folder has it."""
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

    def overdue(self, folder_id: int, rule: Rule) -> int:
        """How many chats of a folder would be deleted at once by a rule of it."""
        if rule.days is None:
            return 0
        asked = {"folder": folder_id, "days": rule.days, "day": DAY_S, "now": self._now()}
        with self._database.read() as connection:
            return int(connection.exec_driver_sql(_OVERDUE, asked).scalar() or 0)
