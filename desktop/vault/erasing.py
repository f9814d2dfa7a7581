"""Deleting everything. The keys go first: what the disk keeps of the rest is noise from then on."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from desktop.paths import Paths
from desktop.vault.files import plain_words
from desktop.vault.keys import Vault
from desktop.vault.ways import forget


def erase(paths: Paths, vault: Vault) -> None:
    """Remove keys, chats, backups, settings and logs of a data folder that nobody has open. Model files stay.

    May be called again where it was interrupted.

    Raises:
        AppError: KEYCHAIN_FAILED (the files are gone all the same), or what the disk is to blame for.
    """
    try:
        forget(vault)
    finally:
        with plain_words():
            for path in paths.data.iterdir():
                if path != paths.models and path != paths.locks:
                    _remove(path)
            for path in paths.locks.iterdir():
                with suppress(OSError):  # the lock of this process is still held, on Windows also in the file system
                    path.unlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return
    with suppress(OSError):
        _overwrite(path)
    path.unlink(missing_ok=True)


def _overwrite(path: Path) -> None:
    """On a disk that writes in place this is the end of it; on a flash disk the missing key has to be enough."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for start in range(0, size, 1 << 20):
            file.write(bytes(min(1 << 20, size - start)))
        file.flush()
        os.fsync(file.fileno())
