"""kill -9 at random moments while an answer streams: what had been said is there at the next start."""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.conftest import KILLS, SLOW, Drive, Kept, check, reopened
from tests.engine.test_contract import gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")

ALLOWED_S = 1.0
"""A checkpoint each half second, and as long for the disk."""
LANES = 5
"""Data folders that kills happen in at the same time."""


def one_kill(drive: Drive, data: Path, model: str, after_s: float) -> Kept:
    """Start, let it write for so long, kill between two tokens of an answer, and look.

    A short answer may end in the instant between looking and killing: the callers count what landed.
    """
    driven = drive(data, model)
    driven.wait_for("got")
    time.sleep(after_s)
    driven.wait_until_writing()
    kept = driven.kill()
    deadline = time.monotonic() + 5
    while not gone(kept.engine):
        assert time.monotonic() < deadline, "the engine outlived its app"
        time.sleep(0.01)
    check(kept, reopened(data, [*kept.questions, *kept.answers]), ALLOWED_S)
    return kept


def lane(drive: Drive, data: Path, model: str, moments: list[float]) -> list[Kept]:
    """Kills one after the other in one data folder: each start finds what the last kill left."""
    everything = [one_kill(drive, data, model, after) for after in moments]
    ids = [number for kept in everything for number in (*kept.questions, *kept.answers)]
    found = reopened(data, ids)
    for kept in everything:
        check(kept, found, ALLOWED_S)
    return everything


def run_lanes(drive: Drive, folder: Path, model: str, lanes: int, kills: int, longest_s: float) -> list[Kept]:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    moments = [[chance.uniform(0.0, longest_s) for _ in range(kills)] for _ in range(lanes)]
    with ThreadPoolExecutor(lanes) as pool:
        results = pool.map(lambda number: lane(drive, folder / f"lane{number}", model, moments[number]), range(lanes))
        everything = [kept for result in results for kept in result]
    running = [kept for kept in everything if kept.running is not None]
    answers = [(kept, kept.running) for kept in running if kept.running is not None]
    owed = [kept for kept, answer in answers if kept.received(answer, ALLOWED_S)]
    questions = sum(len(kept.questions) for kept in everything)
    finished = sum(len(kept.finished) for kept in everything)
    print(
        f"seed {seed}: {len(everything)} kills, {len(running)} between tokens of a running answer, {len(owed)} of "
        f"these with words older than {ALLOWED_S} s; {questions} questions and {finished} finished answers checked"
    )
    assert len(everything) == lanes * kills
    return running


@pytest.mark.timeout(150)
def test_kills_lose_no_message_and_no_word_older_than_the_last_checkpoint(drive: Drive, tmp_path: Path) -> None:
    assert len(run_lanes(drive, tmp_path, SLOW, LANES, KILLS // LANES, 4.0)) >= KILLS * 0.8


@pytest.mark.model
@pytest.mark.timeout(150)
def test_the_same_with_the_real_engine(drive: Drive, tmp_path: Path, starter: Path) -> None:
    assert len(run_lanes(drive, tmp_path, str(starter), 1, KILLS // 4, 3.0)) >= KILLS // 4 - 1
