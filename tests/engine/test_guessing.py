"""Guesses make an answer quicker and change nothing about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chat import Sampling
from desktop.domain.models import LoadOptions
from desktop.engine.failing import Abort, Aborted
from desktop.engine.guessing import MOST, Guessing, Lookup, Odds, Pace
from desktop.engine.runtime import Runtime
from tests.fixtures.architectures import write_model
from tests.fixtures.writing import write

END = 9


class Sequence:
    """What a sequence holds; the row of a token tells which tokens it has seen."""

    needs_checkpoints = False

    def __init__(self, tokens: list[int], room: int = 1000) -> None:
        self.content = list(tokens)
        self.room = room
        self.rows: list[list[int]] = []
        self.batches: list[int] = []

    def tokens(self, _: int) -> list[int]:
        return list(self.content)

    def held(self, _: int) -> int:
        return len(self.content)

    def has_room(self, _: int, keep: int) -> bool:
        return keep <= self.room

    def append(self, _: int, *tokens: int) -> None:
        self.batches.append(len(tokens))
        self.rows = []
        for token in tokens:
            assert len(self.content) < self.room
            self.content.append(token)
            self.rows.append(list(self.content))

    def take_back(self, _: int, count: int) -> None:
        assert count > 0
        del self.content[-count:]


def guessing(sequence: Any, longest: int = 1000) -> Guessing:
    return Guessing(sequence, 0, Pace(), longest, lambda token: token == END)


class TestLookup:
    def test_what_followed_the_last_three_tokens_is_found(self) -> None:
        assert Lookup([1, 2, 3, 4, 5, 6, 1, 2, 3]).find(2) == (3, [4, 5])

    def test_two_will_do_where_three_never_stood_together(self) -> None:
        assert Lookup([1, 2, 3, 4, 9, 2, 3]).find(2) == (2, [4, 9])

    def test_the_last_time_counts(self) -> None:
        assert Lookup([1, 2, 3, 7, 1, 2, 3, 8, 1, 2, 3]).find(1) == (3, [8])

    def test_the_longer_the_same_the_surer(self) -> None:
        assert Lookup([*range(20), 99, *range(20)]).find(1) == (8, [99])

    def test_what_repeats_itself_goes_on_doing_so(self) -> None:
        assert Lookup([5, 6, 5, 6, 5, 6]).find(5)[1] == [5, 6, 5, 6, 5]

    def test_what_never_was_is_not_guessed(self) -> None:
        assert Lookup([1, 2, 3]).find(3) == (0, [])
        assert Lookup([]).find(3) == (0, [])

    def test_what_is_learnt_is_found(self) -> None:
        lookup = Lookup([])
        for token in (1, 2, 3, 1, 2):
            lookup.learn(token)
        assert lookup.find(1) == (2, [3])


class TestOdds:
    def test_the_surer_the_more(self) -> None:
        odds = Odds()
        first = odds.worth(3, MOST, 0.3)
        for _ in range(40):
            odds.judge(3, True)
            odds.judge(4, False)
        assert 0 < first < odds.worth(3, MOST, 0.3)
        assert odds.worth(4, MOST, 0.3) == 0

    def test_what_costs_as_much_as_a_token_of_its_own_is_never_worth_it(self) -> None:
        odds = Odds()
        for _ in range(40):
            odds.judge(3, True)
        assert odds.worth(3, MOST, 1.0) == 0
        assert odds.worth(3, MOST, 0.02) == MOST
        assert odds.worth(3, 2, 0.02) == 2


class TestPace:
    def test_the_price_of_a_further_token_is_learnt(self) -> None:
        pace = Pace()
        for _ in range(200):
            pace.took(1, 0.010)
            pace.took(5, 0.012)
        assert pace.more == pytest.approx(0.05, abs=0.01)

    def test_a_stumble_is_not_believed(self) -> None:
        pace = Pace()
        for _ in range(50):
            pace.took(1, 0.010)
        pace.took(1, 10.0)
        pace.took(2, 0.013)
        assert 0.2 < pace.more < 0.4

    def test_what_was_too_dear_is_tried_again_with_the_next_answers(self) -> None:
        pace = Pace()
        pace.took(1, 0.01)
        for _ in range(100):
            pace.took(2, 0.03)
        dear = pace.more
        for _ in range(8):
            pace.begin()
        assert pace.more < 0.5 < dear


@given(
    st.lists(st.integers(1, 3), max_size=30), st.lists(st.integers(1, 4), min_size=1, max_size=60), st.integers(60, 90)
)
def test_the_sequence_holds_what_was_written_and_each_row_has_seen_just_that(
    before: list[int], answer: list[int], room: int
) -> None:
    sequence = Sequence(before, room + 1)
    writer = guessing(sequence, len(answer))
    written = list(before)
    for token in answer:
        if len(written) >= room:
            break
        written.append(token)
        row = writer.follow(token)
        assert sequence.rows[row] == written
    writer.take_back()
    assert sequence.content == written


def test_a_text_that_repeats_takes_few_batches() -> None:
    sequence = Sequence([1, 2, 3, 4, 5, 6, 7, 8] * 3)
    writer = guessing(sequence)
    for token in [1, 2, 3, 4, 5, 6, 7, 8] * 4:
        writer.follow(token)
    assert len(sequence.batches) < 16


def test_no_guess_goes_beyond_the_end_of_an_answer() -> None:
    sequence = Sequence([1, 2, 3, END, 5, 6, 1])
    writer = guessing(sequence)
    writer.follow(2)
    assert sequence.content == [1, 2, 3, END, 5, 6, 1, 2, 3]


def test_no_guess_goes_beyond_the_longest_answer() -> None:
    sequence = Sequence([1, 2, 3, 4, 5, 6, 1])
    guessing(sequence, longest=1).follow(2)
    assert sequence.batches == [1]


def test_stopped_while_guesses_are_computed_nothing_of_them_stays() -> None:
    class Stopped(Sequence):
        def append(self, sequence: int, *tokens: int) -> None:
            super().append(sequence, *tokens[:2])
            raise Aborted

    sequence = Stopped([1, 2, 3, 4, 5, 6, 1])
    writer = guessing(sequence)
    with pytest.raises(Aborted):
        writer.follow(2)
    writer.take_back()
    assert sequence.content == [1, 2, 3, 4, 5, 6, 1]


class Writer:
    """Writes with a real model, and counts how often it computes."""

    def __init__(self, path: Path) -> None:
        self.runtime = Runtime(str(path), LoadOptions(context_length=1024, batch=256), Abort(), lambda _: None)
        self.batches: list[int] = []
        append = self.runtime.sequences.append

        def counted(sequence: int, *tokens: int) -> None:
            self.batches.append(len(tokens))
            append(sequence, *tokens)

        self.runtime.sequences.append = counted  # type: ignore[method-assign]

    def write(self, prompt: list[int], sampling: Sampling, count: int, *, guesses: bool) -> list[int]:
        self.batches.clear()
        return write(self.runtime, prompt, sampling, count, ahead=count if guesses else 0)


@pytest.fixture(scope="module")
def model(starter: Path) -> Iterator[Writer]:
    writer = Writer(starter)
    yield writer
    writer.runtime.close()


@pytest.mark.model
@pytest.mark.parametrize(
    "sampling",
    [Sampling(temperature=0.0), Sampling(temperature=0.3, seed=5, repeat_penalty=1.05)],
    ids=["sure", "seed"],
)
def test_the_answer_is_the_same_as_without_guesses(model: Writer, sampling: Sampling) -> None:
    said = "One: the cat sat on the mat. Two: the cat sat on the mat. Three: the cat"
    prompt = model.runtime.tokenize(said, first=True, special=False)
    without = model.write(prompt, sampling, 60, guesses=False)
    assert model.batches == [1] * 60
    assert model.write(prompt, sampling, 60, guesses=True) == without
    assert len(model.batches) < 60
    assert max(model.batches) > 1


@pytest.mark.parametrize("kind", ["window", "recurrent", "mixed"])
def test_what_cannot_be_rolled_back_is_written_token_by_token(kind: str, tmp_path: Path) -> None:
    writer = Writer(write_model(tmp_path / "model.gguf", kind))
    writer.write([1, 2, 3, 4, 5] * 4, Sampling(temperature=0.0), 12, guesses=True)
    assert writer.batches == [1] * 12
    writer.runtime.close()
