"""Marks of living processes, and one window per data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from desktop.services.instance import Mark

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
