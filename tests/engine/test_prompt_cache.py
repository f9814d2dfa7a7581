"""Several chats in one engine: each comes back as it was left, and what they take is capped."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.models import LoadOptions
from desktop.engine.failing import Abort
from desktop.engine.prompt_cache import WORTHWHILE, PromptCache, pack, unpack
from desktop.engine.protocol import NO_CHAT
from desktop.engine.runtime import Runtime
from desktop.engine.sequences import Checkpoint, Sequences, Snapshot
from tests.fixtures.architectures import write_model

LONG, SHORT = WORTHWHILE + 50, WORTHWHILE - 1


@pytest.fixture
def sequences(tmp_path: Path) -> Iterator[Sequences]:
    path = write_model(tmp_path / "dense.gguf", "dense")
    runtime = Runtime(str(path), LoadOptions(context_length=1024, threads=1), Abort(), lambda _: None)
    yield runtime.sequences
    runtime.close()


def words(seed: int, count: int = LONG) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(5, 260) for _ in range(count)]


class Chats:
    """Turns of chats, each with words of its own."""

    def __init__(self, sequences: Sequences, most_bytes: int | None = None) -> None:
        self.sequences = sequences
        self.cache = PromptCache(sequences, most_bytes)

    def ask(self, chat: int, count: int = LONG) -> int:
        """Ask in a chat; the tokens that were there already."""
        self.cache.open(chat)
        prompt = words(chat, count)
        same = self.sequences.keep_common(0, prompt)
        self.sequences.read(0, prompt[same:], lambda _: None)
        return same


def test_a_chat_that_was_left_is_not_read_again(sequences: Sequences) -> None:
    chats = Chats(sequences)
    for chat in (1, 2, 3):
        assert chats.ask(chat) == 0
    assert chats.cache.chats() == [3, 1, 2]
    for chat in (1, 2, 3):
        assert chats.ask(chat) == LONG - 1


def test_sequences_that_were_lent_hold_what_they_held(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1)
    with chats.cache.lent():
        assert sequences.held(0) == 0
        sequences.read(0, words(9), lambda _: None)
        sequences.read(1, words(8), lambda _: None)
    assert (sequences.held(0), sequences.held(1)) == (LONG, 0)
    assert chats.cache.chats() == [1]
    assert chats.ask(1) == LONG - 1


def test_what_was_not_kept_for_want_of_room_is_not_said_to_be_there(sequences: Sequences) -> None:
    chats = Chats(sequences, most_bytes=0)
    chats.ask(1)
    with chats.cache.lent():
        pass
    assert (sequences.held(0), chats.cache.chats()) == (0, [])
    assert chats.ask(1) == 0


def test_a_request_of_no_chat_leaves_nothing_behind(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(NO_CHAT)
    chats.ask(1)
    assert chats.cache.chats() == [1]


def test_a_few_words_are_not_worth_keeping(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1, SHORT)
    assert (chats.cache.chats(), chats.cache.take(1)) == ([], None)
    chats.ask(2)
    assert chats.cache.chats() == [2]


def test_what_was_not_used_for_the_longest_time_goes_first(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1)
    size = chats.sequences.size(0)
    chats = Chats(sequences, int(size * 2.5))
    for chat in (1, 2, 3, 1, 4):
        chats.ask(chat)
    assert chats.cache.chats() == [4, 3, 1]
    assert chats.ask(2) == 0


def test_nothing_is_kept_where_there_is_no_room(sequences: Sequences) -> None:
    chats = Chats(sequences, 1000)
    chats.ask(1)
    chats.ask(2)
    assert chats.cache.chats() == [2]


def test_a_chat_with_the_same_beginning_uses_what_is_there(sequences: Sequences) -> None:
    cache = PromptCache(sequences)
    cache.open(1)
    prompt = words(1)
    sequences.read(0, prompt, lambda _: None)
    cache.open(2)
    assert sequences.keep_common(0, [*prompt[:80], 7]) == 80


def test_a_chat_that_was_only_opened_does_not_pass_for_what_another_left(sequences: Sequences) -> None:
    """Or the words of one, which may be temporary, would be kept under the name of the other."""
    chats = Chats(sequences, most_bytes=0)
    chats.ask(1)
    chats.cache.open(2)
    assert (chats.cache.chats(), chats.cache.take(2)) == ([], None)
    chats.cache.open(3)
    assert (chats.cache.chats(), chats.cache.take(3)) == ([], None)
    chats.ask(3)
    assert chats.cache.chats() == [3]


def test_a_chat_that_was_left_is_forgotten_although_another_is_open(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1)
    chats.cache.open(2)
    chats.cache.forget(1)
    assert (sequences.held(0), chats.cache.chats(), chats.cache.current) == (0, [], 2)
    chats.ask(2)
    chats.cache.forget(1)
    assert sequences.held(0) == LONG


def test_a_chat_is_forgotten_here_and_beside(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1)
    chats.ask(2)
    chats.cache.forget(1)
    chats.cache.forget(2)
    assert chats.cache.chats() == []
    assert sequences.held(0) == 0
    chats.cache.forget(3)
    assert chats.ask(2) == 0


def test_a_state_from_outside_opens_its_chat(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1)
    kept = chats.cache.take(1)
    assert kept is not None
    chats.cache.forget(1)
    chats.ask(2)
    chats.cache.put(1, kept)
    assert chats.cache.chats() == [1, 2]
    assert chats.ask(1) == LONG - 1


def test_a_state_from_outside_that_knows_less_changes_nothing(sequences: Sequences) -> None:
    chats = Chats(sequences)
    chats.ask(1, LONG - 20)
    old = chats.cache.take(1)
    assert old is not None
    chats.ask(1, LONG)
    chats.cache.put(1, old)
    assert sequences.held(0) == LONG


# As bytes


def snapshot() -> Snapshot:
    return Snapshot(
        [1, 2, 3], bytearray(b"state" * 40), [Checkpoint(2, bytearray(b"part")), Checkpoint(3, bytearray())]
    )


def packed() -> bytes:
    return b"".join(map(bytes, pack(snapshot())))


def test_a_snapshot_comes_back_from_its_bytes() -> None:
    data = packed()
    assert unpack([data]) == snapshot()
    assert unpack([data[start : start + 7] for start in range(0, len(data), 7)]) == snapshot()


@pytest.mark.parametrize("length", [0, 3, 4, 20, 60, -1])
def test_bytes_that_were_cut_are_no_snapshot(length: int) -> None:
    assert unpack([packed()[:length]]) is None


@pytest.mark.parametrize("data", [bytes(100), b"\xff" * 100, b"\x02\0\0\0{}", packed() + b"x", b"\x02\0\0\0[]"])
def test_other_bytes_are_no_snapshot(data: bytes) -> None:
    assert unpack([data]) is None
