"""Opening the chats from the command line: asks for a passphrase where one is needed and somebody is there to type."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import TypeVar

from desktop import house as houses
from desktop import unlocking
from desktop.cli import output
from desktop.errors import AppError
from desktop.house import Stores
from desktop.paths import Paths
from desktop.porter import PASSPHRASE_FILE
from desktop.unlocking import Unlocked
from desktop.vault import refusals
from desktop.vault.header import Header
from desktop.vault.keys import Vault

TRIES = 3
Result = TypeVar("Result")


def open_stores(paths: Paths) -> Stores:
    """The stores of a data folder. For the storage thread.

    Raises:
        AppError: of the vault or the database, in plain words.
    """
    return houses.open_stores(paths, unlocked=unlocked(paths))


def unlocked(paths: Paths) -> Unlocked:
    """The key, from the keychain, the file that SNUG_PASSPHRASE_FILE names, or whoever sits at the terminal.

    Raises:
        AppError: of the vault, in plain words.
    """
    try:
        return unlocking.unlock(paths)
    except AppError as error:
        if error.code not in refusals.TYPING:
            raise
        if not somebody_is_there():
            todo = f"Run it in a terminal, or name a file that holds the passphrase in {PASSPHRASE_FILE}."
            raise AppError(error.code, error.happened, error.safe, todo, error.detail) from error
        vault = unlocking.vault_of(paths)
        if error.code == refusals.LOCKED:
            return _ask(lambda secret, recovery: unlocking.unlock_typed(vault, secret, recovery=recovery))
        output.note(error.sentence)
        return unlocking.unlock_typed(vault, new_passphrase(), why=error.code)


def somebody_is_there() -> bool:
    """Whether a passphrase can be asked for."""
    if sys.platform == "win32":
        return sys.stdin.isatty()
    try:
        with open("/dev/tty", "rb"):  # noqa: PTH123 (a device, not a path of ours)
            return True
    except OSError:
        return False


def new_passphrase() -> str:
    """A passphrase that was typed twice.

    Raises:
        AppError: PASSPHRASE_SHORT, PASSPHRASES_DIFFER.
    """
    chosen = _read("New passphrase: ")
    if len(chosen) < refusals.SHORTEST:
        raise refusals.refusal(refusals.PASSPHRASE_SHORT)
    if _read("Once more: ") != chosen:
        raise AppError("PASSPHRASES_DIFFER", "The two are not the same.", "Nothing was changed.", "Try again.")
    return chosen


def typed_key(vault: Vault, found: Header) -> bytes:
    """The key of a header that is not (yet) the one of this folder, from whoever can be asked.

    Raises:
        AppError: of the vault, in plain words.
    """
    if (secret := unlocking.unattended()) is not None:
        try:
            return vault.key_for(found, secret, recovery=False)
        except AppError as error:
            if error.code != refusals.WRONG_PASSPHRASE:
                raise
            return vault.key_for(found, secret, recovery=True)
    if not somebody_is_there():
        raise refusals.refusal(refusals.LOCKED)
    return _ask(lambda secret, recovery: vault.key_for(found, secret, recovery=recovery))


def _ask(opens: Callable[[str, bool], Result]) -> Result:
    for left in reversed(range(TRIES)):
        secret = _read("Passphrase (empty for the recovery key): ")
        recovery = not secret
        if recovery:
            secret = _read("Recovery key: ")
        try:
            return opens(secret, recovery)
        except AppError as error:
            if not left or error.code == refusals.WRONG_KEY:
                raise
            output.note(f"snug: {error.sentence}")
    raise AssertionError


def _read(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise refusals.refusal(refusals.LOCKED) from None
