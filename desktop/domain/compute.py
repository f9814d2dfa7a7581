"""What computing needs besides weights and cache: the numbers in flight while a batch goes through the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.domain.choice import Choice
from desktop.domain.gguf import Header
from desktop.domain.kv_cache import cache_of
from desktop.domain.models import FlashAttention

FLOAT, HALF = 4, 2
COPIES = 4
"""How often llama.cpp keeps what passes between several cards, at most."""
RUNNING, GRAPH_STEP = 2_400_000, 830
"""Bytes that llama.cpp keeps about any model that it runs, and about each step of its graph: measured."""

# Architectures whose graphs llama.cpp leaves more room for (``graph_max_nodes`` in ``src/llama-context.cpp``).
_LONG_GRAPHS = frozenset(
    {"qwen3next", "qwen35", "qwen35moe", "qwen4exp", "kimi-linear", "kimi-k3", "bailingmoe3", "glm5-next", "deepseek4"}
    | {"nanbeige", "minimax-01", "minimax-m3", "hy_v4"}
)


class Compute(NamedTuple):
    """Bytes."""

    main: int
    devices: tuple[int, ...] = ()


def rough_compute(header: Header, choice: Choice, places: tuple[int, ...], used: Sequence[bool]) -> Compute:
    """What computing needs, where no dry run says it: a formula that comes near for usual models.

    ``places`` has the index of a device for each layer and for the output; below 0 is main memory. ``used`` says for
    each device whether it takes part.
    """
    step, width = choice.step, header.size_of_model("embedding_length")
    window = cache_of(header).window
    # Who may look at whom; layers with a window have a second one.
    mask = (choice.cells + (choice.window_cells(window) if window else 0)) * step * HALF
    between = 2 * width * step * FLOAT
    # Without flash attention each head's look at every token is written down, twice.
    heads = 2 * header.size_of_model("attention.head_count") if choice.flash_attention is FlashAttention.OFF else 0
    layer = mask + heads * choice.cells * step * FLOAT + (3 * _inner(header) + 4 * width) * step * FLOAT
    end = header.number("tokenizer.ggml.tokens") * choice.results * FLOAT + between
    passed = (COPIES * (mask + between)) if sum(used) > 1 else 0

    def need(place: int) -> int:
        within = layer if place in places[:-1] else 0
        return max(within, end if places[-1] == place else 0) + passed

    # What goes in is put together in main memory, wherever it goes then.
    return Compute(
        max(need(-1), mask + between + passed), tuple(need(device) if takes else 0 for device, takes in enumerate(used))
    )


def running_size(header: Header, choice: Choice) -> int:
    """Bytes in main memory that are neither the model's nor in flight: what llama.cpp knows about the graph."""
    long = header.architecture in _LONG_GRAPHS
    graph = max(40 * choice.step, 32 * header.tensors) if long else max(1024, 8 * header.tensors)
    return RUNNING + graph * GRAPH_STEP


def _inner(header: Header) -> int:
    """The widest that a layer gets inside."""
    size = header.size_of_model
    experts = size("expert_used_count") * size("expert_feed_forward_length") + size("expert_shared_feed_forward_length")
    heads = size("attention.head_count") * size("attention.key_length")
    return max(size("feed_forward_length"), experts, 2 * size("ssm.inner_size"), heads)
