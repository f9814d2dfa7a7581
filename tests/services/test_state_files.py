"""States on disk: encrypted, found only for what they are good for, and never more than they may take."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.services.state_files import StateFiles
from desktop.vault import sealed

KEY = b"k" * 32
KIND = "model 8192 f16"


@pytest.fixture
def files(tmp_path: Path) -> StateFiles:
    return StateFiles(tmp_path, KEY)


def content(files: StateFiles, chat: int, kind: str = KIND) -> bytes:
    return b"".join(files.read(chat, kind))


def test_a_state_comes_back_and_is_not_readable_in_its_file(files: StateFiles, tmp_path: Path) -> None:
    assert StateFiles.name(1, KIND) not in files.names()
    assert files.write(1, KIND, [b"what was", bytearray(b" said")])
    assert StateFiles.name(1, KIND) in files.names()
    assert content(files, 1) == b"what was said"
    [file] = tmp_path.iterdir()
    assert b"said" not in file.read_bytes()
    assert "model" not in file.name


def test_a_newer_one_takes_the_place_of_an_older(files: StateFiles, tmp_path: Path) -> None:
    files.write(1, KIND, [b"old"])
    files.write(1, KIND, [b"new"])
    assert content(files, 1) == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_one_of_another_kind_is_not_found(files: StateFiles) -> None:
    files.write(1, KIND, [b"state"])
    assert StateFiles.name(1, "model 4096 f16") not in files.names()
    assert StateFiles.name(2, KIND) not in files.names()
    assert StateFiles.name(11, KIND) not in files.names()


@pytest.mark.parametrize("spoil", ["flip", "cut", "empty", "another profile"])
def test_a_damaged_one_is_refused_and_goes(files: StateFiles, tmp_path: Path, spoil: str) -> None:
    files.write(1, KIND, [os.urandom(200_000)])
    [file] = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    if spoil == "flip":
        data[len(data) // 2] ^= 1
    elif spoil == "cut":
        del data[150_000:]
    elif spoil == "empty":
        data.clear()
    file.write_bytes(data)
    reader = StateFiles(tmp_path, b"x" * 32) if spoil == "another profile" else files
    with pytest.raises(AppError) as refused:
        content(reader, 1)
    assert refused.value.code == sealed.FILE_DAMAGED
    assert StateFiles.name(1, KIND) not in files.names()


def test_what_was_used_longest_ago_goes_when_it_gets_too_much(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, KEY, lambda: 35_000)
    for chat in (1, 2, 3):
        files.write(chat, KIND, [bytes(10_000)])
        for path in tmp_path.iterdir():
            os.utime(path, (chat, path.stat().st_mtime - 100))
    content(files, 1)
    files.write(4, KIND, [bytes(10_000)])
    assert files.known() == {1, 3, 4}
    assert files.used_bytes() <= 35_000


def test_one_that_is_larger_than_all_may_be_is_not_kept(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, KEY, lambda: 5_000)
    files.write(1, KIND, [bytes(10_000)])
    assert files.known() == set()


def test_a_source_that_fails_leaves_the_older_one(files: StateFiles, tmp_path: Path) -> None:
    def fails() -> Iterator[bytes]:
        yield b"half of"
        raise EOFError

    files.write(1, KIND, [b"whole"])
    with pytest.raises(EOFError):
        files.write(1, KIND, fails())
    assert content(files, 1) == b"whole"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_keeps_nothing_and_says_so(
    files: StateFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not files.write(1, KIND, [b"state"])
    assert list(tmp_path.iterdir()) == []


def test_chats_that_are_gone_are_taken_away(files: StateFiles) -> None:
    for chat in (1, 2, 12):
        files.write(chat, KIND, [b"state"])
    files.write(1, "another", [b"state"])
    files.forget([1])
    assert files.known() == {2, 12}
    files.keep_only(lambda asked: set(asked) & {2, 5})
    assert files.known() == {2}
