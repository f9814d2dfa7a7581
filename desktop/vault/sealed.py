"""Encrypted files: whatever holds words and is not the database.

A key for each purpose and file is derived from the database's key (HKDF-SHA256 with a random salt); the content goes in
chunks of 64 KiB, each under AES-256-GCM with its number and a mark on the last one in the nonce (the STREAM
construction), so chunks that were changed, swapped, cut off or added are noticed, and a file of another purpose or
profile is refused. Layout: magic, salt (16), then chunks, each 16 bytes longer than what it holds.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import BinaryIO

from desktop.errors import AppError
from desktop.translation import tr
from desktop.vault.files import write_stream
from desktop.vault.wrapping import SALT_BYTES, derive

MAGIC = b"Snug file 1\n"
CHUNK = 64 * 1024
_TAG = 16

FILE_DAMAGED = "FILE_DAMAGED"


def seal(source: Iterable[bytes], target: BinaryIO, key: bytes, purpose: str) -> int:
    """Encrypt what ``source`` gives into ``target``, from where it stands. The number of plain bytes.

    Raises:
        OSError: the disk does not take it.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = os.urandom(SALT_BYTES)
    cipher = AESGCM(derive(key, purpose, salt))
    target.write(MAGIC + salt)
    total = number = 0
    waiting: bytes | None = None
    for chunk in _cut(source):
        if waiting is not None:
            target.write(cipher.encrypt(_nonce(number, last=False), waiting, MAGIC))
            number += 1
        waiting = chunk
        total += len(chunk)
    target.write(cipher.encrypt(_nonce(number, last=True), waiting or b"", MAGIC))
    return total


def unseal(source: BinaryIO, key: bytes, purpose: str) -> Generator[bytes]:
    """What was encrypted, chunk by chunk; each is authentic when it is given out.

    That nothing is missing is known only when the generator has ended: use nothing before.

    Raises:
        AppError: FILE_DAMAGED, also for another key or purpose.
        OSError: the file cannot be read.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    start = source.read(len(MAGIC) + SALT_BYTES)
    if len(start) != len(MAGIC) + SALT_BYTES or not start.startswith(MAGIC):
        raise damaged("start")
    cipher = AESGCM(derive(key, purpose, start[len(MAGIC) :]))
    number = 0
    current = source.read(CHUNK + _TAG)
    while True:
        following = source.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), current, MAGIC)
        except InvalidTag:
            raise damaged(f"chunk {number}") from None
        if not following:
            return
        current = following
        number += 1


def seal_file(path: Path, content: Iterable[bytes], key: bytes, purpose: str) -> int:
    """Write an encrypted file, whole or not at all. The number of plain bytes.

    Raises:
        OSError: the disk does not take it.
    """
    total = 0

    def write(file: BinaryIO) -> None:
        nonlocal total
        total = seal(content, file, key, purpose)

    write_stream(path, write)
    return total


def unseal_file(path: Path, key: bytes, purpose: str) -> bytes:
    """All of an encrypted file.

    Raises:
        AppError: FILE_DAMAGED, also for another key or purpose.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return b"".join(unseal(file, key, purpose))


def damaged(detail: str) -> AppError:
    """The file is not what was written, or was not written with this key."""
    return AppError(
        FILE_DAMAGED,
        tr("An encrypted file is damaged, cut short, or belongs to another profile."),
        tr("Nothing of it was used."),
        tr("Use another copy of it."),
        detail,
    )


def _cut(source: Iterable[bytes]) -> Generator[bytes]:
    """The same bytes in pieces of exactly one chunk, but for the last."""
    held = bytearray()
    for piece in source:
        held += piece
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
