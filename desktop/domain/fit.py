"""Whether a choice fits into the memory that is free, and what does if it does not."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.choice import PAD, Choice
from desktop.domain.gguf import Header
from desktop.domain.memory import MAIN, Device, DeviceKind, Estimate, estimate, steps

SPARE = 512 * 1024 * 1024
SPARE_PART = 20
"""What is left free: 512 MiB, or a twentieth of all there is. Drivers and other programs take some after we looked."""
SMALLEST_CONTEXT = 512
"""Tokens. A model with less room is no use for a chat."""


class Room(NamedTuple):
    """Memory as it was measured, in bytes."""

    main_free: int
    main_total: int
    cards: tuple[Device, ...] = ()
    """What layers can be moved to."""
    built_for_cards: bool = False
    """Whether llama.cpp comes with anything that would drive a card: Vulkan, CUDA or Metal."""


class Fit(NamedTuple):
    """How a choice fits."""

    missing: int
    """Bytes that are missing where most are missing; 0: it fits as it is."""
    place: int
    """Where: the index of a card, or ``MAIN``."""
    choice: Choice | None
    """What was asked for, or the nearest to it that fits: first with fewer layers on the cards, then with a shorter
    context. None: not even that would do."""
    estimate: Estimate
    """Of ``choice``, or where there is none of what was asked for."""

    @property
    def fits(self) -> bool:
        return self.missing == 0


def best_fit(header: Header, choice: Choice, room: Room) -> Fit:
    """How ``choice`` fits into ``room``, with something to spare, and what would."""
    asked = estimate(header, choice, room.cards)
    missing, place = _shortage(asked, room)
    if not missing:
        return Fit(0, MAIN, choice, asked)
    found = _most_layers(header, choice, room) or _longest_context(header, choice, room)
    if found is None:
        return Fit(missing, place, None, asked)
    return Fit(missing, place, found, estimate(header, found, room.cards))


def most_layers(header: Header, choice: Choice, room: Room) -> int:
    """The largest number of layers on the cards that fits with everything else as it was chosen; -1: not even none."""
    found = _most_layers(header, choice._replace(gpu_layers=steps(header)), room)
    return -1 if found is None else found.gpu_layers


def spare(total: int) -> int:
    """Bytes that are left alone of so many."""
    return max(SPARE, total // SPARE_PART)


def _most_layers(header: Header, choice: Choice, room: Room) -> Choice | None:
    asked = steps(header) if choice.gpu_layers < 0 else min(choice.gpu_layers, steps(header))
    for layers in range(asked if room.cards else 0, -1, -1):
        fewer = choice._replace(gpu_layers=layers)
        if not _shortage(estimate(header, fewer, room.cards), room)[0]:
            return fewer
    return None


def _longest_context(header: Header, choice: Choice, room: Room) -> Choice | None:
    """With as many layers on the cards as then fit."""
    best, low, high = None, 1, (choice.context_length - 1) // PAD
    while low <= high:
        middle = (low + high) // 2
        found = _most_layers(header, choice._replace(context_length=middle * PAD), room)
        if found is None:
            high = middle - 1
        else:
            best, low = found, middle + 1
    return best if best and best.context_length >= SMALLEST_CONTEXT else None


def _shortage(wanted: Estimate, room: Room) -> tuple[int, int]:
    """Bytes that are missing where most are missing, and where that is."""
    # A graphics chip without memory of its own takes the processor's.
    shared = sum(
        usage.total
        for usage, card in zip(wanted.devices, room.cards, strict=True)
        if card.kind is DeviceKind.INTEGRATED
    )
    short = [(wanted.main.total + shared - max(room.main_free - spare(room.main_total), 0), MAIN)]
    short += [
        (usage.total - max(card.free - spare(card.total), 0), index)
        # What is not used need not have anything to spare.
        for index, (usage, card) in enumerate(zip(wanted.devices, room.cards, strict=True))
        if usage.total
    ]
    missing, place = max(short, key=lambda entry: entry[0])
    return (missing, place) if missing > 0 else (0, MAIN)
