"""What was worked out before loading, against llama.cpp's own table of what it then took."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.choice import Choice, choice_of
from desktop.domain.gguf import read_header
from desktop.domain.memory import DeviceKind, cards, estimate, places, steps
from desktop.domain.models import CacheType, FlashAttention, LoadOptions
from tests.fixtures.architectures import KINDS, write_model
from tests.fixtures.loader import READABLE, Loader, loader
from tests.fixtures.rpc_device import endpoints, has_rpc, rpc_devices

pytestmark = pytest.mark.skipif(not READABLE, reason="llama.cpp's own table can be read on Linux and x86-64 only")
with_rpc = pytest.mark.skipif(not has_rpc(), reason="llama.cpp was built without RPC")

CHOICES = {
    "as the app loads": Choice(1000, 0),
    "short": Choice(100, 0, batch=32, sequences=1),
    "without flash attention": Choice(600, 0, batch=64, flash_attention=FlashAttention.OFF),
    "whole context in windows": Choice(1500, 0, batch=64, full_window=True),
    "eight bits": Choice(700, 0, batch=64, keys=CacheType.Q8_0, values=CacheType.Q8_0),
    "four bits": Choice(700, 0, batch=64, keys=CacheType.Q4_0, values=CacheType.Q4_0),
}
ALIGNMENT = 32
"""llama.cpp begins each tensor at a multiple of this many bytes."""


@pytest.fixture(scope="module")
def process() -> Iterator[Loader]:
    with loader() as running:
        yield running


@pytest.fixture(scope="module")
def with_card() -> Iterator[Loader]:
    with rpc_devices(1) as servers, loader(*endpoints(servers)) as running:
        yield running


@pytest.fixture(scope="module")
def with_two_cards() -> Iterator[Loader]:
    with rpc_devices(2) as servers, loader(*endpoints(servers)) as running:
        yield running


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
@pytest.mark.parametrize("kind", KINDS)
def test_weights_and_cache_are_known_to_the_byte(kind: str, choice: Choice, process: Loader, tmp_path: Path) -> None:
    path = write_model(tmp_path / f"{kind}.gguf", kind)
    header = read_header(path)
    expected, taken = estimate(header, choice).main, process.load(path, choice).on("CPU")
    assert 0 <= taken.weights - expected.weights < ALIGNMENT * header.tensors
    assert taken.cache == expected.cache


@pytest.mark.parametrize(
    "options",
    [
        LoadOptions(),
        LoadOptions(context_length=700, batch=8, cache_type=CacheType.Q8_0),
        LoadOptions(context_length=300, flash_attention=FlashAttention.OFF),
    ],
)
def test_the_app_loads_what_was_worked_out_for_it(options: LoadOptions, process: Loader, tmp_path: Path) -> None:
    for kind in ("window", "mixed"):
        path = write_model(tmp_path / f"{kind}.gguf", kind)
        choice = choice_of(read_header(path), options)
        expected, taken = estimate(read_header(path), choice).main, process.load_as_the_app(path, options).on("CPU")
        compute = process.dry_run(path, choice)
        assert compute is not None
        assert taken.cache == expected.cache
        assert taken.compute <= compute.main < taken.compute + 2 * 1024 * 1024


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_knows_what_computing_takes(kind: str, process: Loader, tmp_path: Path) -> None:
    path = write_model(tmp_path / f"{kind}.gguf", kind)
    for choice in (Choice(1000, 0), Choice(1500, 0, batch=64, full_window=True)):
        compute = process.dry_run(path, choice)
        taken = process.load(path, choice).on("CPU")
        assert compute is not None
        # What the processor needs within a step is not in llama.cpp's table.
        assert taken.compute <= compute.main < taken.compute + 2 * 1024 * 1024
        rough = estimate(read_header(path), choice).main.compute
        assert 0.9 < rough / estimate(read_header(path), choice, compute=compute).main.compute < 1.3


@pytest.mark.model
@pytest.mark.parametrize("context_length", [256, 1024])
def test_the_starter_model_is_known_to_the_byte(context_length: int, process: Loader, starter: Path) -> None:
    choice = Choice(context_length, 0, batch=context_length)
    expected, taken = estimate(read_header(starter), choice), process.load(starter, choice).on("CPU")
    assert expected.exact
    assert (taken.weights, taken.cache) == (expected.main.weights, expected.main.cache)


def test_a_dry_run_of_what_is_no_model_says_nothing(process: Loader, tmp_path: Path) -> None:
    path = tmp_path / "none.gguf"
    path.write_bytes(b"no model")
    assert process.dry_run(path, Choice(512)) is None


def test_the_processor_is_a_device(process: Loader) -> None:
    [processor] = [device for device in process.devices() if device.kind is DeviceKind.PROCESSOR]
    assert processor.total > 0
    assert processor.name


@with_rpc
@pytest.mark.parametrize("tied", [False, True], ids=["apart", "tied"])
@pytest.mark.parametrize("kind", ["dense", "mixture", "window", "recurrent", "mixed"])
def test_layers_lie_where_they_were_said_to(kind: str, tied: bool, with_card: Loader, tmp_path: Path) -> None:
    path = write_model(tmp_path / f"{kind}.gguf", kind, tied=tied)
    header, found = read_header(path), cards(with_card.devices())
    answers: list[list[int]] = []
    for layers in (0, 1, steps(header) // 2, steps(header)):
        choice = Choice(300, layers, batch=64)
        loaded = with_card.load(path, choice, write=8, mapped=False)
        assert loaded.places == ["CPU" if place < 0 else found[place].name for place in places(header, choice, found)]
        expected = estimate(header, choice, found)
        padding = ALIGNMENT * header.tensors
        for device, usage in (("CPU", expected.main), (found[0].description, expected.devices[0])):
            assert 0 <= loaded.on(device).weights - usage.weights < padding, (layers, device)
            assert loaded.on(device).cache == usage.cache, (layers, device)
        answers.append(loaded.answer)
    assert len(answers[0]) == 8
    assert answers == [answers[0]] * len(answers)


@with_rpc
def test_a_dry_run_knows_what_computing_takes_on_a_card(with_card: Loader, tmp_path: Path) -> None:
    path = write_model(tmp_path / "dense.gguf", "dense")
    for layers in (0, 1, 3, 5):
        choice = Choice(1000, layers)
        compute, loaded = with_card.dry_run(path, choice), with_card.load(path, choice)
        assert compute is not None
        # Once more what passes between the two, at most: who may look at whom, and what goes in and out.
        passed = choice.step * (choice.cells * 2 + 3 * 64 * 4)
        taken = loaded.on(cards(with_card.devices())[0].description).compute
        assert taken <= compute.devices[0] <= taken + passed, layers
        assert loaded.on("CPU").compute <= compute.main, layers


@with_rpc
def test_two_cards_share_the_layers_as_they_were_said_to(with_two_cards: Loader, tmp_path: Path) -> None:
    path = write_model(tmp_path / "dense.gguf", "dense")
    header, found = read_header(path), cards(with_two_cards.devices())
    assert len(found) == 2
    told = Choice(300, batch=64, proportions=(1.0, 3.0))
    alone = Choice(300, batch=64, devices=(found[1].name,))
    for layers, asked in ((1, told), (2, told), (4, told), (5, told), (3, alone)):
        choice = asked._replace(gpu_layers=layers)
        loaded = with_two_cards.load(path, choice, mapped=False)
        assert loaded.places == ["CPU" if place < 0 else found[place].name for place in places(header, choice, found)]
        compute = with_two_cards.dry_run(path, choice)
        assert compute is not None
        for name, size in zip(
            ("CPU", *(card.description for card in found)), (compute.main, *compute.devices), strict=True
        ):
            assert loaded.on(name).compute <= size, (layers, name)
