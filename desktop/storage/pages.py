"""Does this key fit this file? Asked of the raw pages, without opening the database.

SQLCipher answers *file is not a database* for a wrong key, a damaged first page and a damaged salt alike. Each page
carries a keyed checksum, so looking at several of them tells these apart. The layout is SQLCipher 4's: pages of 4,096
bytes, 80 reserved at the end (16 of nonce, 64 of HMAC-SHA512), the salt in the first 16 bytes of the file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

PAGE = 4096
SALT = 16
_MAC = 64
_SAMPLES = 64


def salt_of(path: Path) -> bytes:
    """The salt of a database file; shorter than 16 bytes where the file is."""
    with path.open("rb") as file:
        return file.read(SALT)


def key_fits(path: Path, key: bytes, salt: bytes = b"") -> bool:
    """Whether any page of ``path`` was written with ``key``. ``salt`` stands in for the file's own if given.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        own = file.read(SALT)
        mac_key = _mac_key(key, salt or own)
        count = os.fstat(file.fileno()).st_size // PAGE
        step = max(1, count // _SAMPLES)
        for index in range(0, count, step):
            file.seek(index * PAGE)
            if _intact(mac_key, index + 1, file.read(PAGE)):
                return True
    return False


def repair_salt(path: Path, key: bytes, salt: bytes) -> bool:
    """Put a lost salt back. Only if the pages prove that it is the right one; True if the file was changed.

    Raises:
        OSError: the file cannot be read or written.
    """
    if len(salt) != SALT or salt_of(path) == salt or key_fits(path, key) or not key_fits(path, key, salt):
        return False
    with path.open("r+b") as file:
        file.write(salt)
        file.flush()
        os.fsync(file.fileno())
    return True


def _mac_key(key: bytes, salt: bytes) -> bytes:
    masked = bytes(byte ^ 0x3A for byte in salt)
    return hashlib.pbkdf2_hmac("sha512", key, masked, 2, len(key))


def _intact(mac_key: bytes, number: int, page: bytes) -> bool:
    start = SALT if number == 1 else 0
    signed = page[start:-_MAC] + number.to_bytes(4, "little")
    return hmac.compare_digest(hmac.digest(mac_key, signed, "sha512"), page[-_MAC:])
