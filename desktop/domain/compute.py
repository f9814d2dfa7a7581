"""What computing needs besides weights and cache: the numbers in flight while a batch goes through the model."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.choice import Choice
from desktop.domain.gguf import Header
from desktop.domain.kv_cache import cache_of

FLOAT, HALF = 4, 2
COPIES = 4
"""How often llama.cpp keeps what passes between several cards when all layers are on them."""


class Compute(NamedTuple):
    """Bytes."""

    main: int
    devices: tuple[int, ...] = ()


def rough_compute(header: Header, choice: Choice, places: tuple[int, ...], devices: int) -> Compute:
    """What computing needs, where no dry run says it: a formula that is on the safe side for usual models.

    ``places`` has the index of a device for each layer and for the output; below 0 is main memory.
    """
    step, width = choice.step, header.size_of_model("embedding_length")
    outputs = step if choice.every_output else min(step, choice.sequences)
    window = cache_of(header).window
    # Who may look at whom; layers with a window have a second one.
    mask = (choice.cells + (choice.window_cells(window) if window else 0)) * step * HALF
    between = 2 * width * step * FLOAT
    layer = mask + (3 * _inner(header) + 4 * width) * step * FLOAT
    end = header.number("tokenizer.ggml.tokens") * outputs * FLOAT + between
    passed = (COPIES * (mask + between)) if devices > 1 else 0

    def need(place: int) -> int:
        within = layer if place in places[:-1] else 0
        return max(within, end if places[-1] == place else 0) + passed

    # What goes in is put together in main memory, wherever it goes then.
    return Compute(max(need(-1), mask + between + passed), tuple(need(device) for device in range(devices)))


def _inner(header: Header) -> int:
    """The widest that a layer gets inside."""
    size = header.size_of_model
    experts = size("expert_used_count") * size("expert_feed_forward_length") + size("expert_shared_feed_forward_length")
    heads = size("attention.head_count") * size("attention.key_length")
    return max(size("feed_forward_length"), experts, 2 * size("ssm.inner_size"), heads)
