"""A draft model is used where it is worth its time, and loses little where it is not."""

from __future__ import annotations

import pytest

from desktop.engine.trial import Trial


def written(trial: Trial, batches: int, plain_s: float, drafted_s: float, tokens: int) -> tuple[int, float]:
    """How many of so many batches had guesses, and how much time all took per token."""
    drafted, seconds, count = 0, 0.0, 0
    for _ in range(batches):
        wanted = trial.wanted()
        drafted += wanted
        seconds += drafted_s if wanted else plain_s
        count += tokens if wanted else 1
        trial.took(drafted_s if wanted else plain_s, tokens if wanted else 1, drafted=wanted)
    return drafted, seconds / count


def test_what_brings_more_than_it_takes_is_used_nearly_always() -> None:
    drafted, each = written(Trial(hopeful=True), 400, 0.01, 0.02, 4)
    assert drafted > 380
    assert each < 0.0055


def test_even_without_hope_it_is_found_out() -> None:
    trial = Trial(hopeful=False)
    written(trial, 2000, 0.01, 0.02, 4)
    assert written(trial, 100, 0.01, 0.02, 4)[0] > 90


def test_what_is_not_worth_it_takes_hardly_any_time() -> None:
    drafted, each = written(Trial(hopeful=True), 2000, 0.01, 0.05, 2)
    assert 0 < drafted < 60
    assert each < 0.01 * 1.06
    drafted, each = written(Trial(hopeful=False), 2000, 0.01, 0.05, 2)
    assert 0 < drafted < 30
    assert each < 0.01 * 1.03


def test_what_was_given_up_is_taken_up_again_when_it_pays() -> None:
    trial = Trial(hopeful=True)
    written(trial, 500, 0.01, 0.05, 1)
    written(trial, 6000, 0.01, 0.02, 4)
    assert written(trial, 100, 0.01, 0.02, 4)[0] > 90


def test_reading_what_it_has_not_seen_counts_as_lost() -> None:
    trial = Trial(hopeful=False)
    trial.took(0.01, 1, drafted=False)
    assert trial.wanted()
    trial.read(1.0)
    assert not trial.wanted()
    for _ in range(5100):
        trial.took(0.01, 1, drafted=False)
    assert trial.wanted()


def test_nothing_is_tried_before_it_is_known_what_a_token_takes() -> None:
    assert not Trial(hopeful=True).wanted()


def test_a_token_is_written_without_it_now_and_then() -> None:
    trial = Trial(hopeful=True)
    trial.took(0.01, 1, drafted=False)
    wanted = 0
    while trial.wanted():
        trial.took(0.001, 1, drafted=True)
        wanted += 1
    assert 12 < wanted < 100
    trial.took(0.01, 1, drafted=False)
    assert trial.wanted()


def test_chance_and_costs_follow_what_was_seen() -> None:
    trial = Trial(hopeful=True)
    trial.took(0.01, 1, drafted=False)
    for _ in range(200):
        trial.judge(right=False)
        trial.guessed(0.004, 2)
    assert trial.chance < 0.05
    assert trial.costs == pytest.approx(0.2)
