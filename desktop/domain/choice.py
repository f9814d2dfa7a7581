"""What can be chosen about loading a model, as far as it changes how much memory it takes."""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.gguf import Header
from desktop.domain.gguf_kinds import TENSOR_KINDS
from desktop.domain.models import CacheType, FlashAttention, LoadOptions

DEFAULT_CONTEXT = 8192
"""Tokens, where the user chose nothing and the model can do more."""
ALL_LAYERS = -1
SMALLEST_BATCH = 32
"""Tokens. The engine takes no smaller steps."""
OUTPUTS = 8
"""Results at once: after a token that was written, and after those that are guessed to follow it."""
PAD = 256
"""llama.cpp rounds the tokens that it has room for up to a multiple of this."""


_BLOCKS = {name.lower(): (block, size) for name, block, size in TENSOR_KINDS.values()}


class Choice(NamedTuple):
    """One way to load a model."""

    context_length: int
    """Tokens, never 0."""
    gpu_layers: int = ALL_LAYERS
    batch: int = 512
    keys: CacheType = CacheType.F16
    values: CacheType = CacheType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO
    sequences: int = 2
    """They share the context."""
    full_window: bool = False
    """Whether layers that look at a window keep the whole context all the same, so that a sequence can be rolled
    back."""
    outputs: int = OUTPUTS
    """Tokens of a batch after which there is room for a result; no fewer than sequences."""
    proportions: tuple[float, ...] = ()
    """How the layers are shared out between the cards that are used; empty: by their free memory."""
    devices: tuple[str, ...] = ()
    """Names of the cards that are used; empty: all there are."""

    @property
    def cells(self) -> int:
        """Tokens that fit, as llama.cpp rounds them."""
        return _padded(self.context_length)

    @property
    def step(self) -> int:
        """Tokens that are computed at once, at most."""
        return min(self.batch, self.context_length)

    @property
    def results(self) -> int:
        """Results of one batch, at most."""
        return min(self.step, self.outputs)

    def uses(self, device: str) -> bool:
        """Whether layers may be moved to the card of this name."""
        return not self.devices or device in self.devices

    def window_cells(self, window: int) -> int:
        """Tokens that a layer with a window keeps."""
        return self.cells if self.full_window else _padded(min(self.cells, window * self.sequences + self.step))


def choice_of(header: Header, options: LoadOptions) -> Choice:
    """What loading with these options comes to."""
    trained = header.context_length or DEFAULT_CONTEXT
    return Choice(
        context_length=options.context_length or min(trained, DEFAULT_CONTEXT),
        gpu_layers=options.gpu_layers,
        batch=max(SMALLEST_BATCH, options.batch),
        keys=options.cache_type,
        values=options.cache_type,
        flash_attention=options.flash_attention,
        proportions=options.tensor_split,
        devices=options.devices,
    )


def row_size(kind: CacheType, numbers: int) -> int:
    """Bytes of so many numbers of a cache."""
    block, size = _BLOCKS[kind.value]
    return -(-numbers // block) * size


def _padded(cells: int) -> int:
    return -(-cells // PAD) * PAD
