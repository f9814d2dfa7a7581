"""The queue of downloads, and the terms of models that somebody agreed to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.domain.downloads import Download, DownloadState, Order
from desktop.domain.quants import RepoFile
from desktop.storage.database import Database
from desktop.storage.tables import agreement, download


class DownloadStore:
    """What outlasts this start: orders in their order, and agreements."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = clock

    def list(self) -> list[Download]:
        """The orders in the order of the queue, as they stood last."""
        with self._database.read() as connection:
            rows = connection.execute(select(download).order_by(download.c.position, download.c.id)).mappings().all()
        return [Download(row["id"], _order(row), DownloadState(row["state"])) for row in rows]

    def add(self, order: Order) -> Download:
        """Put an order at the end of the queue."""
        values = order._asdict() | {
            "files": json.dumps(order.files),
            "state": DownloadState.QUEUED.value,
            "created_at": self._now(),
        }
        with self._database.write() as connection:
            last = connection.execute(select(func.max(download.c.position))).scalar()
            key = connection.execute(insert(download).values(**values, position=(last or 0) + 1)).inserted_primary_key
        return Download(int(key[0]) if key else 0, order)

    def set_state(self, number: int, state: DownloadState) -> None:
        with self._database.write() as connection:
            connection.execute(update(download).where(download.c.id == number).values(state=state.value))

    def remove(self, number: int) -> None:
        with self._database.write() as connection:
            connection.execute(delete(download).where(download.c.id == number))

    def agreed(self, repo: str, licence: str) -> bool:
        """Whether somebody agreed to these terms."""
        wanted = (agreement.c.repo == repo) & (agreement.c.licence == licence)
        with self._database.read() as connection:
            return connection.execute(select(agreement.c.repo).where(wanted)).first() is not None

    def agree(self, repo: str, licence: str, text_hash: str = "") -> None:
        """Somebody agreed to these terms, of which they saw a text with this SHA-256 (empty: only the name)."""
        values = {"repo": repo, "licence": licence, "agreed_at": self._now(), "text_hash": text_hash}
        statement = upsert(agreement).values(**values)
        with self._database.write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["repo", "licence"], set_=values))


def _order(row: Any) -> Order:
    files = tuple(RepoFile(*file) for file in json.loads(row["files"]))
    named = {name: row[name] for name in Order._fields if name != "files"}
    return Order(files=files, **named)
