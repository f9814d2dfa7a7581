"""Whether a model suits this computer, in one of three words, before it is downloaded.

It is judged by the memory that this computer has, not by what happens to be free: an open browser is no reason to call
a model too big for ever. When a model is loaded, what is free then decides (``fit``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from desktop.domain.choice import DEFAULT_CONTEXT, Choice
from desktop.domain.fit import SMALLEST_CONTEXT, Room
from desktop.domain.gguf import Header
from desktop.domain.memory import DeviceKind, estimate
from desktop.translation import tr_later

USABLE = 0.8
"""Of all memory: what a model can have when little else runs."""
EASY = 0.85
"""Of what is usable: what takes more is tight."""
ON_CARDS = 0.9
"""Of the cards' memory: what a model can have."""
SLOW = 12 << 30
"""Bytes of weights that a processor alone reads, for each word, slower than one likes to wait."""
OVERHEAD = 400 << 20
"""Bytes of computing, where nothing better is known."""


class Fitness(StrEnum):
    """How a model fits this computer; the words are always these."""

    GREAT = tr_later("Runs great")
    TIGHT = tr_later("Tight")
    TOO_BIG = tr_later("Too big")
    UNKNOWN = ""


class Needs(NamedTuple):
    """Bytes that a file takes when it is loaded."""

    weights: int
    """The file itself."""
    usual: int
    """In all, with the context that Snug gives it where nobody chose one."""
    least: int
    """In all, with the shortest context that is of use."""

    def of(self, size: int) -> Needs:
        """The same model in a file of another size."""
        more = size - self.weights
        return Needs(size, self.usual + more, self.least + more)


class Judged(NamedTuple):
    """How well a file fits, and the bytes that it takes."""

    fitness: Fitness = Fitness.UNKNOWN
    needs: int = 0


def needs_of(header: Header) -> Needs:
    """From what a file says about itself."""

    def takes(context: int) -> int:
        return estimate(header, Choice(context, gpu_layers=0), ()).main.total

    usual = min(header.context_length or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
    return Needs(header.size, takes(usual), takes(min(usual, SMALLEST_CONTEXT)))


def about(size: int, cache_per_token: int, context_length: int) -> Needs:
    """From the size of the weights, where the file's head was not read: about right."""
    usual = min(context_length or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
    bare = size + OVERHEAD
    return Needs(size, bare + cache_per_token * usual, bare + cache_per_token * min(usual, SMALLEST_CONTEXT))


def judge(needs: Needs, room: Room) -> Judged:
    """How it fits into ``room``, on an ordinary day."""
    main = max(room.main_free, int(room.main_total * USABLE))
    cards = sum(int(card.total * ON_CARDS) for card in room.cards if card.kind is DeviceKind.CARD)
    if needs.usual <= cards or (needs.usual <= main * EASY and needs.weights <= SLOW):
        return Judged(Fitness.GREAT, needs.usual)
    return Judged(Fitness.TIGHT if needs.least <= main + cards else Fitness.TOO_BIG, needs.usual)
