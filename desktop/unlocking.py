"""The way to the key: folders, log, vault, and a glance into the database. What it needs knows no Qt.

So it can begin before PySide6 is imported, and go on meanwhile.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from desktop import logs
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.storage import pages
from desktop.storage.glance import Glance, glance
from desktop.vault.keychain import Keychain, SystemKeychain
from desktop.vault.keys import Vault


def prepare(data_dir: Path) -> Paths:
    """The folders, made where they are missing.

    Raises:
        AppError: DATA_FOLDER, when they cannot be made.
    """
    paths = Paths(data_dir)
    try:
        paths.prepare()
    except OSError as error:
        raise AppError(
            "DATA_FOLDER",
            f"Snug cannot write to its data folder, {data_dir}.",
            "Nothing was changed.",
            "Choose another folder with --data-dir, or make this one writable.",
            error.strerror or type(error).__name__,
        ) from None
    logs.start(paths.logs)
    return paths


class Unlocked(NamedTuple):
    """The key, and what the window shows first if there was nothing unusual about the database."""

    vault: Vault
    key: bytes
    seen: Glance | None


def begin(paths: Paths) -> Future[Unlocked]:
    """``unlock`` on a thread of its own. The end of the process does not wait for it: a keychain may be waiting for a
    person there."""
    unlocked: Future[Unlocked] = Future()

    def work() -> None:
        try:
            unlocked.set_result(unlock(paths))
        except Exception as error:
            unlocked.set_exception(error)

    threading.Thread(target=work, name="unlocking", daemon=True).start()
    return unlocked


def unlock(paths: Paths, keychain: Keychain | None = None) -> Unlocked:
    """Get the key and glance into the database.

    Raises:
        AppError: of the vault, in plain words.
    """
    vault = Vault(paths, keychain or SystemKeychain(), fits=pages.key_fits)
    key = vault.unlock()
    return Unlocked(vault, key, glance(paths.database, key))
