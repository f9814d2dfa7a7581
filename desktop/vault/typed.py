"""Secrets that a person types: passphrase and recovery key, from words to the database's key and back.

Imported when somebody types one, and not before: a start that asks the keychain needs no cryptography of ours.
"""

from __future__ import annotations

import os

from desktop.vault import recovery as recovery_keys
from desktop.vault import refusals
from desktop.vault.attempts import Attempts
from desktop.vault.header import Header, PassphraseWay, RecoveryWay, key_check, now_text
from desktop.vault.wrapping import SALT_BYTES, STANDARD, Cost, derive, from_passphrase, unwrap, wrap

_PASSPHRASE = b"snug passphrase"
_RECOVERY = b"snug recovery"


def way_of_passphrase(key: bytes, passphrase: str, cost: Cost = STANDARD) -> PassphraseWay:
    """The key, wrapped by a passphrase.

    Raises:
        AppError: PASSPHRASE_SHORT, NO_MEMORY.
    """
    if len(passphrase) < refusals.SHORTEST:
        raise refusals.refusal(refusals.PASSPHRASE_SHORT)
    salt = os.urandom(SALT_BYTES)
    return PassphraseWay(salt, cost, wrap(_stretched(passphrase, salt, cost), key, _PASSPHRASE + key_check(key)))


def way_of_recovery(key: bytes) -> tuple[str, RecoveryWay]:
    """A new recovery key, and the key wrapped by it."""
    text = recovery_keys.make()
    check = key_check(key)
    return text, RecoveryWay(wrap(_recovery_key(text, check), key, _RECOVERY + check), now_text(), saved=False)


def key_of(header: Header, secret: str, attempts: Attempts, *, recovery: bool) -> bytes:
    """What a typed secret opens; wrong ones are counted.

    Raises:
        AppError: WRONG_PASSPHRASE, WRONG_RECOVERY, RECOVERY_TYPO, RECOVERY_LENGTH, TOO_SOON, NO_MEMORY.
    """
    # A slip of the pen is told before anything else, and costs no attempt.
    written = recovery_keys.read(secret) if recovery else ""
    attempts.refuse_if_too_soon()
    key = _by_recovery(header, written) if recovery else _by_passphrase(header, secret)
    if key is None:
        attempts.failed()
        raise refusals.refusal(refusals.WRONG_RECOVERY if recovery else refusals.WRONG_PASSPHRASE)
    if not header.fits(key):
        raise refusals.refusal(refusals.WRONG_KEY)
    attempts.passed()
    return key


def _by_passphrase(header: Header, passphrase: str) -> bytes | None:
    way = header.passphrase
    if way is None:
        return None
    return unwrap(_stretched(passphrase, way.salt, way.cost), way.wrapped, _PASSPHRASE + header.check)


def _by_recovery(header: Header, text: str) -> bytes | None:
    wrapping_key = _recovery_key(text, header.check)
    keys = (unwrap(wrapping_key, way.wrapped, _RECOVERY + header.check) for way in header.recovery)
    return next((key for key in keys if key is not None), None)


def _recovery_key(text: str, check: bytes) -> bytes:
    # Its 158 bits are random: there is nothing to slow down.
    return derive(text.encode(), "recovery key", salt=check)


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    try:
        return from_passphrase(passphrase, salt, cost)
    except MemoryError:
        raise refusals.refusal(refusals.NO_MEMORY) from None
