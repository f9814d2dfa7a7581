"""Every connection that was made or refused, kept with the chats and encrypted like them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select

from desktop.domain.ledger import Entry, Result
from desktop.storage.database import Database
from desktop.storage.tables import connection as connections

MOST = 10_000
"""As many as are given out at once."""


class Ledger:
    """The ledger of one database. Entries are added and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: Entry) -> Entry:
        """Keep an entry; the same with its id."""
        values = entry._asdict() | {"result": entry.result.value}
        del values["id"]
        with self._database.write() as connection:
            key = connection.execute(insert(connections).values(values)).inserted_primary_key
        return entry._replace(id=int(key[0]) if key else 0)

    def entries(self, most: int = MOST) -> Sequence[Entry]:
        """The newest first."""
        columns = [connections.c[name] for name in Entry._fields]
        with self._database.read() as connection:
            found = connection.execute(select(*columns).order_by(connections.c.id.desc()).limit(most)).all()
        return [Entry._make(row)._replace(result=Result(row.result)) for row in found]

    def counts(self) -> tuple[int, int]:
        """How many were made, and how many were refused."""
        refused = connections.c.result == Result.REFUSED.value
        with self._database.read() as connection:
            made = connection.execute(select(func.count()).where(~refused)).scalar_one()
            blocked = connection.execute(select(func.count()).where(refused)).scalar_one()
        return int(made), int(blocked)
