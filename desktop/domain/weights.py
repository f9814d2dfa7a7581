"""Where the weights of a model file belong: to a layer, to the beginning or to the end.

The names are llama.cpp's (``src/llama-arch.cpp``). They decide what is moved when layers are moved to a graphics card.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LIMIT_LAYERS = 512
"""llama.cpp takes no more."""

_BLOCK = re.compile(r"blk\.(\d{1,3})\.")
_EXPERTS = re.compile(r"\.ffn_(?:\w+_)?(?:ch)?exps\.")
_INPUT = frozenset({"token_embd", "position_embd", "token_types", "per_layer_token_embd"})
_FIRST_LAYER = frozenset({"token_embd_norm", "per_layer_model_proj", "per_layer_proj_norm"})
_WITH_EVERY_LAYER = frozenset({"rope_freqs", "rope_factors_long", "rope_factors_short"})


class Weights(NamedTuple):
    """Bytes of a model's weights."""

    layers: tuple[int, ...] = ()
    """Of each layer, experts included."""
    experts: tuple[int, ...] = ()
    """Of each layer, the experts of a mixture alone."""
    input: int = 0
    """What looks tokens up. It always stays in main memory."""
    output: int = 0
    """What turns the last layer's result into tokens."""
    tied: int = 0
    """Of ``input``, what is used at the end as well: there is a second copy where the end lies somewhere else."""
    rotary: int = 0
    """Small tables that lie wherever layers lie."""
    unknown: int = 0
    """Tensors of a kind that is not known here: how many, for nobody can say how large they are."""

    @property
    def total(self) -> int:
        """Bytes, as in the file."""
        return sum(self.layers) + self.input + self.output + self.rotary


class WeightsCount:
    """Adds up tensors by name."""

    def __init__(self) -> None:
        self._layers: dict[int, int] = {}
        self._experts: dict[int, int] = {}
        self._input = self._output = self._embedding = self._rotary = self._unknown = 0
        self._has_output = False

    def add(self, name: str, size: int) -> None:
        """Count a tensor of ``size`` bytes."""
        block = _BLOCK.match(name)
        stem = name.partition(".")[0]
        if block and int(block[1]) < LIMIT_LAYERS:
            self._add_to_layer(int(block[1]), size, expert=bool(_EXPERTS.search(name)))
        elif stem in _FIRST_LAYER:
            self._add_to_layer(0, size, expert=False)
        elif stem in _WITH_EVERY_LAYER:
            self._rotary += size
        elif stem in _INPUT:
            self._input += size
            self._embedding += size if stem == "token_embd" else 0
        else:
            self._output += size
            self._has_output |= name == "output.weight"

    def add_unknown(self) -> None:
        """Count a tensor whose size is not known."""
        self._unknown += 1

    def total(self) -> Weights:
        count = max(self._layers, default=-1) + 1
        return Weights(
            layers=tuple(self._layers.get(layer, 0) for layer in range(count)),
            experts=tuple(self._experts.get(layer, 0) for layer in range(count)),
            input=self._input,
            output=self._output,
            tied=0 if self._has_output else self._embedding,
            rotary=self._rotary,
            unknown=self._unknown,
        )

    def _add_to_layer(self, layer: int, size: int, *, expert: bool) -> None:
        self._layers[layer] = self._layers.get(layer, 0) + size
        if expert:
            self._experts[layer] = self._experts.get(layer, 0) + size
