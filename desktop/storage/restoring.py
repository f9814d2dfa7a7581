"""Putting another database in the place of the one that is there, so that a crash leaves the old one or the new one.

Everything is laid ready in a folder beside it; renaming that folder is the moment it counts. From then on ``finish``
carries the files to their places, here or at the next start, and may be stopped and begun again at any point. What was
there before is kept among the backups. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from desktop.disk import sync_folder
from desktop.paths import Paths
from desktop.storage.connection import side_files

_PREPARED = "restore.new"
_DECIDED = "restore"
_OLD = "old"


def prepare(paths: Paths) -> Path:
    """An empty folder for ``snug.db`` and, if it is to change as well, ``snug.header.json``."""
    folder = paths.data / _PREPARED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def decide(paths: Paths) -> None:
    """From now on the new database counts."""
    prepared = paths.data / _PREPARED
    for path in prepared.iterdir():
        _sync_file(path)
    sync_folder(prepared)
    prepared.rename(paths.data / _DECIDED)
    sync_folder(paths.data)


def abandon(paths: Paths) -> None:
    """Throw away what was laid ready."""
    shutil.rmtree(paths.data / _PREPARED, ignore_errors=True)


def finish(paths: Paths) -> bool:
    """Carry out what was decided; True if there was anything. To be called before anything is opened.

    Raises:
        OSError: the disk does not let it; the next call goes on.
    """
    decided = paths.data / _DECIDED
    if not decided.is_dir():
        return False
    fresh = decided / paths.database.name
    old = decided / _OLD
    if fresh.exists():
        # Only while the new one still lies here are these the old ones. The log goes with its database, never alone.
        old.mkdir(exist_ok=True)
        for path in (*side_files(paths.database), paths.database):
            if path.exists():
                path.rename(old / path.name)
        sync_folder(old)
        header = decided / paths.header.name
        if header.exists():
            for target in (paths.header_copy, paths.header):
                target.parent.mkdir(mode=0o700, exist_ok=True)
                if target.exists():
                    shutil.copy2(target, old / f"{target.parent.name}-{target.name}")
                shutil.copyfile(header, target)
                target.chmod(0o600)
                _sync_file(target)
        fresh.rename(paths.database)
        sync_folder(paths.data)
    if old.is_dir() and any(old.iterdir()):
        old.rename(paths.backups / f"replaced-{time.time_ns():x}")
    shutil.rmtree(decided)
    sync_folder(paths.data)
    return True


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
