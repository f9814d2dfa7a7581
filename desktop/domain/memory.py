"""How much memory a model takes where, worked out before it is loaded.

The weights come from the file's table of tensors, the cache from its head (``kv_cache.py``), what computing needs from
a dry run of llama.cpp or, where none is at hand, from a plain formula (``compute.py``). Placement follows llama.cpp as
it is pinned (``load_tensors`` in ``src/llama-model.cpp``): the last steps of the model go to the graphics cards, the
output first of all; what looks tokens up stays in main memory; a layer's cache lies where the layer lies.
"""

from __future__ import annotations

from bisect import bisect_right
from ctypes import c_float
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from desktop.domain.choice import Choice
from desktop.domain.compute import FLOAT, Compute, rough_compute, running_size
from desktop.domain.gguf import Header
from desktop.domain.kv_cache import cache_of, layer_count, used_layers

MAIN = -1
"""In a list of places: main memory."""
TOKEN, MERGE = 160, 190
"""Bytes for each token, and for each rule that joins two: measured, since nothing says it."""


class DeviceKind(StrEnum):
    """What llama.cpp calls a device that it can compute on."""

    PROCESSOR = "processor"
    CARD = "card"
    INTEGRATED = "integrated"
    """A graphics chip that uses main memory."""
    ACCELERATOR = "accelerator"
    """Helps the processor; no layers are moved to it."""


class Device(NamedTuple):
    """Something that computes. Bytes are as its driver reports them."""

    name: str
    description: str
    kind: DeviceKind
    free: int
    total: int


class Usage(NamedTuple):
    """Bytes in one place."""

    weights: int = 0
    cache: int = 0
    compute: int = 0
    vocabulary: int = 0
    """Texts of the tokens, in main memory only."""

    @property
    def total(self) -> int:
        return sum(self)


class Estimate(NamedTuple):
    """What a choice takes."""

    main: Usage
    """In main memory."""
    devices: tuple[Usage, ...]
    """On each of the devices that were asked about, in their order."""
    steps: int
    """Where the slider ends: the layers, and one for the output."""
    offloaded: int
    """Where it stands."""
    exact: bool
    """Whether weights and cache are known to the byte."""

    @property
    def total(self) -> int:
        return self.main.total + sum(device.total for device in self.devices)


def cards(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """The devices that layers are moved to: the cards, or where there are none the integrated chips."""
    found = tuple(device for device in devices if device.kind is DeviceKind.CARD)
    return found or tuple(device for device in devices if device.kind is DeviceKind.INTEGRATED)


def steps(header: Header) -> int:
    """Where the slider of a model ends."""
    return layer_count(header) + 1


def places(header: Header, choice: Choice, devices: tuple[Device, ...]) -> tuple[int, ...]:
    """For each layer, and last for the output, the index of its device or ``MAIN``."""
    count = steps(header)
    moved = _moved(choice, count, devices)
    first = count - moved
    borders = _borders(shares(choice, devices))
    return tuple(
        MAIN if layer < first else min(bisect_right(borders, _single((layer - first) / moved)), len(devices) - 1)
        for layer in range(count)
    )


def shares(choice: Choice, devices: tuple[Device, ...]) -> tuple[float, ...]:
    """What part of the moved layers each device gets, in proportion to the others: 0 for one that is not used."""
    used = [device for device in devices if choice.uses(device.name)]
    own = map(_single, choice.proportions or [device.free for device in used])
    found = tuple(next(own, 0.0) if device in used else 0.0 for device in devices)
    return found if sum(found) > 0 else tuple(float(device in used) for device in devices)


def estimate(
    header: Header, choice: Choice, devices: tuple[Device, ...] = (), compute: Compute | None = None
) -> Estimate:
    """What ``choice`` takes in main memory and on each of ``devices`` (those of ``cards``).

    ``compute`` is what a dry run with the same choice and devices said; without it there is a formula that comes near.
    """
    where = places(header, choice, devices)
    cache = cache_of(header)
    sizes, weights, used = cache.sizes(choice), header.weights, used_layers(header)
    weigh, remember = [0] * (len(devices) + 1), [0] * (len(devices) + 1)
    # The last of each list is main memory: MAIN is -1.
    for layer, place in enumerate(where[:-1]):
        if layer < used:
            weigh[place] += weights.layers[layer] if layer < len(weights.layers) else 0
            remember[place] += sizes[layer]
    for place in {*where[:used]}:
        weigh[place] += weights.rotary
    weigh[MAIN] += weights.input
    weigh[where[-1]] += weights.output + (weights.tied if where[-1] != MAIN else 0)
    if compute is None or len(compute.devices) != len(devices):
        compute = rough_compute(header, choice, where, [choice.uses(device.name) for device in devices])
    on_devices = tuple(map(Usage, weigh[:MAIN], remember[:MAIN], compute.devices))
    results = header.number("tokenizer.ggml.tokens") * choice.results * FLOAT
    running = compute.main + results + running_size(header, choice)
    main = Usage(weigh[MAIN], remember[MAIN], running, vocabulary_size(header))
    return Estimate(main, on_devices, len(where), _moved(choice, len(where), devices), cache.exact)


def vocabulary_size(header: Header) -> int:
    """Bytes that llama.cpp's tables of tokens take, about."""
    return header.number("tokenizer.ggml.tokens") * TOKEN + header.number("tokenizer.ggml.merges") * MERGE


def _moved(choice: Choice, count: int, devices: tuple[Device, ...]) -> int:
    if not any(choice.uses(device.name) for device in devices):
        return 0
    return count if choice.gpu_layers < 0 else min(choice.gpu_layers, count)


def _borders(proportions: tuple[float, ...]) -> list[float]:
    """Where the share of each device ends, 0 to 1, in the single precision of the original."""
    ends = list(accumulate(proportions, lambda so_far, share: _single(so_far + share), initial=0.0))[1:]
    return [_single(end / ends[-1]) for end in ends] if ends and ends[-1] > 0 else [0.0] * len(ends)


def _single(number: float) -> float:
    return c_float(number).value
