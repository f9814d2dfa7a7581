"""What can be chosen about loading a model, as far as it changes how much memory it takes."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from desktop.domain.gguf import Header
from desktop.domain.gguf_kinds import TENSOR_KINDS
from desktop.domain.models import LoadOptions

DEFAULT_CONTEXT = 8192
"""Tokens, where the user chose nothing and the model can do more."""
ALL_LAYERS = -1
PAD = 256
"""llama.cpp rounds the tokens that it has room for up to a multiple of this."""


class CacheKind(StrEnum):
    """How the numbers of a cache are stored. Smaller kinds cost a little quality."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"

    def row(self, numbers: int) -> int:
        """Bytes of so many numbers."""
        block, size = _BLOCKS[self.value.upper()]
        return -(-numbers // block) * size


_BLOCKS = {name: (block, size) for name, block, size in TENSOR_KINDS.values()}


class Choice(NamedTuple):
    """One way to load a model."""

    context_length: int
    """Tokens, never 0."""
    gpu_layers: int = ALL_LAYERS
    batch: int = 512
    keys: CacheKind = CacheKind.F16
    values: CacheKind = CacheKind.F16
    sequences: int = 2
    """They share the context."""
    full_window: bool = True
    """Whether layers that look at a window keep the whole context all the same, so that a sequence can be rolled
    back."""
    every_output: bool = True
    """Whether there is room for a result after every token of a batch, which llama.cpp keeps unless told otherwise, or
    only for one of each sequence."""
    proportions: tuple[float, ...] = ()
    """How the layers are shared out between several cards; empty: by their free memory."""

    @property
    def cells(self) -> int:
        """Tokens that fit, as llama.cpp rounds them."""
        return _padded(self.context_length)

    @property
    def step(self) -> int:
        """Tokens that are computed at once, at most."""
        return min(self.batch, self.context_length)

    def window_cells(self, window: int) -> int:
        """Tokens that a layer with a window keeps."""
        return self.cells if self.full_window else _padded(min(self.cells, window * self.sequences + self.step))


def choice_of(header: Header, options: LoadOptions) -> Choice:
    """What loading with these options comes to."""
    trained = header.context_length or DEFAULT_CONTEXT
    return Choice(options.context_length or min(trained, DEFAULT_CONTEXT), options.gpu_layers, options.batch)


def _padded(cells: int) -> int:
    return -(-cells // PAD) * PAD
