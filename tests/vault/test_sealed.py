"""Encrypted files: what comes out is what went in, or nothing."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.vault import sealed

KEY = bytes(range(32))


def sealed_bytes(content: bytes, purpose: str = "backup") -> bytes:
    target = io.BytesIO()
    assert sealed.seal([content], target, KEY, purpose) == len(content)
    return target.getvalue()


def opened(content: bytes, key: bytes = KEY, purpose: str = "backup") -> bytes:
    return b"".join(sealed.unseal(io.BytesIO(content), key, purpose))


@pytest.mark.parametrize("size", [0, 1, sealed.CHUNK - 1, sealed.CHUNK, sealed.CHUNK + 1, 5 * sealed.CHUNK])
def test_any_size_comes_back(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed_bytes(content)) == content


def test_pieces_of_any_size_make_the_same_file(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    pieces = [content[start : start + 777] for start in range(0, len(content), 777)]
    assert sealed.seal_file(tmp_path / "file", pieces, KEY, "backup") == len(content)
    assert sealed.unseal_file(tmp_path / "file", KEY, "backup") == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_words_are_not_in_it_and_no_two_files_are_alike() -> None:
    content = b"the words of a chat " * 1000
    first, second = sealed_bytes(content), sealed_bytes(content)
    assert b"words" not in first
    assert first[100:] != second[100:]


@pytest.mark.parametrize(("key", "purpose"), [(bytes(32), "backup"), (KEY, "attachment")])
def test_another_key_or_purpose_opens_nothing(key: bytes, purpose: str) -> None:
    with pytest.raises(AppError, match="damaged"):
        opened(sealed_bytes(b"words"), key, purpose)


def test_200_flipped_bits_and_cuts_are_all_noticed() -> None:
    whole = sealed_bytes(os.urandom(3 * sealed.CHUNK + 100))
    chance = random.Random(11)
    for _ in range(150):
        place = chance.randrange(len(whole) * 8)
        broken = bytearray(whole)
        broken[place // 8] ^= 1 << place % 8
        with pytest.raises(AppError):
            opened(bytes(broken))
    for _ in range(50):
        with pytest.raises(AppError):
            opened(whole[: chance.randrange(len(whole))])


def test_chunks_that_were_swapped_dropped_or_added_are_noticed() -> None:
    whole = sealed_bytes(os.urandom(3 * sealed.CHUNK))
    start, step = len(sealed.MAGIC) + 16, sealed.CHUNK + 16
    chunks = [whole[start + number * step : start + (number + 1) * step] for number in range(3)]
    head = whole[:start]
    for order in ([1, 0, 2], [0, 2], [0, 1], [0, 1, 2, 2], [2]):
        with pytest.raises(AppError):
            opened(head + b"".join(chunks[number] for number in order))


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    sealed.seal_file(path, [b"old"], KEY, "backup")

    def breaks() -> object:
        yield b"new"
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        sealed.seal_file(path, breaks(), KEY, "backup")  # type: ignore[arg-type]
    assert sealed.unseal_file(path, KEY, "backup") == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
