"""Keys that protect keys: Argon2id, HKDF and AES-256-GCM, from ``cryptography``.

The key of the database never changes; it is *wrapped* once for each way in, so a passphrase is changed by wrapping 32
bytes anew and nothing is encrypted again. Knows nothing of files and of people.
"""

from __future__ import annotations

import os
import unicodedata
from typing import NamedTuple

KEY_BYTES = 32
_NONCE = 12
_TAG = 16
WRAPPED_BYTES = _NONCE + KEY_BYTES + _TAG
SALT_BYTES = 16
_MOST_MEMORY_KIB = 4 * 1024 * 1024
_MOST_PASSES = 100
_MOST_LANES = 64


class Cost(NamedTuple):
    """What one guess at a passphrase costs (Argon2id)."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def sane(self) -> bool:
        """Whether these numbers can be ours: a damaged file must not ask for all the memory there is."""
        return (
            8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
            and 1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
        )


STANDARD = Cost(memory_kib=256 * 1024, passes=3, lanes=4)
"""About half a second and 256 MiB on the computers of today."""


def from_passphrase(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """The wrapping key that a passphrase stands for. Slow on purpose: never on the GUI thread.

    Raises:
        MemoryError: the computer has not as much memory as ``cost`` takes.
    """
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # The same letters typed on another keyboard may arrive composed differently.
    text = unicodedata.normalize("NFKC", passphrase).encode()
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kdf.derive(text)


def derive(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """A key for one purpose out of a random one (HKDF-SHA256); it does not lead back to it."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt, b"snug " + purpose.encode()).derive(key)


def wrap(wrapping_key: bytes, key: bytes, about: bytes) -> bytes:
    """``key`` encrypted. ``about`` is not kept and has to be the same when it is unwrapped."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, key, about)


def unwrap(wrapping_key: bytes, wrapped: bytes, about: bytes) -> bytes | None:
    """The key; None if this is not the wrapping key it was wrapped with."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], about)
    except InvalidTag:
        return None
