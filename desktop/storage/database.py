"""Opening the encrypted database, and the two ways to use it: ``read()`` and ``write()``.

Knows files, connections and transactions; knows nothing of chats, and is handed the key. One connection writes (so that
writers of this process queue here instead of in SQLite, and so that ``data_version`` sees other processes only); a few
others read and cannot write.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from desktop.disk import sync_folder
from desktop.storage import backup, failures, pages, schema
from desktop.storage.connection import (
    KEY_BYTES,
    DriverError,
    connect,
    connect_memory,
    driver,
    make_private,
    remove_with_side_files,
    side_files,
)

_READERS = 4
_WAIT_S = 10
_STALE_S = 3600


class Database:
    """An open database. Make one with ``Database.open``; any thread may use it."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._require_sound: Callable[[Connection], None] = schema.require_sound
        self._writer = _engine(lambda: connect(path, key), schema.begin_writing, size=1, overflow=0)
        self._reader = _engine(
            lambda: connect(path, key, query_only=True), schema.begin_reading, size=_READERS, overflow=_READERS
        )

    @classmethod
    def in_memory(cls, first_id: int) -> Database:
        """A database of the same form that no disk ever sees, and that is gone when it is closed.

        Its chats and messages get ids above ``first_id``, so that they are never taken for those of a file. One
        connection reads and writes: for one thread at a time.
        """
        database = cls(Path(":memory:"), b"")
        database._dispose()
        database._require_sound = _nothing  # no page is ever read from a disk
        # Reading and writing meet on one connection: the memory of another one would be another database.
        database._writer = database._reader = _engine(connect_memory, schema.begin_writing, size=1, overflow=0)
        with database._writer.begin() as connection:
            schema.create(connection)
            for table in ("chat", "message"):
                connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first_id))
        return database

    @classmethod
    def open(cls, path: Path, key: bytes, *, backups: Path, expect_existing: bool, salt: bytes = b"") -> Database:
        """Open the database, making or migrating it where that is right.

        ``expect_existing``: there was one before, so a missing file is a loss and not a first start. ``salt`` is the
        saved copy of the file's first 16 bytes; with it, a file whose salt alone is damaged is mended.

        Raises:
            AppError: WRONG_KEY, DATABASE_DAMAGED, DATABASE_MISSING, DATABASE_NEWER, DATABASE_READ_ONLY,
                DATABASE_BUSY, DISK_FULL, DISK_ERROR, NOT_A_FOLDER, BACKUP_FAILED or MIGRATION_FAILED. The file is as
                it was.
        """
        if len(key) != KEY_BYTES:
            raise ValueError("a database key has 32 bytes")
        with failures.translated(path):
            if not path.parent.is_dir():
                raise failures.failure(failures.NOT_A_FOLDER)
            _tidy(path)
            if not path.exists():
                _refuse_if_lost(path, expect_existing)
                _create(path, key)
            version = _examine(path, key, salt)
            if version != schema.HEAD:
                backup.make(path, key, backups, f"before-{schema.HEAD}")
                schema.migrate(path, key)
            database = cls(path, key)
            try:
                database._prove_writable()
            except BaseException:
                database._dispose()
                raise
            return database

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A connection that sees one state of the database and cannot change it."""
        with failures.translated(self.path), self._reader.connect() as connection:
            yield connection
            self._require_sound(connection)

    @contextmanager
    def write(self) -> Generator[Connection]:
        """A transaction: committed when the block ends, undone when an error leaves it. Not to be nested."""
        with failures.translated(self.path), self._writer.begin() as connection:
            yield connection
            self._require_sound(connection)

    def data_version(self) -> int:
        """A number that changes when another process has written. Cheap enough to ask every second."""
        with self._raw() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def checkpoint(self) -> bool:
        """Move everything from the write-ahead log into the file and empty it. False if somebody is still reading."""
        with self._raw() as connection:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return int(row[0]) == 0

    def back_up(self, folder: Path, label: str = "copy") -> Path:
        """A verified copy in ``folder`` (see ``storage.backup``)."""
        return backup.make(self.path, self._key, folder, label)

    def close(self) -> None:
        """Empty the write-ahead log and let go of the file. Safe to call twice."""
        self._reader.dispose()
        with suppress(Exception):  # a full disk must not keep the app from ending; the log is read at the next start
            self.checkpoint()
        self._dispose()

    @contextmanager
    def _raw(self) -> Generator[Any]:
        with failures.translated(self.path):
            held = self._writer.raw_connection()
            try:
                yield held.driver_connection
            finally:
                held.close()

    def _prove_writable(self) -> None:
        # SQLite quietly opens a file read-only where it may not write, and even lets BEGIN IMMEDIATE pass; better to
        # know now than at the first message. A statement that would write is refused; this one changes nothing.
        with self.write() as connection:
            connection.exec_driver_sql("DELETE FROM setting WHERE 0")

    def _dispose(self) -> None:
        self._reader.dispose()
        self._writer.dispose()


def _engine(creator: Callable[[], Any], begin: Callable[[Connection], None], *, size: int, overflow: int) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        module=driver,
        creator=creator,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=_WAIT_S,
        hide_parameters=True,
    )
    event.listen(engine, "begin", begin)
    return engine


def _nothing(_: Connection) -> None:
    return


def _refuse_if_lost(path: Path, expect_existing: bool) -> None:
    log, _ = side_files(path)
    # A log without its database is a loss too: a new database beside it would throw its words away.
    if expect_existing or (log.exists() and log.stat().st_size):
        raise failures.failure(failures.DATABASE_MISSING)


def _create(path: Path, key: bytes) -> None:
    """Make the database under another name and move it into place whole, so a half-made one is never found."""
    fresh = path.with_name(f"{path.name}.new-{time.time_ns():x}")
    try:
        make_private(fresh)
        engine = _engine(lambda: connect(fresh, key), schema.begin_writing, size=1, overflow=0)
        try:
            with engine.begin() as connection:
                schema.create(connection)
        finally:
            engine.dispose()  # closing the last connection moves the log into the file
        with suppress(FileExistsError):  # another process was first: its database is as good as ours
            _place(fresh, path)
        sync_folder(path.parent)
    finally:
        remove_with_side_files(fresh)


def _tidy(path: Path) -> None:
    """Remove what a killed ``_create`` left: a second name of the database, or a half-made one that has grown old."""
    for stale in path.parent.glob(f"{path.name}.new-*"):
        with suppress(FileNotFoundError):
            facts = stale.stat()
            if facts.st_nlink > 1 or time.time() - facts.st_mtime > _STALE_S:
                stale.unlink()


def _place(fresh: Path, path: Path) -> None:
    try:
        path.hardlink_to(fresh)  # unlike a rename, this never replaces a file
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path.name) from None
        fresh.rename(path)


def _examine(path: Path, key: bytes, salt: bytes) -> str:
    """The file's version, read without changing a byte of it; or why it cannot be used."""
    if not path.is_file() or path.stat().st_size == 0:
        raise failures.failure(failures.DATABASE_DAMAGED, "not a file, or empty")
    pages.repair_salt(path, key, salt)
    try:
        connection = connect(path, key, "ro")
        try:
            return schema.version_or_refuse(connection)
        finally:
            connection.close()
    except DriverError as error:
        if not failures.is_unreadable(error):
            raise
        code = failures.DATABASE_DAMAGED if pages.key_fits(path, key) else failures.WRONG_KEY
        raise failures.failure(code, str(getattr(error, "sqlite_errorname", ""))) from error
