"""One connection to an encrypted file, with everything switched on that makes it safe.

The only importer of sqlcipher3. Knows nothing of tables, transactions or of where keys come from.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Literal, cast

from sqlcipher3 import dbapi2 as _driver  # pyright: ignore[reportMissingTypeStubs, reportMissingImports]

KEY_BYTES = 32
BUSY_MS = 5000

driver: Any = cast(Any, _driver)
"""The DB-API module, for SQLAlchemy."""

DriverError: type[Exception] = cast("type[Exception]", driver.Error)

Mode = Literal["rw", "ro", "rwc"]


def connect(path: Path, key: bytes, mode: Mode = "rw", *, query_only: bool = False) -> Any:
    """Open ``path`` and prove that ``key`` reads it.

    Only ``rwc`` makes a file that is not there: a database that went missing must never come back empty.

    Raises:
        DriverError: the file cannot be opened, or the key or the file is wrong.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a database key has 32 bytes")
    # Transactions are begun by us, word for word (isolation_level=None): see database.py.
    connection: Any = driver.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")  # hex digits only, by construction
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if mode != "ro":
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON").fetchone()
        if sys.platform == "darwin":  # there, fsync alone does not reach the disk
            connection.execute("PRAGMA fullfsync = 1")
            connection.execute("PRAGMA checkpoint_fullfsync = 1")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_memory() -> Any:
    """A database that lives in memory only, for this connection."""
    connection: Any = driver.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON").fetchone()
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read. SQLite gives its side files the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def side_files(path: Path) -> tuple[Path, Path]:
    """The write-ahead log and its index, which SQLite keeps beside ``path``."""
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def remove_with_side_files(path: Path) -> None:
    """Remove a database file that nobody has open."""
    for name in (path, *side_files(path)):
        name.unlink(missing_ok=True)
