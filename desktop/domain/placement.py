"""How a model is to be loaded, as a page shows it: what was chosen, what it takes where, and what would fit."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.models import LoadOptions


class Place(NamedTuple):
    """A graphics card, or main memory. Bytes."""

    name: str
    """"Graphics card", "Main memory"."""
    detail: str
    """Which one: "RTX 3050", "RAM"."""
    total: int
    other: int
    """Taken by other programs."""
    weights: int
    memory: int
    """Conversation memory: the KV cache, and what computing needs."""
    short: str = ""
    """The name where there is little room: "Graphics", "Card 2"."""

    @property
    def used(self) -> int:
        return self.other + self.weights + self.memory

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)

    @property
    def missing(self) -> int:
        """What does not fit; 0 where everything does."""
        return max(0, self.used - self.total)


class Card(NamedTuple):
    """One of several graphics cards, to choose from."""

    key: str
    """What llama.cpp calls it."""
    name: str
    """"Graphics card 2"."""
    detail: str
    """Which one: "RTX 3050"."""
    used: bool
    layers: int
    """How many lie on it."""
    share: int
    """Its share of what the cards take together, in percent: as chosen, or what comes of their free memory."""


class Change(NamedTuple):
    """Something that was chosen and takes a reload: its name, and both values in words."""

    name: str
    before: str
    after: str


class PlacementView(NamedTuple):
    """Everything that the page shows of one model."""

    model: str
    options: LoadOptions
    """As chosen. ``gpu_layers`` below 0: Auto."""
    layers: int
    """On graphics cards: what was chosen, or what Auto comes to."""
    steps: int
    """All there are: the model's layers and its output."""
    fits: int
    """The largest number that fits, with everything else as chosen; below 0: not even none."""
    places: tuple[Place, ...]
    """Cards first, main memory last. Before loading worked out, after it measured."""
    measured: bool
    cards: tuple[Card, ...] = ()
    """To choose from, where there are several."""
    no_card: str = ""
    """Why nothing can be moved to a graphics card, and what would help; empty where it can."""
    problem: str = ""
    """A sentence, where the choice does not fit."""
    remedy: str = ""
    """What ``take_remedy`` does about it, on a button: "Use 26 instead"."""
    context_length: int = 0
    trained_context: int = 0
    """Longest context the model was trained for; 0: not known."""
    threads: int = 0
    cores: int = 0
    changes: tuple[Change, ...] = ()
    """What takes a reload."""
    tokens_per_second: float = 0.0
    """Writing speed of the model as it is loaded; 0: it wrote nothing yet."""
    draft: str = ""
    """The draft model that may guess ahead for it; empty: there is none."""
    drafts: bool = False
    """Whether it is chosen."""
    expected: float = 0.0
    """Tokens per second to expect of what is chosen; 0: nobody knows, or ``tokens_per_second`` says it."""

    @property
    def auto(self) -> bool:
        return self.options.gpu_layers < 0
