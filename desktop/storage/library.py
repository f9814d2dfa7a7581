"""The models that Snug knows: which files there are and what is known about them. Never touches the files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.domain.models import FileKind, InstalledModel
from desktop.domain.trust import Check, Finding
from desktop.storage.database import Database
from desktop.storage.tables import model

_STORED = tuple(name for name in InstalledModel._fields if name != "available")
_KEPT = ("id", "path", "template", "added_at", "last_used_at", "given_name")
_ORIGIN = ("repo", "repo_file", "revision", "publisher", "licence", "sha256", "made_from")
_KINDS = {kind.value: kind for kind in FileKind}


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
        the template and the name chosen for it, when it was added and used, and where it came from if ``new`` does not
        say."""
        values = _values(new)
        values["added_at"] = new.added_at or self._now()
        kept = _KEPT if new.repo or new.sha256 or new.made_from else (*_KEPT, *_ORIGIN)
        with self._database.write() as connection:
            statement = upsert(model).values(**values)
            facts = {name: value for name, value in values.items() if name not in kept}
            connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=facts))
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

    def rename(self, model_id: int, name: str) -> InstalledModel | None:
        """Call it something else; empty: what its file is called."""
        return self._set(model_id, given_name=name)

    def set_check(self, model_id: int, check: Check | None) -> InstalledModel | None:
        """What was found when its file was looked at; None: it has to be looked at again."""
        return self._set(model_id, checked=_check_text(check))

    def set_place(self, model_id: int, path: str, parts: Sequence[str], projector: str) -> InstalledModel | None:
        """Its files lie somewhere else now. A model that is known at that place already gives way to this one."""
        with self._database.write() as connection:
            connection.execute(delete(model).where(model.c.path == path, model.c.id != model_id))
            connection.execute(
                update(model)
                .where(model.c.id == model_id)
                .values(path=path, parts=_parts_text(parts), projector=projector)
            )
        return self.get(model_id)

    def _set(self, model_id: int, **values: object) -> InstalledModel | None:
        with self._database.write() as connection:
            connection.execute(update(model).where(model.c.id == model_id).values(**values))
        return self.get(model_id)

    def _one(self, statement: Select[Any]) -> InstalledModel | None:
        with self._database.read() as connection:
            found = self._models(connection, statement)
        return found[0] if found else None

    def _models(self, connection: Connection, statement: Select[Any]) -> Sequence[InstalledModel]:
        return [self._model(dict(row)) for row in connection.execute(statement).mappings()]

    def _model(self, row: dict[str, Any]) -> InstalledModel:
        row["name"] = row["given_name"] or row["name"]
        row["sha256"] = tuple(row["sha256"].split())
        row["checked"] = _check(row["checked"])
        row["parts"] = tuple(json.loads(row["parts"])) if row["parts"] else ()
        row["kind"] = _KINDS.get(row["kind"], FileKind.OTHER)
        found = InstalledModel(**row)
        return found._replace(available=all(self._is_there(path) for path in found.files))


def _select() -> Select[Any]:
    return select(*(model.c[name] for name in _STORED))


def _values(new: InstalledModel) -> dict[str, Any]:
    values = {name: getattr(new, name) for name in _STORED if name != "id"}
    values["sha256"] = " ".join(new.sha256)
    values["checked"] = _check_text(new.checked)
    values["parts"] = _parts_text(new.parts)
    values["kind"] = new.kind.value
    return values


def _parts_text(parts: Sequence[str]) -> str | None:
    return json.dumps(list(parts)) if parts else None


def _check_text(check: Check | None) -> str | None:
    return (
        None if check is None else json.dumps({**check._asdict(), "findings": [list(each) for each in check.findings]})
    )


def _check(stored: str | None) -> Check | None:
    """A check as it was stored. One that another version of Snug wrote differently counts as none: it is made again."""
    if not stored:
        return None
    try:
        values: dict[str, Any] = json.loads(stored)
        values["findings"] = tuple(Finding(*each) for each in values["findings"])
        values["own_sha256"] = tuple(values["own_sha256"])
        return Check(**values)
    except (TypeError, ValueError, KeyError):
        return None
