"""Copies of the database that were proven to be readable, encrypted with the same key.

``VACUUM INTO`` and nothing else: copying the file misses what is still in the write-ahead log. A copy that cannot be
opened, read to the end and counted is not kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.disk import sync_folder
from desktop.storage import failures
from desktop.storage.connection import DriverError, connect, make_private, remove_with_side_files

KEEP = 3
_COUNTED = ("chat", "message", "part")
_UNFINISHED = "unfinished-"


def make(
    source: Path, key: bytes, folder: Path, label: str, *, keep: int = KEEP, now: Callable[[], float] = time.time
) -> Path:
    """Copy ``source`` into ``folder``, prove the copy, and remove all but the newest ``keep`` of this label.

    Raises:
        AppError: BACKUP_FAILED, or what the disk is to blame for. The source is untouched in every case.
    """
    with failures.translated(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now()))
        final = _free_name(folder, f"snug-{label}-{stamp}")
        unfinished = folder / (_UNFINISHED + final.name)
        write_copy(source, key, unfinished)
        unfinished.replace(final)
        sync_folder(folder)
        for old in existing(folder, label)[keep:]:
            old.unlink(missing_ok=True)
        return final


def write_copy(source: Path, key: bytes, target: Path) -> None:
    """Copy ``source`` to ``target`` and prove the copy; what lay there before is replaced.

    Raises:
        AppError: BACKUP_FAILED, or what the disk is to blame for. Then there is no ``target``.
    """
    with failures.translated(target.parent):
        remove_with_side_files(target)
        make_private(target)
        try:
            before, after = _copy(source, key, target)
            _prove(target, key, before, after)
        except BaseException:
            remove_with_side_files(target)
            raise


def existing(folder: Path, label: str = "") -> list[Path]:
    """The finished copies, newest first."""
    prefix = f"snug-{label}-" if label else "snug-"
    found = [path for path in folder.glob("*.db") if path.name.startswith(prefix)]
    return sorted(found, key=lambda path: path.stem[-18:], reverse=True)


def verify(copy: Path, key: bytes) -> dict[str, int]:
    """Read every page of a copy and count its rows.

    Raises:
        AppError: BACKUP_FAILED.
    """
    try:
        connection = connect(copy, key, "ro")
        try:
            verdict = connection.execute("PRAGMA quick_check").fetchall()
            damage = _damaged_pages(connection)
            counts = _count(connection)
        finally:
            connection.close()
    except DriverError as error:
        raise failures.failure(failures.BACKUP_FAILED, str(getattr(error, "sqlite_errorname", ""))) from error
    if damage or [tuple(row) for row in verdict] != [("ok",)]:
        raise failures.failure(failures.BACKUP_FAILED, "quick_check")
    return counts


def _copy(source: Path, key: bytes, target: Path) -> tuple[dict[str, int], dict[str, int]]:
    connection = connect(source, key)
    try:
        if _damaged_pages(connection):
            raise failures.failure(failures.DATABASE_DAMAGED, "cipher_integrity_check")
        before = _count(connection)
        connection.execute("VACUUM INTO ?", (str(target),))
        after = _count(connection)
    finally:
        connection.close()
    handle = os.open(target, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return before, after


def _damaged_pages(connection: Any) -> bool:
    # Looks at the checksum of every page, also where reading the rows would not notice (see schema.require_sound).
    return bool(connection.execute("PRAGMA cipher_integrity_check").fetchall())


def _prove(copy: Path, key: bytes, before: dict[str, int], after: dict[str, int]) -> None:
    counts = verify(copy, key)
    # Another process may have written meanwhile, so the truth lies between the two counts.
    for table, count in counts.items():
        if not min(before[table], after[table]) <= count <= max(before[table], after[table]):
            raise failures.failure(failures.BACKUP_FAILED, f"rows of {table}")


def _count(connection: Any) -> dict[str, int]:
    return {table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in _COUNTED}


def _free_name(folder: Path, stem: str) -> Path:
    for number in range(100):
        path = folder / f"{stem}-{number:02}.db"
        if not path.exists():
            return path
    raise FileExistsError(stem)
