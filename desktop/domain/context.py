"""What of a chat fits into the context: the rules, without knowing how tokens are counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from desktop.domain.chat import Role

ROOM_SHARE = 4
"""One part in so many of the context is left for the answer when older messages have to go."""
LITTLE_ROOM = 64
"""Tokens that an answer needs at least."""


class Note(NamedTuple):
    """What the model remembers of a part that it no longer sees: everything up to and including one message."""

    message_id: int
    text: str
    model_name: str = ""
    """Who wrote it."""
    edited: bool = False
    """The user corrected it."""


class Memory(NamedTuple):
    """What of a chat the model sees, as far as it is known."""

    begins: int = 0
    """Row of the first message from which on it sees everything; 0: all of the chat."""
    unseen: int = 0
    """Messages before that one that it does not see: all but those that are kept in memory."""
    note: Note | None = None
    """What stands in the prompt in the place of a part that it does not see."""


class Said(Protocol):
    """What of a message the rules look at."""

    @property
    def role(self) -> Role: ...
    @property
    def pinned(self) -> bool: ...


def kept(messages: Sequence[Said], begins: int) -> list[int]:
    """The messages that a memory holds which begins with ``begins``, the first of a turn: those from there on, the
    system prompt at the head, and of the turns before it those in which a message is pinned.

    A turn stays whole, question and answer: an answer alone says little, and templates want them to take turns.
    """
    head = _head(messages)
    earlier = [turn for turn in _turns(messages) if turn[0] < begins]
    pinned = [index for turn in earlier if _is_pinned(messages, turn) for index in turn]
    return [*range(head), *pinned, *range(max(head, begins), len(messages))]


def fit(messages: Sequence[Said], length: Callable[[int], int], limit: int, since: int = 0) -> tuple[int, int]:
    """Where the memory has to begin so that the prompt leaves room for an answer.

    Args:
        messages: oldest first.
        length: tokens of the prompt with a memory that begins with this message.
        limit: tokens of the context.
        since: where it began the last time.

    Returns:
        Where it begins (0: with the first message), and the length of that prompt, which may still be over the limit:
        the last question with what follows it never goes, nor does what is pinned.
    """
    length = cache(length)
    if fits(length(0), limit):
        return 0, length(0)
    begins = _beginnings(messages)
    enough = bisect_left(begins, True, lo=1, key=lambda at: length(at) + limit // ROOM_SHARE <= limit)
    best = begins[min(enough, len(begins) - 1)]
    # A cut costs reading everything again: the last one holds as long as there is a little room.
    if since < best and since in begins and fits(length(since), limit):
        best = since
    return best, length(best)


def fits(tokens: int, limit: int) -> bool:
    """Whether a prompt leaves a little room for an answer."""
    return tokens + min(LITTLE_ROOM, limit // ROOM_SHARE) <= limit


def is_near(used: int, limit: int) -> bool:
    """Whether so many tokens of a context are used that it is time to summarise."""
    return used * ROOM_SHARE >= limit * (ROOM_SHARE - 1)


def end_of_summary(messages: Sequence[Said], sizes: Sequence[int], begins: int, share: float) -> int:
    """Where the memory is to begin after a summary; ``begins`` where nothing can be summarised.

    Args:
        messages: oldest first.
        sizes: how long each of them is, in any unit.
        begins: where it begins now.
        share: part of what is seen now that may stay (0 to 1).
    """
    seen = sum(sizes[begins:])
    later = [at for at in _beginnings(messages) if at > begins]
    return next((at for at in later if sum(sizes[at:]) <= seen * share), later[-1] if later else begins)


def _head(messages: Sequence[Said]) -> int:
    return 1 if messages and messages[0].role is Role.SYSTEM else 0


def _turns(messages: Sequence[Said]) -> list[range]:
    """Questions with what follows them."""
    head = _head(messages)
    starts = [index for index in range(head, len(messages)) if index == head or messages[index].role is Role.USER]
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(messages)], strict=True)]


def _is_pinned(messages: Sequence[Said], turn: range) -> bool:
    return any(messages[index].pinned for index in turn)


def _beginnings(messages: Sequence[Said]) -> list[int]:
    """Where a memory can begin: with the first message, or with a turn before which one can go."""
    turns = _turns(messages)
    return [0, *(turn.stop for turn in turns[:-1] if not _is_pinned(messages, turn))]
