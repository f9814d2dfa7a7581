"""What fits into free memory, and what is suggested where it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.choice import Choice
from desktop.domain.fit import SMALLEST_CONTEXT, SPARE, Room, best_fit, most_layers, spare
from desktop.domain.gguf import Header
from desktop.domain.memory import MAIN, Device, DeviceKind, estimate, steps
from desktop.domain.weights import Weights

MIB = 1024**2
GIB = 1024 * MIB
LAYERS = 10


def seven_billion() -> Header:
    """Ten layers of 400 MiB; 40 MiB of cache in each for 10,240 tokens."""
    keys = {"block_count": LAYERS, "embedding_length": 1024, "attention.head_count": 8, "feed_forward_length": 4096}
    metadata = {"general.architecture": "llama", **{f"llama.{key}": value for key, value in keys.items()}}
    return Header(0, "", metadata, weights=Weights((400 * MIB,) * LAYERS, input=100 * MIB, output=100 * MIB))


def card(free: int, kind: DeviceKind = DeviceKind.CARD) -> Device:
    return Device("card", "", kind, free, 8 * GIB)


ASKED = Choice(10_240)


def test_what_fits_is_left_as_it_is() -> None:
    fit = best_fit(seven_billion(), ASKED, Room(16 * GIB, 16 * GIB, (card(8 * GIB),)))
    assert fit.fits
    assert fit.choice == ASKED


def test_a_small_card_takes_as_many_layers_as_fit() -> None:
    header, room = seven_billion(), Room(16 * GIB, 16 * GIB, (card(3 * GIB),))
    fit = best_fit(header, ASKED, room)
    assert not fit.fits
    assert fit.place == 0
    assert fit.choice is not None
    assert 0 < fit.choice.gpu_layers < LAYERS
    assert fit.choice.context_length == ASKED.context_length
    assert fit.choice.gpu_layers == most_layers(header, ASKED, room)
    more = estimate(header, fit.choice._replace(gpu_layers=fit.choice.gpu_layers + 1), room.cards)
    left = 3 * GIB - spare(8 * GIB)
    assert fit.estimate.devices[0].total <= left < more.devices[0].total


def test_what_is_missing_is_what_would_have_to_be_freed() -> None:
    header = seven_billion()
    fit = best_fit(header, ASKED, Room(4 * GIB, 16 * GIB))
    freed = best_fit(header, ASKED, Room(4 * GIB + fit.missing, 16 * GIB))
    assert fit.missing > 0
    assert fit.place == MAIN
    assert freed.fits
    assert not best_fit(header, ASKED, Room(4 * GIB + fit.missing - 1, 16 * GIB)).fits


def test_too_little_main_memory_means_a_shorter_context() -> None:
    header = seven_billion()
    enough = estimate(header, ASKED).main.total + spare(8 * GIB)
    fit = best_fit(header, ASKED, Room(enough - 100 * MIB, 8 * GIB))
    assert fit.choice is not None
    assert SMALLEST_CONTEXT <= fit.choice.context_length < ASKED.context_length
    assert fit.choice.context_length % 256 == 0
    assert fit.estimate.main.total <= enough - 100 * MIB - spare(8 * GIB)


def test_where_nothing_helps_nothing_is_suggested() -> None:
    fit = best_fit(seven_billion(), ASKED, Room(GIB, 8 * GIB))
    assert fit.choice is None
    assert fit.missing > 3 * GIB
    assert most_layers(seven_billion(), ASKED, Room(GIB, 8 * GIB)) == -1


def test_a_chip_without_memory_of_its_own_takes_main_memory() -> None:
    header = seven_billion()
    chip = card(8 * GIB, DeviceKind.INTEGRATED)
    assert best_fit(header, ASKED, Room(4 * GIB, 16 * GIB, (chip,))).place == MAIN
    assert best_fit(header, ASKED, Room(12 * GIB, 16 * GIB, (chip,))).fits


def test_something_is_always_left_free() -> None:
    assert spare(4 * GIB) == SPARE
    assert spare(100 * GIB) == 5 * GIB


@given(
    st.integers(0, 12 * GIB),
    st.lists(st.integers(0, 8 * GIB), max_size=3),
    st.integers(-1, LAYERS + 1),
    st.integers(1, 40_000),
)
def test_what_is_suggested_fits(main: int, free: list[int], layers: int, context: int) -> None:
    header, room = seven_billion(), Room(main, 12 * GIB, tuple(map(card, free)))
    fit = best_fit(header, Choice(context, layers), room)
    if fit.choice is not None:
        assert best_fit(header, fit.choice, room).fits
        assert fit.choice.context_length <= context
        assert fit.choice.gpu_layers <= (steps(header) if layers < 0 else layers)
    assert fit.fits == (fit.missing == 0)
