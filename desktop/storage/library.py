"""The models that Snug knows: which files there are and what is known about them. Never touches the files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.domain.models import InstalledModel
from desktop.storage.database import Database
from desktop.storage.tables import model

_STORED = tuple(name for name in InstalledModel._fields if name != "available")
_FACTS = tuple(name for name in _STORED if name not in ("id", "path", "template", "added_at", "last_used_at"))


def _is_there(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:  # too long a name, a disk that fails: one bad entry must not hide the list
        return False


class Library:
    """The models of one database. ``is_there`` tells whether a file can be reached at this moment."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, is_there: Callable[[str], bool] = _is_there
    ) -> None:
        self._database = database
        self._now = clock
        self._is_there = is_there

    def list(self) -> list[InstalledModel]:
        """All models, the one used last first, then by name."""
        with self._database.read() as connection:
            order = (model.c.last_used_at.desc(), model.c.name, model.c.id)
            return [*self._models(connection, _select().order_by(*order))]

    def get(self, model_id: int) -> InstalledModel | None:
        """One model; None if it is not known."""
        return self._one(_select().where(model.c.id == model_id))

    def by_path(self, path: str) -> InstalledModel | None:
        """The model in this file; None if it is not known."""
        return self._one(_select().where(model.c.path == path))

    def add(self, new: InstalledModel) -> InstalledModel:
        """Remember a file; the id of ``new`` is not used. A file that is known gets the new facts, and keeps its id,
        the template chosen for it, and when it was added and used."""
        values = {name: getattr(new, name) for name in _STORED if name != "id"}
        values["added_at"] = new.added_at or self._now()
        with self._database.write() as connection:
            statement = upsert(model).values(**values)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["path"], set_={name: values[name] for name in _FACTS})
            )
            return self._models(connection, _select().where(model.c.path == new.path))[0]

    def remove(self, model_id: int) -> bool:
        """Forget a model; its file stays. Whether it was known."""
        with self._database.write() as connection:
            return connection.execute(delete(model).where(model.c.id == model_id)).rowcount > 0

    def touch(self, model_id: int) -> InstalledModel | None:
        """It was used just now."""
        return self._set(model_id, last_used_at=self._now())

    def set_template(self, model_id: int, template: str) -> InstalledModel | None:
        """Use a built-in template instead of the file's own; empty: the file's own again."""
        return self._set(model_id, template=template)

    def _set(self, model_id: int, **values: object) -> InstalledModel | None:
        with self._database.write() as connection:
            connection.execute(update(model).where(model.c.id == model_id).values(**values))
        return self.get(model_id)

    def _one(self, statement: Select[Any]) -> InstalledModel | None:
        with self._database.read() as connection:
            found = self._models(connection, statement)
        return found[0] if found else None

    def _models(self, connection: Connection, statement: Select[Any]) -> Sequence[InstalledModel]:
        return [
            InstalledModel(**row, available=self._is_there(row["path"]))
            for row in connection.execute(statement).mappings()
        ]


def _select() -> Select[Any]:
    return select(*(model.c[name] for name in _STORED))
