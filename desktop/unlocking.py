"""The way to the key: folders, log, vault, and a glance into the database. What it needs knows no Qt.

So it goes on while the window and the rest of PySide6 are imported.
"""

from __future__ import annotations

import os
from pathlib import Path

from desktop import logs, paths
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.porter import PASSPHRASE_FILE
from desktop.storage import pages, restoring
from desktop.storage.glance import glance
from desktop.told import Unlocked
from desktop.translation import tr
from desktop.vault import refusals
from desktop.vault.keychain import Keychain, SystemKeychain
from desktop.vault.keys import Vault


def prepare(data_dir: Path) -> Paths:
    """The folders, made where they are missing; the log; a restore that was decided on and not finished.

    Raises:
        AppError: DATA_FOLDER, when they cannot be made or written.
    """
    found = paths.made(data_dir)
    with paths.as_sentence(data_dir):
        restoring.finish(found)
    logs.start(found.logs)
    return found


def vault_of(paths: Paths, keychain: Keychain | None = None) -> Vault:
    """The vault of a data folder."""
    return Vault(paths, keychain or SystemKeychain(), fits=pages.key_fits)


def unlock(paths: Paths, keychain: Keychain | None = None) -> Unlocked:
    """Get the key and glance into the database, before anything else.

    Raises:
        AppError: of the vault, in plain words; those of ``refusals.TYPING`` can be answered with ``unlock_typed``.
    """
    vault = vault_of(paths, keychain)
    try:
        key = vault.unlock()
    except AppError as error:
        if error.code not in refusals.TYPING or (secret := unattended()) is None:
            raise
        return unlock_typed(vault, secret, why=error.code)
    return Unlocked(key, glance(paths.database, key))


def unlock_typed(vault: Vault, secret: str, *, why: str = refusals.LOCKED, recovery: bool = False) -> Unlocked:
    """The same with a passphrase (or recovery key) that somebody typed. ``why``: the code that it answers. Slow.

    Raises:
        AppError: see ``Vault.open_with`` and ``Vault.begin``.
    """
    key = vault.open_with(secret, recovery=recovery) if why == refusals.LOCKED else vault.begin(secret)
    return Unlocked(key, glance(vault.paths.database, key))


def unattended() -> str | None:
    """What the file that SNUG_PASSPHRASE_FILE names has in its first line; None where it names none.

    Raises:
        AppError: PASSPHRASE_FILE.
    """
    place = os.environ.get(PASSPHRASE_FILE)
    if not place:
        return None
    try:
        with Path(place).open(encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(
            "PASSPHRASE_FILE",
            tr("The file named by {variable} cannot be read.").format(variable=PASSPHRASE_FILE),
            tr("Your chats are untouched, and stay encrypted."),
            tr("Correct its name or its rights."),
            type(error).__name__,
        ) from None
