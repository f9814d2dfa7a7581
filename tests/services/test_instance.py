"""Marks of living processes, and one window per data folder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.services.instance import OPEN, Mark, WindowLock, window_is_open

LEAVE_A_MARK = """
import os, sys
from pathlib import Path
from desktop.services.instance import Mark
mark = Mark(Path(sys.argv[1])).hold()
print(mark.name, flush=True)
os._exit(9)
"""


def left_by_a_killed_process(folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", LEAVE_A_MARK, str(folder)], capture_output=True, text=True)
    return done.stdout.strip()


def test_a_process_lives_as_long_as_it_holds_its_mark(tmp_path: Path) -> None:
    mine, other = Mark(tmp_path).hold(), Mark(tmp_path).hold()
    assert mine.alive(mine.name)
    assert mine.alive(other.name)
    other.release()
    assert not mine.alive(other.name)
    assert not mine.alive("")
    assert not mine.alive("../../etc/passwd")
    mine.release()


def test_the_mark_of_a_killed_process_says_that_it_is_gone(tmp_path: Path) -> None:
    name = left_by_a_killed_process(tmp_path)
    assert (tmp_path / f"{name}.lock").exists()
    mark = Mark(tmp_path).hold()
    assert not mark.alive(name)
    mark.release()


def test_a_lock_that_nobody_holds_is_free_even_if_it_names_a_living_process(tmp_path: Path) -> None:
    """In a sandbox with numbers of its own, the next Snug has the number of the one that was killed."""
    file = tmp_path / "window.lock"
    killed = WindowLock(tmp_path)
    assert killed.take()
    named = file.read_bytes()
    killed.release()
    file.write_bytes(named)
    assert not window_is_open(tmp_path)
    file.write_bytes(named)
    lock = WindowLock(tmp_path)
    assert lock.take()
    assert window_is_open(tmp_path)
    lock.release()


def test_marks_of_the_dead_are_swept_away_and_those_of_the_living_stay(tmp_path: Path) -> None:
    dead = left_by_a_killed_process(tmp_path)
    (tmp_path / "window.lock").touch()
    mine, living = Mark(tmp_path).hold(), Mark(tmp_path).hold()
    mine.sweep()
    assert not (tmp_path / f"{dead}.lock").exists()
    assert mine.alive(living.name)
    assert (tmp_path / "window.lock").exists()
    mine.release()
    living.release()


START_AGAIN = """
import sys
from pathlib import Path
from desktop.services.instance import WindowLock
print(WindowLock(Path(sys.argv[1])).take(sys.stdin.read().split("\\n")[:-1]))
"""


def start_again(folder: Path, *files: str) -> str:
    """Whether a second start gets the lock."""
    told = "".join(f"{each}\n" for each in files)
    command = [sys.executable, "-c", START_AGAIN, str(folder)]
    return subprocess.run(command, input=told, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[WindowLock]:
    """The window that is open already."""
    lock = WindowLock(tmp_path)
    assert lock.take()
    yield lock
    lock.release()


def test_a_second_start_raises_the_window(window: WindowLock, tmp_path: Path, qtbot: QtBot) -> None:
    window.listen()
    with qtbot.assertNotEmitted(window.opened), qtbot.waitSignal(window.raised, timeout=20_000):
        while not (tmp_path / "window.sock").exists():
            qtbot.wait(10)
        assert start_again(tmp_path) == "False"


@pytest.mark.parametrize("number", [1, 1000])
def test_a_second_start_hands_its_files_to_the_window(
    window: WindowLock, tmp_path: Path, qtbot: QtBot, number: int
) -> None:
    files = [f"/models/--{'long' * 50} “{each}”.gguf" for each in range(number)]
    window.listen()
    with qtbot.waitSignal(window.raised, timeout=20_000), qtbot.waitSignal(window.opened, timeout=20_000) as heard:
        # The window may still be coming: files are worth waiting for.
        assert start_again(tmp_path, *files) == "False"
    assert heard.args == [files]


@pytest.mark.parametrize(
    ("told", "files"),
    [
        (b"", []),
        (b"not json", []),
        (b'{"a": 1}', []),
        (b"[" * 100_000, []),
        (b'["/models/a.gguf", 3, null, ["x"], "/models/\\u0000.gguf"]', ["/models/a.gguf"]),
        (rb'["/models/\udcff.gguf"]', ["/models/\udcff.gguf"]),
    ],
)
def test_of_what_is_told_only_paths_count(
    window: WindowLock, tmp_path: Path, qtbot: QtBot, told: bytes, files: list[str]
) -> None:
    window.listen()
    with qtbot.waitSignal(window.opened, timeout=20_000) as heard:
        threading.Thread(target=tell, args=(tmp_path, OPEN + told)).start()
    assert heard.args == [files]


def tell(folder: Path, word: bytes) -> None:
    """Say something to the window, as soon as it hears."""
    address = folder / "window.sock"
    while True:
        try:
            with Client(str(address), "AF_UNIX") as connection:
                connection.send_bytes(word)
                return
        except OSError:
            time.sleep(0.01)
