"""Why the key cannot be had, in sentences for the user."""

from __future__ import annotations

from desktop.errors import AppError
from desktop.translation import tr, tr_later
from desktop.vault.keychain import Outcome, Reply

LOCKED = "LOCKED"
"""Someone has to type the passphrase or the recovery key. Not a failure: the lock screen is the answer to it."""
CHOOSE_PASSPHRASE = "CHOOSE_PASSPHRASE"
"""A first start without a keychain: someone has to choose a passphrase."""
CHOOSE_PASSPHRASE_NOW = "CHOOSE_PASSPHRASE_NOW"
"""The same for chats whose key lay in a file."""
WRONG_PASSPHRASE = "WRONG_PASSPHRASE"
WRONG_RECOVERY = "WRONG_RECOVERY"
PASSPHRASE_SHORT = "PASSPHRASE_SHORT"
LAST_WAY = "LAST_WAY"
NO_MEMORY = "NO_MEMORY"
KEY_MISSING = "KEY_MISSING"
KEY_DAMAGED = "KEY_DAMAGED"
KEYCHAIN_LOCKED = "KEYCHAIN_LOCKED"
KEYCHAIN_SILENT = "KEYCHAIN_SILENT"
KEYCHAIN_GONE = "KEYCHAIN_GONE"
KEYCHAIN_FAILED = "KEYCHAIN_FAILED"
HEADER_MISSING = "HEADER_MISSING"
WRONG_KEY = "WRONG_KEY"

SHORTEST = 8

TYPING = (LOCKED, CHOOSE_PASSPHRASE, CHOOSE_PASSPHRASE_NOW)
"""What somebody can answer by typing."""

_SAFE = tr_later("Your chats are untouched, and stay encrypted.")

_SENTENCES: dict[str, tuple[str, str, str]] = {
    LOCKED: (
        tr_later("Snug is locked."),
        tr_later("Your chats are encrypted on this computer."),
        tr_later("Type your passphrase, or the recovery key."),
    ),
    CHOOSE_PASSPHRASE: (
        tr_later("There is no keychain here that could keep the key to your chats."),
        tr_later("Nothing was written yet."),
        tr_later("Choose a passphrase; Snug asks for it at every start."),
    ),
    CHOOSE_PASSPHRASE_NOW: (
        tr_later("The key to your chats lay beside them in a file, which protects little."),
        tr_later("Your chats are all there."),
        tr_later("Choose a passphrase; the file is removed then, and Snug asks for the passphrase at every start."),
    ),
    WRONG_PASSPHRASE: (
        tr_later("That is not the passphrase."),
        _SAFE,
        tr_later("Look at the Caps Lock key and try again, or use the recovery key."),
    ),
    WRONG_RECOVERY: (
        tr_later("This recovery key has no typing mistake, but it is not the one for these chats."),
        _SAFE,
        tr_later("It may be an older one, or belong to another profile."),
    ),
    PASSPHRASE_SHORT: (
        tr_later("A passphrase has at least 8 characters."),
        tr_later("Nothing was changed."),
        tr_later("Four words that have nothing to do with each other are easy to remember and hard to guess."),
    ),
    LAST_WAY: (
        tr_later("This is the only way in that there is."),
        tr_later("Nothing was changed."),
        tr_later("Set a passphrase first."),
    ),
    NO_MEMORY: (
        tr_later("There is not enough free memory to check the passphrase."),
        _SAFE,
        tr_later("Close other programs and try again."),
    ),
    KEYCHAIN_LOCKED: (
        tr_later("The keychain of this computer is locked, so the key to your chats cannot be read."),
        _SAFE,
        tr_later("Unlock the keychain (signing in again does it), then start Snug again."),
    ),
    KEYCHAIN_SILENT: (
        tr_later("The keychain of this computer does not answer."),
        _SAFE,
        tr_later(
            "Look for a window that asks for your password. If there is none, sign in again and start Snug again."
        ),
    ),
    KEYCHAIN_GONE: (
        tr_later("The key to your chats is in a keychain that is not there now."),
        _SAFE,
        tr_later("Start Snug from the desktop session you used before, or start the keychain service."),
    ),
    KEYCHAIN_FAILED: (
        tr_later("The keychain of this computer could not be used."),
        _SAFE,
        tr_later("Try again. If it goes on, restart the keychain service."),
    ),
    KEY_DAMAGED: (
        tr_later("What is kept as the key to your chats is not a key."),
        _SAFE,
        tr_later("Put the key back from a backup of yours."),
    ),
    HEADER_MISSING: (
        tr_later("The file that says how your chats are opened (snug.header.json) is gone."),
        tr_later("Your chats are untouched, and no new key was made."),
        tr_later("Put this file back from a backup of the data folder, or restore one of Snug's backups."),
    ),
    WRONG_KEY: (
        tr_later("The key that was found is not the one your chats were written with."),
        tr_later("Nothing was changed."),
        tr_later("Put back the key that belongs to this data folder."),
    ),
}


def refusal(code: str, detail: str = "") -> AppError:
    """The error for one of the codes above."""
    happened, safe, todo = map(tr, _SENTENCES[code])
    return AppError(code, happened, safe, todo, detail)


def key_missing(place: str, todo: str) -> AppError:
    """The key is not where it was put."""
    return AppError(
        KEY_MISSING, tr("The key to your chats is no longer in {place}.").format(place=place), tr(_SAFE), todo
    )


def locked_because(why: AppError) -> AppError:
    """The usual way in failed, and there is another one."""
    return AppError(LOCKED, why.happened, why.safe, tr("Your passphrase or the recovery key opens them too."), why.code)


def of_reply(reply: Reply) -> AppError:
    """The error for a call that brought no secret. ABSENT has its own, see ``key_missing``."""
    code = {
        Outcome.LOCKED: KEYCHAIN_LOCKED,
        Outcome.TIMED_OUT: KEYCHAIN_SILENT,
        Outcome.NO_BACKEND: KEYCHAIN_GONE,
    }.get(reply.outcome, KEYCHAIN_FAILED)
    return refusal(code, reply.detail)
