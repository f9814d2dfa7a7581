"""Guessing gets slower, for a while, and nobody is ever locked out for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.vault.attempts import Attempts


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(tmp_path: Path, clock: Clock) -> Attempts:
    return Attempts(tmp_path / "attempts", clock)


def fail(attempts: Attempts, times: int) -> None:
    for _ in range(times):
        attempts.failed()


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (9, 60), (1000, 60)])
def test_the_wait_grows_to_a_minute(attempts: Attempts, failures: int, seconds: float) -> None:
    fail(attempts, failures)
    assert attempts.wait_s() == seconds


def test_it_is_remembered_across_starts_and_passes_with_time(tmp_path: Path, attempts: Attempts, clock: Clock) -> None:
    fail(attempts, 5)
    again = Attempts(tmp_path / "attempts", clock)
    assert again.wait_s() == 4
    clock.now += 3
    assert again.wait_s() == 1
    clock.now += 1
    assert again.wait_s() == 0
    again.refuse_if_too_soon()


def test_a_right_answer_starts_again(attempts: Attempts) -> None:
    fail(attempts, 9)
    attempts.passed()
    assert attempts.wait_s() == 0
    fail(attempts, 2)
    assert attempts.wait_s() == 0


def test_a_clock_that_was_set_back_a_year_costs_a_minute_at_most(attempts: Attempts, clock: Clock) -> None:
    fail(attempts, 9)
    clock.now -= 365 * 86400
    assert attempts.wait_s() == 60
    clock.now += 60
    assert attempts.wait_s() == 0


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[1]", b'["a", 2]', b"\xff"])
def test_a_damaged_record_is_none(tmp_path: Path, attempts: Attempts, content: bytes) -> None:
    (tmp_path / "attempts").write_bytes(content)
    assert attempts.wait_s() == 0
