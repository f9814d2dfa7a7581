"""Where a model is to lie, decided in the moment before it is loaded: from its head, and from what is free now."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from desktop.domain import draft_memory
from desktop.domain.choice import Choice, choice_of
from desktop.domain.fit import Fit, Room, best_fit, most_layers
from desktop.domain.gguf import Header
from desktop.domain.memory import cards
from desktop.domain.models import FailureKind, LoadOptions
from desktop.engine.devices import built_for_cards, devices
from desktop.engine.failing import RuntimeFailure


class Placing(NamedTuple):
    """What was decided."""

    options: LoadOptions
    """As asked for, with Auto turned into a number of layers."""
    fit: Fit
    """Whether that fits, and what would."""
    room: Room
    draft: Choice | None = None
    """How the draft is loaded; None: there is none, or no room for it."""


def room_now() -> Room:
    """The memory that is free in this moment."""
    memory = psutil.virtual_memory()
    return Room(memory.available, memory.total, cards(devices()), built_for_cards())


def place(header: Header, options: LoadOptions, room: Room, draft: Header | None = None) -> Placing:
    """Auto is the largest number of layers on the cards that fits with room to spare; where not even none does, none:
    what is missing then is missing in main memory. A draft has its room first; what does not fit beside it has none.

    Raises:
        RuntimeFailure: MISSING_DEVICE, with the names of cards that were chosen and are not there.
    """
    asked, options = options, _sharing(options, room)
    free, own = room, None
    if draft is not None:
        own, takes = draft_memory.beside(draft, choice_of(header, options), options, room)
        free = draft_memory.left(room, takes)
    if options.gpu_layers < 0:
        layers = most_layers(header, choice_of(header, options), free) if room.cards else 0
        options = options._replace(gpu_layers=max(0, layers))
    fit = best_fit(header, choice_of(header, options), free)
    if own is not None and not fit.fits:
        return place(header, asked, room)
    return Placing(options, fit, room, own)


def _sharing(options: LoadOptions, room: Room) -> LoadOptions:
    """With shares for just those cards that are used, or none."""
    if options.gpu_layers == 0:
        return options._replace(devices=(), tensor_split=())
    names = [card.name for card in room.cards]
    missing = [name for name in options.devices if name not in names]
    if missing:
        raise RuntimeFailure(FailureKind.MISSING_DEVICE, ", ".join(missing))
    fits = len(options.tensor_split) == len(options.devices or names) and sum(options.tensor_split) > 0
    return options if fits else options._replace(tensor_split=())


def own_bytes() -> int:
    """Main memory that this process has for itself; where the system tells them apart (Linux), without the model file
    that is mapped into it."""
    memory = psutil.Process().memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))
