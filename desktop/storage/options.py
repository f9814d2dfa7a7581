"""Settings that are kept with the chats, encrypted: JSON values by key."""

from __future__ import annotations

import json
from typing import TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.storage.database import Database
from desktop.storage.tables import setting

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Options:
    """The settings of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str, default: Json = None) -> Json:
        """The value of a key; ``default`` if it was never put."""
        with self._database.read() as connection:
            stored = connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
        return default if stored is None else json.loads(str(stored))

    def all(self) -> dict[str, Json]:
        """Everything that was put."""
        with self._database.read() as connection:
            return {key: json.loads(value) for key, value in connection.execute(select(setting.c.key, setting.c.value))}

    def put(self, key: str, value: Json) -> None:
        """Keep a value."""
        text = json.dumps(value, separators=(",", ":"))
        with self._database.write() as connection:
            statement = upsert(setting).values(key=key, value=text)
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": text}))

    def remove(self, key: str) -> None:
        """Forget a key."""
        with self._database.write() as connection:
            connection.execute(delete(setting).where(setting.c.key == key))
