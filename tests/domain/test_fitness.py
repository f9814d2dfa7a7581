"""Three words for whether a model suits this computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop import paths
from desktop.domain import gguf
from desktop.domain.fit import Room
from desktop.domain.fitness import Fitness, about, judge, needs_of
from desktop.domain.memory import Device, DeviceKind

GB = 10**9
SMALL, USUAL, LARGE = Room(2 * GB, 8 * GB), Room(8 * GB, 16 * GB), Room(40 * GB, 64 * GB)


@pytest.mark.parametrize(
    ("size", "room", "fitness"),
    [
        (2.5, SMALL, Fitness.GREAT),
        (5.0, SMALL, Fitness.TIGHT),
        (9.0, SMALL, Fitness.TOO_BIG),
        (5.0, USUAL, Fitness.GREAT),
        (11.0, USUAL, Fitness.TIGHT),
        (20.0, USUAL, Fitness.TOO_BIG),
        # It fits, and a processor alone takes long for each word of it.
        (20.0, LARGE, Fitness.TIGHT),
    ],
)
def test_the_word_follows_the_memory_of_the_computer(size: float, room: Room, fitness: Fitness) -> None:
    judged = judge(about(round(size * GB), 100_000, 32_768), room)
    assert judged.fitness is fitness
    assert judged.needs > size * GB


def test_a_graphics_card_that_takes_all_of_it_makes_it_great() -> None:
    card = Device("GPU0", "A card", DeviceKind.CARD, 23 * GB, 24 * GB)
    needs = about(18 * GB, 100_000, 32_768)
    assert judge(needs, SMALL).fitness is Fitness.TOO_BIG
    assert judge(needs, SMALL._replace(cards=(card,))).fitness is Fitness.GREAT


def test_a_program_that_is_open_now_is_no_reason_to_call_it_too_big() -> None:
    needs = about(5 * GB, 100_000, 32_768)
    assert judge(needs, Room(1 * GB, 16 * GB)) == judge(needs, USUAL)


def test_from_the_head_of_a_file_it_is_known_what_all_quantizations_of_the_model_need() -> None:
    starter: Path = paths.starter_model()
    needs = needs_of(gguf.read_header(starter))
    assert needs.weights == starter.stat().st_size
    assert needs.weights < needs.least < needs.usual
    twice = needs.of(2 * needs.weights)
    assert twice.usual - needs.usual == twice.least - needs.least == needs.weights
