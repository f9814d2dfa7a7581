"""Every start finds a way: after a kill in the first one, beside another one, and over what somebody left behind."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.chat import Status
from desktop.paths import Paths
from desktop.services.instance import Mark, WindowLock
from desktop.settings import DEFAULTS, SettingsFile
from tests.e2e.conftest import SLOW, Drive, check, reopened
from tests.fixtures.keychains import FileKeychain
from tests.services.conftest import open_house

QUICK = "fake:" + json.dumps({"text": "Yes, and no."})


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.timeout(120)
def test_ten_kills_in_the_middle_of_a_first_start(drive: Drive, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    started = time.monotonic()
    driven = drive(tmp_path / "measured", QUICK)
    driven.wait_for("opening")
    opening = time.monotonic() - started
    driven.wait_for("opened")
    whole = time.monotonic() - started - opening
    driven.kill()
    where = Counter[str]()
    for number in range(10):
        data = tmp_path / f"start{number}"
        driven = drive(data, QUICK)
        if number:
            driven.wait_for("opening")
            time.sleep(chance.uniform(0.5, 1.1) * whole)
        else:
            time.sleep(chance.uniform(0.0, opening / 2))
        kept = driven.kill()
        paths = Paths(data)
        if paths.database.exists():
            where["after the database was there"] += 1
        elif paths.header.exists() or FileKeychain.beside(data).folder.exists() or list(data.glob("snug.db.new-*")):
            where["between the key and the database"] += 1
        else:
            where["before anything was there"] += 1
        check(kept, reopened(data, [*kept.questions, *kept.answers]), 10)
        again = drive(data, QUICK, questions=2).wait()
        assert len(again.finished) == 2
        check(again, reopened(data, [*again.questions, *again.answers]), 10)
    print(f"seed {seed}: {dict(where)}")
    assert sum(where.values()) == 10
    assert where["before anything was there"] > 0


@pytest.mark.timeout(120)
def test_two_houses_on_one_folder_lose_nothing(drive: Drive, tmp_path: Path) -> None:
    houses = [drive(tmp_path / "data", QUICK, questions=50) for _ in range(2)]
    both = [driven.wait() for driven in houses]
    ids = [number for kept in both for number in (*kept.questions, *kept.answers)]
    assert len(set(ids)) == 200
    found = reopened(tmp_path / "data", ids)
    for kept in both:
        assert len(kept.finished) == 50
        check(kept, found, 0)
    assert len(found) == 200
    assert all(message.status is Status.COMPLETE for message in found.values())


DAMAGED = {
    "empty": b"",
    "garbage": os.urandom(300),
    "half-written": b'{"appearance": "dark", "reduced_mo',
    "a list": b"[1, 2, 3]",
    "wrong types": b'{"appearance": 7, "motion": true, "reduced_motion": "yes", "window.sidebar": null}',
    "deep": b"[" * 100_000,
    "from a newer version": b'{"appearance": "sepia", "colour": {"a": 1}}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_settings_that_cannot_be_read_never_keep_the_house_closed(qtbot: QtBot, tmp_path: Path, content: bytes) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.json").write_bytes(content)
    house = open_house(data)
    assert all(type(house.settings.get(key)) is type(value) for key, value in DEFAULTS.items())
    house.settings.put("motion", "reduced")
    house.close()
    assert SettingsFile(data / "settings.json").get("motion") == "reduced"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_locks_of_processes_that_are_gone_are_taken_over(drive: Drive, qtbot: QtBot, tmp_path: Path) -> None:
    locks = Paths(tmp_path / "data").locks
    driven = drive(tmp_path / "data", SLOW)
    driven.wait_for("got")
    [left] = locks.glob("*.lock")
    own = Mark(locks).hold()
    assert own.alive(left.stem)
    words = left.read_text()
    kept = driven.kill()
    assert kept.running is not None
    assert left.exists()
    assert not own.alive(left.stem)
    # The same file for the window, and one with the number of a process that is another program now.
    for content in (words, words.replace(words.split()[0], "1", 1)):
        (locks / "window.lock").write_text(content)
        window = WindowLock(locks)
        assert window.take()
        window.release()
    own.release()
    assert reopened(tmp_path / "data", [kept.running])[kept.running].status is Status.INTERRUPTED


def test_a_second_window_raises_the_first_instead(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = WindowLock(tmp_path), WindowLock(tmp_path)
    assert first.take()
    first.listen()
    qtbot.waitUntil((tmp_path / "window.sock").exists, timeout=5000)
    for _ in range(3):
        with qtbot.waitSignal(first.raised, timeout=5000):
            assert not second.take()
    first.release()
    assert second.take()
    second.release()
