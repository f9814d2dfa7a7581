"""Why the key cannot be had, in sentences for the user."""

from __future__ import annotations

from desktop.errors import AppError
from desktop.vault.keychain import Outcome, Reply

KEY_MISSING = "KEY_MISSING"
KEY_DAMAGED = "KEY_DAMAGED"
KEYCHAIN_LOCKED = "KEYCHAIN_LOCKED"
KEYCHAIN_SILENT = "KEYCHAIN_SILENT"
KEYCHAIN_GONE = "KEYCHAIN_GONE"
KEYCHAIN_FAILED = "KEYCHAIN_FAILED"
HEADER_MISSING = "HEADER_MISSING"
WRONG_KEY = "WRONG_KEY"

_SAFE = "Your chats are untouched, and stay encrypted."

_SENTENCES: dict[str, tuple[str, str, str]] = {
    KEYCHAIN_LOCKED: (
        "The keychain of this computer is locked, so the key to your chats cannot be read.",
        _SAFE,
        "Unlock the keychain (signing in again does it), then start Snug again.",
    ),
    KEYCHAIN_SILENT: (
        "The keychain of this computer does not answer.",
        _SAFE,
        "Look for a window that asks for your password. If there is none, sign in again and start Snug again.",
    ),
    KEYCHAIN_GONE: (
        "The key to your chats is in a keychain that is not there now.",
        _SAFE,
        "Start Snug from the desktop session you used before, or start the keychain service.",
    ),
    KEYCHAIN_FAILED: (
        "The keychain of this computer could not be used.",
        _SAFE,
        "Try again. If it goes on, restart the keychain service.",
    ),
    KEY_DAMAGED: (
        "What is kept as the key to your chats is not a key.",
        _SAFE,
        "Put the key back from a backup of yours.",
    ),
    HEADER_MISSING: (
        "The file that says where the key to your chats is kept (snug.header.json) is gone.",
        "Your chats are untouched, and no new key was made.",
        "Put this file back from a backup of the data folder.",
    ),
    WRONG_KEY: (
        "The key that was found is not the one your chats were written with.",
        "Nothing was changed.",
        "Put back the key that belongs to this data folder.",
    ),
}


def refusal(code: str, detail: str = "") -> AppError:
    """The error for one of the codes above."""
    return AppError(code, *_SENTENCES[code], detail)


def key_missing(place: str, todo: str) -> AppError:
    """The key is not where it was put."""
    return AppError(KEY_MISSING, f"The key to your chats is no longer in {place}.", _SAFE, todo)


def of_reply(reply: Reply) -> AppError:
    """The error for a call that brought no secret. ABSENT has its own, see ``key_missing``."""
    code = {
        Outcome.LOCKED: KEYCHAIN_LOCKED,
        Outcome.TIMED_OUT: KEYCHAIN_SILENT,
        Outcome.NO_BACKEND: KEYCHAIN_GONE,
    }.get(reply.outcome, KEYCHAIN_FAILED)
    return refusal(code, reply.detail)
