"""A smaller copy of a model: which ones can be made of it, and about how large each becomes.

The sizes follow llama.cpp's choice of a kind for each tensor (``src/llama-quant.cpp``): most get the kind that the
quantization is named after, those that suffer most a finer one. For a few architectures it chooses otherwise, so they
are about right; free room is counted with some to spare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from desktop.domain.fit import Room
from desktop.domain.fitness import Judged, judge, needs_of
from desktop.domain.gguf import Header, Tensor
from desktop.domain.gguf_kinds import FILE_TYPES, TENSOR_KINDS
from desktop.domain.models import InstalledModel
from desktop.domain.quants import SUGGESTED, Quant

TARGETS = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M")
"""What can be made, the fullest first."""
FULL_ENOUGH = 8.5
"""Bits of a weight: of what keeps less, a copy would be poor."""
LOSSLESS = 16.0
"""Bits of a weight, from where on a copy loses nothing that the original had lost before."""
ALIGNED = 32

_BLOCKS = {name: (block, size) for name, block, size in TENSOR_KINDS.values()}
_NUMBERS = {name: number for number, name in FILE_TYPES.items()}
_USUAL = {"Q8_0": "Q8_0", "Q6_K": "Q6_K", "Q5_K_M": "Q5_K", "Q4_K_M": "Q4_K", "Q3_K_M": "Q3_K"}
_INSTEAD = {"Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""For rows that a kind cannot have."""
_LAYER = re.compile(r"blk\.(\d+)\.")
_AS_IT_IS = re.compile(
    r"_norm\.|ffn_gate_inp|altup|laurel|per_layer_model_proj|position_embd|token_types|ssm_conv1d|shortconv\.conv|time_mix_"
    r"|attn_rel_b"
)
_ALIKE_VALUES = re.compile(r"attn_(v|qkv|kv_b)\.weight")
_EIGHT_EXPERTS = 8


class Smaller(NamedTuple):
    """A copy that can be made."""

    quant: Quant
    size: int
    """Bytes, about."""
    judged: Judged
    suggested: bool = False


def possible(model: InstalledModel) -> bool:
    """Whether a smaller copy can be made of a model."""
    is_whole = model.available and model.chats and not model.doubtful
    return is_whole and Quant(model.quant).bits >= FULL_ENOUGH


def number_of(quant: str) -> int:
    """What llama.cpp calls a quantization."""
    return _NUMBERS[quant]


def smaller_ones(header: Header, tensors: Sequence[Tensor], room: Room) -> tuple[Smaller, ...]:
    """The copies that can be made and are smaller, the fullest first."""
    needs = needs_of(header)
    found: list[Smaller] = []
    for name in TARGETS:
        size = size_as(header, tensors, name)
        if size < header.size and Quant(name).order < Quant(header.quant).order:
            found.append(Smaller(Quant(name), size, judge(needs.of(size), room)))
    best = min((each.quant.name for each in found if each.quant.name in SUGGESTED), key=SUGGESTED.index, default="")
    return tuple(each._replace(suggested=each.quant.name == best) for each in found)


def size_as(header: Header, tensors: Sequence[Tensor], quant: str) -> int:
    """About how many bytes a model takes in a quantization."""
    head = header.size - sum(_aligned(tensor.size) for tensor in tensors)
    tied = not any(tensor.name == "output.weight" for tensor in tensors)
    by_layer = sorted(tensors, key=lambda tensor: _layer(tensor.name))
    values = [tensor.name for tensor in by_layer if _ALIKE_VALUES.search(tensor.name)]
    places = {name: (place, len(values)) for place, name in enumerate(values)}
    experts = header.size_of_model("expert_count")
    total = max(head, 0)
    for tensor in tensors:
        if not tensor.name.endswith("weight") or len(tensor.dimensions) < 2 or _AS_IT_IS.search(tensor.name):
            total += _aligned(tensor.size)
            continue
        place = places.get(tensor.name, (_layer(tensor.name), header.layers))
        kind = _kind(quant, tensor.name, place, tied=tied, experts=experts)
        total += _aligned(_bytes(kind, tensor.dimensions))
    return total


def _kind(quant: str, name: str, place: tuple[int, int], *, tied: bool, experts: int) -> str:
    """The kind that llama.cpp gives to a tensor; ``place`` is which of how many it is."""
    usual = _USUAL[quant]
    at, count = place
    many = experts == _EIGHT_EXPERTS
    if usual == "Q8_0":
        return usual
    if name == "output.weight" or (tied and name == "token_embd.weight"):
        return "Q6_K"
    if _ALIKE_VALUES.search(name):
        if many:
            return "Q8_0"
        if usual == "Q3_K":
            return "Q5_K" if at < 2 else "Q4_K"
        return "Q6_K" if _is_delicate(at, count) else usual
    if "attn_k.weight" in name and many:
        return "Q8_0"
    if "ffn_down" in name:
        if usual == "Q3_K":
            return "Q5_K" if at < count // 16 else "Q4_K"
        return "Q6_K" if _is_delicate(at, count) else usual
    if "attn_output.weight" in name and usual != "Q6_K":
        return "Q5_K" if many else "Q4_K" if usual == "Q3_K" else usual
    return usual


def _is_delicate(at: int, count: int) -> bool:
    """The first and the last eighth of the layers, and every third in between."""
    return at < count // 8 or at >= 7 * count // 8 or (at - count // 8) % 3 == 2


def _bytes(kind: str, dimensions: tuple[int, ...]) -> int:
    row = dimensions[0]
    if row % _BLOCKS[kind][0]:
        kind = _INSTEAD.get(kind, kind)
    if row % _BLOCKS[kind][0]:
        kind = "F16"
    block, size = _BLOCKS[kind]
    return prod(dimensions) // block * size


def _layer(name: str) -> int:
    found = _LAYER.match(name)
    return int(found[1]) if found else 0


def _aligned(size: int) -> int:
    return (size + ALIGNED - 1) // ALIGNED * ALIGNED
