"""What Alembic runs. The connection comes from ``storage.schema``, which also owns the transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from desktop.storage.tables import metadata


def _run(connection: Connection) -> None:
    # Batch mode, since SQLite alters a table by recreating it.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
