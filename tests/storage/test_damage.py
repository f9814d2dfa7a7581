"""200 damages of the database file: each is noticed, and what is left of the file is never touched."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.storage import backup
from desktop.storage.connection import remove_with_side_files, side_files
from desktop.storage.database import Database
from tests.storage.conftest import KEY, Ask

FLIPS, CUTS = 150, 50


def noticed(file: Path, scratch: Path) -> str:
    """What opening it, or else reading every page of it, says."""
    try:
        Database.open(file, KEY, backups=scratch, expect_existing=True)._dispose()  # pyright: ignore[reportPrivateUsage]
        backup.write_copy(file, KEY, scratch / "copy.db")
    except AppError as error:
        return error.code
    return ""


@pytest.mark.timeout(150)
def test_no_damage_passes_and_nothing_is_overwritten(database: Database, file: Path, tmp_path: Path, ask: Ask) -> None:
    chat, _, answer = ask("the first words")
    for number in range(40):
        _, _, answer = ask(f"message {number} " + "words and more words " * 40, chat, answer)
    database.close()
    whole = file.read_bytes()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert noticed(file, scratch) == "", "or this test would prove nothing"
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    for number in range(FLIPS + CUTS):
        damaged = bytearray(whole)
        if number < FLIPS:
            place = chance.randrange(len(whole) * 8)
            damaged[place // 8] ^= 1 << place % 8
        else:
            del damaged[chance.randrange(len(whole)) :]
        remove_with_side_files(file)
        file.write_bytes(damaged)
        code = noticed(file, scratch)
        assert code in ("DATABASE_DAMAGED", "WRONG_KEY", "BACKUP_FAILED"), (seed, number, code)
        assert file.read_bytes() == damaged, (seed, number)
        assert not any(side.exists() and side.stat().st_size for side in side_files(file)[:1])
