"""Which forms a database file can have. Knows nothing of SQLAlchemy, so that a look at a file costs nothing."""

from __future__ import annotations

from typing import Any

REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every form a released Snug has written, oldest first. The last one is today's."""

HEAD = REVISIONS[-1]


def version_of(connection: Any) -> str | None:
    """The version written in a file (a raw connection); None where there is none."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    if found.fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])
