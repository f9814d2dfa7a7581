"""Memory before loading: rules that hold for every model and every choice."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.choice import Choice, choice_of
from desktop.domain.compute import Compute
from desktop.domain.gguf import Header
from desktop.domain.kv_cache import cache_of
from desktop.domain.memory import MAIN, Device, DeviceKind, cards, estimate, places, steps
from desktop.domain.models import CacheType, FlashAttention, LoadOptions
from desktop.domain.weights import Weights

GIB = 1024**3


def model(layers: int = 4, architecture: str = "llama", tied: bool = False, **said: int | tuple[int, ...]) -> Header:
    """A head that was never a file: a layer weighs 1,000 bytes, the rest less."""
    keys: dict[str, int | tuple[int, ...]] = {
        "block_count": layers,
        "embedding_length": 64,
        "context_length": 4096,
        "attention.head_count": 4,
        **{key.replace("__", "."): value for key, value in said.items()},
    }
    return Header(
        size=0,
        key="",
        metadata={
            "general.architecture": architecture,
            "tokenizer.ggml.tokens": 100,
            **{f"{architecture}.{key}": value for key, value in keys.items()},
        },
        weights=Weights(layers=(1000,) * layers, input=100, output=10, tied=100 if tied else 0, rotary=1),
    )


def card(free: int = GIB, kind: DeviceKind = DeviceKind.CARD) -> Device:
    return Device("card", "A card", kind, free, 2 * GIB)


models = st.builds(
    model,
    layers=st.integers(1, 60),
    architecture=st.sampled_from(["llama", "gemma3", "mamba", "jamba", "falcon-h1", "qwen3next", "gpt-oss", "???"]),
    tied=st.booleans(),
    attention__head_count_kv=st.integers(0, 8) | st.lists(st.integers(0, 8), max_size=9).map(tuple),
    attention__sliding_window=st.integers(0, 9000),
    attention__sliding_window_pattern=st.integers(0, 9) | st.lists(st.integers(0, 1), max_size=70).map(tuple),
    ssm__conv_kernel=st.integers(0, 4),
    ssm__inner_size=st.integers(0, 128),
    ssm__state_size=st.integers(0, 64),
    nextn_predict_layers=st.integers(0, 3),
)
choices = st.builds(
    Choice,
    context_length=st.integers(1, 100_000),
    gpu_layers=st.integers(-1, 70),
    batch=st.integers(32, 2048),
    keys=st.sampled_from(CacheType),
    values=st.sampled_from(CacheType),
    flash_attention=st.sampled_from(FlashAttention),
    sequences=st.integers(1, 4),
    full_window=st.booleans(),
    outputs=st.sampled_from((2, 8, 512)),
    devices=st.sampled_from([(), ("card",)]),
    proportions=st.lists(st.floats(0, 100), max_size=5).map(tuple),
)
devices = st.lists(st.builds(card, free=st.integers(0, 100 * GIB)), max_size=4).map(tuple)


@given(models, choices, devices)
def test_moving_changes_where_and_not_how_much(header: Header, choice: Choice, there: tuple[Device, ...]) -> None:
    found, without = estimate(header, choice, there), estimate(header, choice)
    everywhere = [found.main, *found.devices]
    assert sum(part.cache for part in everywhere) == without.main.cache
    # What is used at both ends, and the small tables of every layer, may lie in several places.
    more = sum(part.weights for part in everywhere) - without.main.weights
    assert 0 <= more <= header.weights.tied + len(there) * header.weights.rotary
    assert all(min(part) >= 0 for part in everywhere)


@given(models, choices, devices)
def test_more_layers_on_cards_never_need_more_main_memory(
    header: Header, choice: Choice, there: tuple[Device, ...]
) -> None:
    main = [estimate(header, choice._replace(gpu_layers=n), there).main for n in range(steps(header) + 2)]
    assert all(more.weights <= fewer.weights and more.cache <= fewer.cache for fewer, more in pairwise(main))
    assert main[0] == estimate(header, choice).main or len(there) > 1
    if there:
        assert main[-1].cache == 0
        assert main[-1].weights == header.weights.input


@given(models, choices)
def test_a_longer_context_and_finer_numbers_never_take_less(header: Header, choice: Choice) -> None:
    cache = cache_of(header)
    longer = choice._replace(context_length=choice.context_length + 256)
    assert sum(cache.sizes(longer)) >= sum(cache.sizes(choice))
    fine = choice._replace(keys=CacheType.F16, values=CacheType.F16)
    coarse = choice._replace(keys=CacheType.Q4_0, values=CacheType.Q4_0)
    # A row is rounded up to whole blocks of 32 numbers.
    blocks = 2 * 18 * len(cache.layers) * choice.cells
    assert sum(cache.sizes(coarse)) <= sum(cache.sizes(fine)) + blocks
    assert sum(cache.sizes(choice._replace(full_window=False))) <= sum(cache.sizes(choice._replace(full_window=True)))


@given(models, choices, devices)
def test_layers_stay_in_order(header: Header, choice: Choice, there: tuple[Device, ...]) -> None:
    where = places(header, choice, there)
    assert len(where) == steps(header)
    assert list(where) == sorted(where)
    wanted = steps(header) if choice.gpu_layers < 0 else min(choice.gpu_layers, steps(header))
    assert sum(place != MAIN for place in where) == (wanted if there else 0)


def test_the_output_is_the_first_to_go() -> None:
    header = model(layers=4)
    assert places(header, Choice(512, 1), (card(),)) == (MAIN, MAIN, MAIN, MAIN, 0)
    assert places(header, Choice(512, 3), (card(),)) == (MAIN, MAIN, 0, 0, 0)
    assert places(header, Choice(512, 5), (card(),)) == (0, 0, 0, 0, 0)


def test_several_cards_share_by_what_is_free_or_as_they_are_told() -> None:
    header = model(layers=7)
    assert places(header, Choice(512), (card(3 * GIB), card(GIB))) == (0, 0, 0, 0, 0, 0, 1, 1)
    told = Choice(512, proportions=(1.0, 3.0))
    assert places(header, told, (card(3 * GIB), card(GIB))) == (0, 0, 1, 1, 1, 1, 1, 1)


def test_a_card_that_is_not_used_gets_nothing() -> None:
    header = model(layers=7)
    there = tuple(card(size * GIB)._replace(name=name) for size, name in ((3, "A"), (4, "B"), (1, "C")))
    choice = Choice(512, devices=("A", "C"))
    assert places(header, choice, there) == (0, 0, 0, 0, 0, 0, 2, 2)
    assert places(header, choice._replace(proportions=(1.0, 3.0)), there) == (0, 0, 2, 2, 2, 2, 2, 2)
    assert places(header, choice._replace(proportions=(0.0, 0.0)), there) == (0, 0, 0, 0, 2, 2, 2, 2)
    found = estimate(header, choice, there)
    assert found.devices[1].total == 0
    assert found.devices[0].weights + found.devices[2].weights > 0
    assert estimate(header, choice._replace(devices=("D",)), there).offloaded == 0


def test_what_is_used_at_both_ends_is_there_twice_once_the_end_is_moved() -> None:
    header = model(tied=True)
    assert estimate(header, Choice(512, 0), (card(),)).devices[0].weights == 0
    one = estimate(header, Choice(512, 1), (card(),))
    assert (one.main.weights, one.devices[0].weights) == (4 * 1000 + 100 + 1, 100 + 10)


def test_layers_for_guessing_ahead_are_steps_of_the_slider_but_take_nothing() -> None:
    header = model(layers=4, nextn_predict_layers=1)
    assert estimate(header, Choice(512)).main.weights == 3 * 1000 + 111
    assert estimate(header, Choice(512, 2), (card(),)).devices[0].weights == 10


def test_a_dry_run_is_believed() -> None:
    header = model()
    rough, told = estimate(header, Choice(512)), estimate(header, Choice(512), compute=Compute(10**9))
    assert told.main.compute - rough.main.compute > 9 * 10**8
    assert told.main._replace(compute=0) == rough.main._replace(compute=0)


def test_integrated_chips_count_where_there_is_no_card() -> None:
    processor = card(kind=DeviceKind.PROCESSOR)
    integrated = card(kind=DeviceKind.INTEGRATED)
    assert cards((processor, integrated)) == (integrated,)
    assert cards((processor, integrated, card())) == (card(),)
    assert cards((processor, card(kind=DeviceKind.ACCELERATOR))) == ()


def test_what_was_not_chosen_is_what_the_engine_takes() -> None:
    assert choice_of(model(), LoadOptions()).context_length == 4096
    assert choice_of(model(context_length=100_000), LoadOptions()).context_length == 8192
    assert choice_of(model(), LoadOptions(context_length=512, gpu_layers=3, batch=8)) == Choice(512, 3, 32)


def test_an_unknown_shape_says_that_it_is_not_exact() -> None:
    assert estimate(model(), Choice(512)).exact
    assert not estimate(model(architecture="deepseek4"), Choice(512)).exact
