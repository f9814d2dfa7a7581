"""Copies that were proven to be readable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.storage import backup
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from tests.storage.conftest import KEY, Ask, Clock


def test_a_copy_holds_everything_also_what_is_still_in_the_log(
    database: Database, file: Path, ask: Ask, chats: Conversations
) -> None:
    for number in range(5):
        ask(f"question {number}")
    copy = database.back_up(file.parent / "backups")
    assert backup.verify(copy, KEY) == {"chat": 5, "message": 10, "part": 5}
    opened = Database.open(copy, KEY, backups=file.parent / "b", expect_existing=True)
    assert Conversations(opened).list() == chats.list()
    opened.close()


def test_only_the_newest_three_of_a_label_are_kept(database: Database, file: Path, clock: Clock) -> None:
    folder = file.parent / "backups"
    other = backup.make(file, KEY, folder, "other", now=clock)
    made: list[Path] = []
    for _ in range(5):
        clock.now += 1
        made.append(backup.make(file, KEY, folder, "copy", now=clock))
    assert backup.existing(folder, "copy") == made[:1:-1]
    assert other.exists()


def test_a_copy_that_cannot_be_read_back_is_not_kept(
    database: Database, file: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    original = os.fsync

    def spoil(handle: int) -> None:
        os.lseek(handle, 5000, os.SEEK_SET)
        os.write(handle, b"damage")
        original(handle)

    monkeypatch.setattr(os, "fsync", spoil)
    with pytest.raises(AppError) as caught:
        database.back_up(file.parent / "backups")
    monkeypatch.undo()
    assert caught.value.code == "BACKUP_FAILED"
    assert list((file.parent / "backups").iterdir()) == []


def test_a_copy_with_too_few_rows_is_not_kept(
    database: Database, file: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    monkeypatch.setattr(backup, "verify", lambda *_: {"chat": 0, "message": 2, "part": 1})
    with pytest.raises(AppError) as caught:
        database.back_up(file.parent / "backups")
    assert caught.value.code == "BACKUP_FAILED"
    assert list((file.parent / "backups").iterdir()) == []
