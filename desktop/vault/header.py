"""The small file beside the database: what tells a wrong key from a damaged file from a missing one.

It holds no secret. Knows nothing of keychains and of what the database holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, cast

from desktop.errors import AppError
from desktop.vault.files import read_private, write_atomically

FORMAT = 1
SALT = 16

HEADER_DAMAGED = "HEADER_DAMAGED"
HEADER_NEWER = "HEADER_NEWER"


class Source(StrEnum):
    """Where the key of the database is kept."""

    NONE = "none"
    """Nothing is kept here yet."""
    KEYCHAIN = "keychain"
    KEY_FILE = "key_file"


class Header(NamedTuple):
    """What the file says."""

    source: Source
    check: bytes
    """Made from the key; tells whether a key is the right one without telling the key."""
    entry: str = ""
    """Name of the entry in the keychain."""
    backend: str = ""
    """Which keychain, in words for the user."""
    salt: bytes = b""
    """Copy of the first 16 bytes of the database, without which all of it is lost. Empty until there is one."""
    created: str = ""

    def fits(self, key: bytes) -> bool:
        """Whether this is the key that the header was written for."""
        return hmac.compare_digest(self.check, key_check(key))

    def with_salt(self, salt: bytes) -> Header:
        return self._replace(salt=salt)


def key_check(key: bytes) -> bytes:
    """A fingerprint of the key that does not lead back to it."""
    return hmac.digest(key, b"snug key check", hashlib.sha256)


def now_text() -> str:
    """The time of making a header, for people."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write(path: Path, header: Header) -> None:
    """Write the header, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    content = {
        "format": FORMAT,
        "source": header.source.value,
        "entry": header.entry,
        "backend": header.backend,
        "check": header.check.hex(),
        "salt": header.salt.hex(),
        "created": header.created,
    }
    write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())


def read(path: Path) -> Header | None:
    """The header, None if there is none.

    Raises:
        AppError: HEADER_DAMAGED, HEADER_NEWER.
        OSError: the file cannot be read.
    """
    content = read_private(path)
    if content is None:
        return None
    try:
        values = cast("dict[str, Any]", json.loads(content))
        version = int(values["format"])
        if version > FORMAT:
            raise _newer(version)
        header = Header(
            source=Source(values["source"]),
            check=bytes.fromhex(values["check"]),
            entry=str(values["entry"]),
            backend=str(values["backend"]),
            salt=bytes.fromhex(values["salt"]),
            created=str(values["created"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(type(error).__name__) from error
    if header.source is Source.NONE or len(header.check) != 32 or len(header.salt) not in (0, SALT):
        raise damaged("values")
    return header


def damaged(detail: str = "") -> AppError:
    """The header is there and says nothing that makes sense."""
    return AppError(
        HEADER_DAMAGED,
        "The file that says where the key to your chats is kept (snug.header.json) is damaged.",
        "Your chats and their key were not touched.",
        "Put this file back from a backup of the data folder.",
        detail,
    )


def _newer(version: int) -> AppError:
    return AppError(
        HEADER_NEWER,
        "This data folder was last used by a newer Snug.",
        "This version did not touch it.",
        "Start the newer version again, or install it.",
        f"header format {version}",
    )
