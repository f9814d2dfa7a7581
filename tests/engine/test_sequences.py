"""What a sequence holds, and that it goes on after being left as if it had never been left.

With every kind of memory: full attention, a sliding window, a recurrent state, and both kinds of mixture.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import llama_cpp
import numpy
import pytest

from desktop.domain.models import CacheType, FlashAttention, LoadOptions
from desktop.engine.failing import Abort
from desktop.engine.prompt_cache import pack, unpack
from desktop.engine.runtime import Runtime
from desktop.engine.sequences import CHECKPOINTS, SEQUENCES, Sequences, Snapshot
from tests.fixtures.architectures import write_model

OPTIONS = LoadOptions(context_length=2048, threads=1, batch=64)
HISTORIES = 50
NEXT = 6
"""Tokens that are written after coming back."""


class Engine:
    """A runtime that says what it would write."""

    def __init__(self, path: Path, options: LoadOptions = OPTIONS) -> None:
        self.runtime = Runtime(str(path), options, Abort(), lambda _: None)
        self.sequences: Sequences = self.runtime.sequences
        self._words = int(llama_cpp.llama_vocab_n_tokens(self.runtime._vocab))

    def read(self, tokens: Sequence[int], piece: int = 64, sequence: int = 0) -> None:
        """Read a prompt as a turn does, in pieces of one size."""
        same = self.sequences.keep_common(sequence, tokens)
        rest = tokens[same:]
        for start in range(0, len(rest), piece):
            last = start + piece >= len(rest)
            self.sequences.read(sequence, rest[start : start + piece], lambda _: None, logits=last)

    def logits(self) -> numpy.ndarray:
        pointer = llama_cpp.llama_get_logits_ith(self.runtime._context, -1)
        return numpy.ctypeslib.as_array(pointer, shape=(self._words,)).copy()

    def write(self, count: int = NEXT) -> tuple[list[int], numpy.ndarray]:
        """The most likely next tokens, and the first one's logits."""
        first = self.logits()
        tokens: list[int] = []
        for _ in range(count):
            tokens.append(int(self.logits().argmax()))
            self.sequences.append(0, tokens[-1])
        return tokens, first


KINDS = ("dense", "window", "recurrent", "mixed", "both", "convolution")


@pytest.fixture(scope="module", params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = write_model(tmp_path_factory.mktemp("models") / f"{request.param}.gguf", request.param)
    engine = Engine(path)
    yield engine
    engine.runtime.close()


@pytest.fixture(autouse=True)
def empty(engine: Engine) -> None:
    for sequence in range(SEQUENCES):
        engine.sequences.forget(sequence)


def words(chance: random.Random, count: int) -> list[int]:
    return [chance.randrange(5, 260) for _ in range(count)]


def stored(snapshot: Snapshot) -> Snapshot:
    """As it comes back from disk."""
    found = unpack(map(bytes, pack(snapshot)))
    assert found is not None
    return found


@pytest.mark.timeout(240)
def test_a_chat_that_was_left_goes_on_as_if_it_had_not_been(engine: Engine) -> None:
    """Fifty histories: question, answer, away to another chat, back, the next question."""
    for number in range(HISTORIES):
        chance = random.Random(number)
        history = words(chance, chance.choice((3, 40, 200, 400, 700)))
        question, elsewhere = words(chance, chance.randrange(1, 60)), words(chance, chance.randrange(1, 400))

        def turn(leave: bool, history: list[int] = history, more: list[int] = question) -> tuple[list[int], object]:
            engine.sequences.forget(0)
            engine.read(history)
            answer, _ = engine.write(20)
            if leave:
                snapshot = stored(engine.sequences.take(0))
                engine.read(elsewhere)  # noqa: B023
                assert engine.sequences.put(0, snapshot)
            held = engine.sequences.held(0)
            assert held == len(history) + len(answer)
            engine.read([*history, *answer, *more])
            return engine.write()

        (stayed, logits), (left, same_logits) = turn(leave=False), turn(leave=True)
        assert left == stayed
        assert numpy.array_equal(logits, same_logits)


def test_going_back_to_a_checkpoint_is_like_reading_it_again(engine: Engine) -> None:
    """The same question is answered twice: the second time from the checkpoint before its last token."""
    chance = random.Random(11)
    for length in (30, 300, 900):
        prompt = words(chance, length)
        engine.sequences.forget(0)
        engine.read(prompt[:-1])
        engine.sequences.checkpoint(0)
        engine.read(prompt)
        first, logits = engine.write(40)
        assert engine.sequences.keep_common(0, prompt) == len(prompt) - 1
        engine.read(prompt)
        second, again = engine.write(40)
        assert second == first
        assert gap(logits, again) <= most_gap(engine, prompt)


def test_without_a_checkpoint_a_memory_that_cannot_go_back_is_read_again(engine: Engine) -> None:
    chance = random.Random(5)
    prompt = words(chance, 1500)
    other = [*prompt[:500], *words(chance, 100)]
    engine.read(prompt)
    assert engine.sequences.keep_common(0, other) == (0 if engine.sequences.needs_checkpoints else 500)
    engine.read(other)
    logits = engine.logits()
    engine.sequences.forget(0)
    engine.read(other)
    assert gap(engine.logits(), logits) <= most_gap(engine, other)


def test_only_the_newest_checkpoints_are_kept_and_none_that_lies_ahead(engine: Engine) -> None:
    prompt = words(random.Random(6), 320)
    for end in range(40, 321, 40):
        engine.read(prompt[:end])
        engine.sequences.checkpoint(0)
        engine.sequences.checkpoint(0)
    kept = [checkpoint.length for checkpoint in engine.sequences.take(0).checkpoints]
    if not engine.sequences.needs_checkpoints:
        assert kept == []
        return
    assert kept == [240, 280, 320]
    assert len(kept) == CHECKPOINTS
    other = [*prompt[:250], 7, 8, 9]
    assert engine.sequences.keep_common(0, other) in (240, 250)
    assert all(checkpoint.length <= 250 for checkpoint in engine.sequences.take(0).checkpoints)


def test_what_was_read_ahead_is_taken_back_when_the_prompt_goes_another_way(engine: Engine) -> None:
    chance = random.Random(9)
    prompt, guess, instead = words(chance, 400), words(chance, 30), words(chance, 20)
    engine.read(prompt)
    engine.sequences.read_ahead(0, [*prompt, *guess])
    assert engine.sequences.held(0) == len(prompt) + len(guess)
    assert engine.sequences.keep_common(0, [*prompt, *instead]) == len(prompt)
    engine.read([*prompt, *instead])
    ahead = engine.logits()
    engine.sequences.forget(0)
    engine.read([*prompt, *instead])
    assert gap(engine.logits(), ahead) <= most_gap(engine, [*prompt, *instead])


def test_what_is_held_already_is_not_read_ahead(engine: Engine) -> None:
    prompt = words(random.Random(4), 50)
    engine.read(prompt)
    assert engine.sequences.read_ahead(0, prompt[:20]) == 0
    assert engine.sequences.held(0) == 50


def test_reading_ahead_takes_no_room_from_others(engine: Engine) -> None:
    chance = random.Random(3)
    engine.read(words(chance, 300), sequence=1)
    assert engine.sequences.read_ahead(0, words(chance, 1800)) == 0
    assert (engine.sequences.held(0), engine.sequences.held(1)) == (0, 300)


@pytest.mark.parametrize("spoil", ["nothing", "cut", "other"])
def test_a_state_that_is_not_right_leaves_nothing_held(engine: Engine, spoil: str) -> None:
    prompt = words(random.Random(2), 100)
    engine.read(prompt)
    snapshot = engine.sequences.take(0)
    broken = {
        "nothing": snapshot._replace(state=bytearray()),
        "cut": snapshot._replace(state=snapshot.state[: len(snapshot.state) // 2]),
        "other": snapshot._replace(tokens=[*snapshot.tokens, 7]),
    }[spoil]
    assert not engine.sequences.put(0, broken)
    assert engine.sequences.held(0) == 0
    engine.read(prompt)
    again, _ = engine.write()
    engine.sequences.forget(0)
    engine.read(prompt)
    assert engine.write()[0] == again


def gap(one: numpy.ndarray, other: numpy.ndarray) -> float:
    return float(numpy.abs(one - other).max())


def most_gap(engine: Engine, prompt: list[int]) -> float:
    """What the split of a prompt into batches makes of its logits: nothing is more the same than this."""
    found: list[numpy.ndarray] = []
    for piece in (64, 13):
        engine.sequences.forget(0)
        engine.read(prompt, piece)
        found.append(engine.logits())
    return gap(*found) + 1e-4


@pytest.mark.parametrize("cache_type", [CacheType.Q8_0, CacheType.Q4_0])
def test_a_coarser_cache_comes_back_as_well(tmp_path: Path, cache_type: CacheType) -> None:
    path = write_model(tmp_path / "dense.gguf", "dense")
    options = OPTIONS._replace(cache_type=cache_type, flash_attention=FlashAttention.ON)
    engine = Engine(path, options)
    prompt = words(random.Random(1), 300)
    engine.read(prompt)
    snapshot = stored(engine.sequences.take(0))
    before = engine.write()[0]
    assert engine.sequences.put(0, snapshot)
    assert engine.sequences.keep_common(0, [*prompt, 9]) == len(prompt)
    engine.sequences.put(0, snapshot)
    assert engine.sequences.keep_common(0, prompt) == len(prompt) - 1
    engine.read(prompt)
    assert engine.write()[0] == before
    engine.runtime.close()
