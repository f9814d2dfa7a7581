"""The memory of a draft model, which lies beside the model that it guesses for."""

from __future__ import annotations

from desktop.domain.choice import ALL_LAYERS, Choice, choice_of
from desktop.domain.fit import Room, best_fit
from desktop.domain.gguf import Header
from desktop.domain.memory import DeviceKind, Estimate, Usage, estimate
from desktop.domain.models import LoadOptions


def beside(draft: Header, large: Choice, options: LoadOptions, room: Room) -> tuple[Choice, Estimate]:
    """How a draft is loaded, and what it takes: all of it on the cards where the large model may use them and it fits
    there, else all on the processor. ``large`` is what the options come to for the large model."""
    choice = choice_of(draft, options)._replace(
        context_length=large.context_length, sequences=1, outputs=1, proportions=(), gpu_layers=ALL_LAYERS
    )
    if not (options.gpu_layers and room.cards and best_fit(draft, choice, room).fits):
        choice = choice._replace(gpu_layers=0)
    return choice, estimate(draft, choice, room.cards)


def left(room: Room, takes: Estimate) -> Room:
    """The room that is left beside it."""
    shared = sum(
        usage.total
        for usage, card in zip(takes.devices, room.cards, strict=True)
        # A graphics chip without memory of its own takes the processor's.
        if card.kind is DeviceKind.INTEGRATED
    )
    cards = tuple(
        card._replace(free=max(0, card.free - usage.total))
        for usage, card in zip(takes.devices, room.cards, strict=True)
    )
    return room._replace(main_free=max(0, room.main_free - takes.main.total - shared), cards=cards)


def together(large: Estimate, draft: Estimate) -> Estimate:
    """What both take; where the slider stands is the large one's."""
    devices = tuple(_sum(one, other) for one, other in zip(large.devices, draft.devices, strict=True))
    return large._replace(main=_sum(large.main, draft.main), devices=devices, exact=large.exact and draft.exact)


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(*(mine + its for mine, its in zip(one, other, strict=True)))
