"""Which form a database file has, making a fresh one, and bringing an old one up to date.

Alembic costs a third of a second to import, so it is only imported when a file really is old: the version is read with
plain SQL, and a fresh file is made from ``tables.py`` directly.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from desktop.storage import failures
from desktop.storage.connection import connect, driver
from desktop.storage.revisions import HEAD, REVISIONS, version_of
from desktop.storage.tables import FULL_TEXT, metadata

VERSION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)

MIGRATIONS = Path(__file__).parent / "migrations"


def create(connection: Connection) -> None:
    """Make every table in an empty database, within the caller's transaction."""
    metadata.create_all(connection, checkfirst=False)
    for statement in FULL_TEXT:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(VERSION_TABLE)
    connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))


def migrate(path: Path, key: bytes, target: str = HEAD, scripts: Path = MIGRATIONS) -> None:
    """Bring a file to ``target`` in one transaction on a connection of its own: entirely or not at all.

    Raises:
        AppError: MIGRATION_FAILED, or what the disk or another process is to blame for.
    """
    # Imported late on purpose, see above.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    engine = create_engine(
        "sqlite+pysqlite://",
        module=driver,
        creator=lambda: _without_foreign_keys(path, key),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", begin_writing)
    with failures.translated(path):
        try:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                _prove(connection)
        except CommandError as error:
            raise failures.failure(failures.MIGRATION_FAILED, type(error).__name__) from error
        finally:
            engine.dispose()


def begin_writing(connection: Connection) -> None:
    """Listener for SQLAlchemy's ``begin``. Without it nothing is atomic: the driver begins no transaction by itself."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_reading(connection: Connection) -> None:
    """The same for a connection that only reads: it sees one state and takes no lock."""
    connection.exec_driver_sql("BEGIN DEFERRED")


def require_sound(connection: Connection) -> None:
    """Refuse what was read in this transaction if a damaged page was met. The last thing to do in each.

    When the last page that a statement needs fails its checksum (the end of a long text, for instance), SQLCipher 4.19
    hands out zeros and no error. It does remember it, and this asks; it takes two microseconds.

    Raises:
        AppError: DATABASE_DAMAGED.
    """
    if str(connection.exec_driver_sql("PRAGMA cipher_status").scalar()) != "1":
        connection.invalidate()  # what it holds in memory is not to be trusted either
        raise failures.failure(failures.DATABASE_DAMAGED, "cipher_status")


def _without_foreign_keys(path: Path, key: bytes) -> Any:
    # Altering a table in SQLite means recreating it; with foreign keys on, dropping the old one would delete
    # everything that points at it. The switch only works outside a transaction, so it is set before BEGIN.
    connection = connect(path, key)
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _prove(connection: Connection) -> None:
    """The last look before COMMIT: no dangling row, and an index that agrees with itself."""
    if connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is not None:
        raise failures.failure(failures.MIGRATION_FAILED, "foreign_key_check")
    integrity_check(connection.exec_driver_sql)
    require_sound(connection)


def integrity_check(execute: Callable[[str], object]) -> None:
    """Ask both full-text tables whether they agree with their words. Raises the driver's error if not."""
    for table in ("message_words", "title_words"):
        execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


def version_or_refuse(connection: Any) -> str:
    """The version of an existing file, if this Snug can work with it.

    Raises:
        AppError: DATABASE_NEWER, or DATABASE_DAMAGED where a file has no version (ours always do).
    """
    version = version_of(connection)
    if version is None:
        raise failures.failure(failures.DATABASE_DAMAGED, "no schema version")
    if version not in REVISIONS:
        raise failures.failure(failures.DATABASE_NEWER, f"schema {version[:32]}")
    return version
