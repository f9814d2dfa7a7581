"""The small file beside the database: the ways to its key, and what tells a wrong key from a damaged file.

It holds no secret in clear: where the keychain has the key, its entry's name; for a passphrase and a recovery key, the
database's key wrapped by them. A checksum tells damage from a wrong passphrase. A second copy lies with the backups,
since without this file a passphrase opens nothing. Knows nothing of keychains and of what the database holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, cast

from desktop.errors import AppError
from desktop.translation import tr
from desktop.vault.files import read_private, write_atomically
from desktop.vault.wrapping import SALT_BYTES, WRAPPED_BYTES, Cost

FORMAT = 2
SALT = 16
"""Bytes at the start of the database that SQLCipher needs."""
_CHECK = 32

HEADER_DAMAGED = "HEADER_DAMAGED"
HEADER_NEWER = "HEADER_NEWER"


class Source(StrEnum):
    """Where the key of the database comes from at a start."""

    NONE = "none"
    """Nothing is kept here yet."""
    KEYCHAIN = "keychain"
    PASSPHRASE = "passphrase"
    KEY_FILE = "key_file"
    """A file beside the database, as the first version had it where there was no keychain."""


class KeychainWay(NamedTuple):
    """The key itself, in the system's keychain."""

    entry: str
    backend: str
    """Which keychain, in words for the user."""


class PassphraseWay(NamedTuple):
    """The key, wrapped by what Argon2id makes of a passphrase."""

    salt: bytes
    cost: Cost
    wrapped: bytes


class RecoveryWay(NamedTuple):
    """The key, wrapped by a recovery key."""

    wrapped: bytes
    made: str
    saved: bool
    """Whether the user said that it was written down."""


class Header(NamedTuple):
    """What the file says."""

    check: bytes
    """Made from the key; tells whether a key is the right one without telling the key. Also the profile's name."""
    keychain: KeychainWay | None = None
    key_file: bool = False
    passphrase: PassphraseWay | None = None
    recovery: tuple[RecoveryWay, ...] = ()
    """Two while a new one was shown and not yet saved."""
    leaving: str = ""
    """Entry of the keychain that is to be removed, in case removing it was interrupted."""
    salt: bytes = b""
    """Copy of the first 16 bytes of the database, without which all of it is lost. Empty until there is one."""
    created: str = ""

    def fits(self, key: bytes) -> bool:
        """Whether this is the key that the header was written for."""
        return hmac.compare_digest(self.check, key_check(key))

    def with_salt(self, salt: bytes) -> Header:
        return self._replace(salt=salt)

    @property
    def source(self) -> Source:
        """The way that is taken at a start."""
        if self.keychain is not None:
            return Source.KEYCHAIN
        return Source.KEY_FILE if self.key_file else Source.PASSPHRASE

    @property
    def recovery_saved(self) -> bool:
        return any(way.saved for way in self.recovery)


def key_check(key: bytes) -> bytes:
    """A fingerprint of the key that does not lead back to it."""
    return hmac.digest(key, b"snug key check", hashlib.sha256)


def now_text() -> str:
    """The time of making a header, for people."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write(path: Path, copy: Path, header: Header) -> None:
    """Write the header and its copy, each whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    content = encode(header)
    write_atomically(path, content)
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(copy, content)


def read(path: Path, copy: Path) -> Header | None:
    """The header, from its copy if it was damaged; None if there is none.

    Raises:
        AppError: HEADER_DAMAGED, HEADER_NEWER.
        OSError: the file cannot be read.
    """
    content = read_private(path)
    if content is None:
        return None
    try:
        return decode(content)
    except AppError as error:
        spare = read_private(copy) if error.code == HEADER_DAMAGED else None
        if spare is None:
            raise
        try:
            return decode(spare)
        except AppError:
            raise error from None


def encode(header: Header) -> bytes:
    """The header as it is written: JSON that a person can read."""
    values: dict[str, Any] = {
        "format": FORMAT,
        "check": header.check.hex(),
        "keychain": header.keychain._asdict() if header.keychain else None,
        "key_file": header.key_file,
        "passphrase": _passphrase_values(header.passphrase) if header.passphrase else None,
        "recovery": [{"wrapped": way.wrapped.hex(), "made": way.made, "saved": way.saved} for way in header.recovery],
        "leaving": header.leaving,
        "salt": header.salt.hex(),
        "created": header.created,
    }
    return (json.dumps({**values, "sum": _sum(values)}, indent=2) + "\n").encode()


def decode(content: bytes) -> Header:
    """What a header file says.

    Raises:
        AppError: HEADER_DAMAGED, HEADER_NEWER.
    """
    try:
        values = cast("dict[str, Any]", json.loads(content))
        version = int(values["format"])
        # The first version had no checksum; every later one has this, so that damage is never taken for the future.
        if version != 1 and values.pop("sum") != _sum(values):
            raise damaged("sum")
        if version > FORMAT:
            raise _newer(version)
        header = _first_format(values) if version == 1 else _second_format(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(type(error).__name__) from error
    if not _sane(header):
        raise damaged("values")
    return header


def damaged(detail: str = "") -> AppError:
    """The header is there and says nothing that makes sense."""
    return AppError(
        HEADER_DAMAGED,
        tr("The file that says how your chats are opened (snug.header.json) is damaged."),
        tr("Your chats and their key were not touched."),
        tr("Put this file back from a backup of the data folder, or restore one of Snug's backups."),
        detail,
    )


def _second_format(values: Mapping[str, Any]) -> Header:
    keychain, passphrase = values["keychain"], values["passphrase"]
    return Header(
        check=bytes.fromhex(values["check"]),
        keychain=KeychainWay(str(keychain["entry"]), str(keychain["backend"])) if keychain else None,
        key_file=values["key_file"] is True,
        passphrase=_passphrase(passphrase) if passphrase else None,
        recovery=tuple(
            RecoveryWay(bytes.fromhex(way["wrapped"]), str(way["made"]), way["saved"] is True)
            for way in values["recovery"]
        ),
        leaving=str(values["leaving"]),
        salt=bytes.fromhex(values["salt"]),
        created=str(values["created"]),
    )


def _first_format(values: Mapping[str, Any]) -> Header:
    """The first version knew the keychain and the key file only, and had no checksum."""
    source = Source(values["source"])
    return Header(
        check=bytes.fromhex(values["check"]),
        keychain=KeychainWay(str(values["entry"]), str(values["backend"])) if source is Source.KEYCHAIN else None,
        key_file=source is Source.KEY_FILE,
        salt=bytes.fromhex(values["salt"]),
        created=str(values["created"]),
    )


def _passphrase_values(way: PassphraseWay) -> dict[str, Any]:
    return {"kdf": "argon2id", "salt": way.salt.hex(), **way.cost._asdict(), "wrapped": way.wrapped.hex()}


def _passphrase(values: Mapping[str, Any]) -> PassphraseWay:
    if values["kdf"] != "argon2id":
        raise ValueError
    cost = Cost(int(values["memory_kib"]), int(values["passes"]), int(values["lanes"]))
    return PassphraseWay(bytes.fromhex(values["salt"]), cost, bytes.fromhex(values["wrapped"]))


def _sane(header: Header) -> bool:
    way = header.passphrase
    return (
        len(header.check) == _CHECK
        and len(header.salt) in (0, SALT)
        and all(len(recovery.wrapped) == WRAPPED_BYTES for recovery in header.recovery)
        and (way is None or (len(way.salt) == SALT_BYTES and len(way.wrapped) == WRAPPED_BYTES and way.cost.sane))
        and (header.keychain is not None or header.key_file or way is not None or bool(header.recovery))
    )


def _sum(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _newer(version: int) -> AppError:
    return AppError(
        HEADER_NEWER,
        tr("This data folder was last used by a newer Snug."),
        tr("This version did not touch it."),
        tr("Start the newer version again, or install it."),
        f"header format {version}",
    )
