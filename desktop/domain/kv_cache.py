"""What each layer of a model remembers of a context: keys and values for every token, for a window, or a fixed state.

Follows llama.cpp as it is pinned: the numbers that it reads from the file (``src/llama-model.cpp``, ``src/models/``),
which layers look at a window only, and how it lays the cache out (``src/llama-kv-cache*.cpp``).
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.choice import Choice, row_size
from desktop.domain.gguf import Header
from desktop.domain.models import FlashAttention
from desktop.domain.weights import LIMIT_LAYERS

FLOAT = 4

# Architectures without keys and values: a state of fixed size for each sequence.
_RECURRENT = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
# Architectures that mix both, by what tells which layer is which.
_BY_INTERVAL = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "qwen4exp": 4, "minimax-01": 8}
_BY_HEADS = frozenset(
    {"jamba", "plamo2", "granitehybrid", "lfm2", "lfm2moe", "kimi-linear", "kimi-k3", "bailingmoe3", "glm5-next"}
    | {"nemotron_h", "nemotron_h_moe"}
)
_BOTH_IN_EACH_LAYER = frozenset({"falcon-h1"})

# Architectures with layers that look at a window only: (every how many layers one does not, whether that is the first
# of them). 0: the file lists them.
_WINDOWS = {
    "afmoe": (4, False),
    "cohere2": (4, False),
    "cohere2moe": (4, True),
    "exaone-moe": (4, False),
    "exaone4": (4, False),
    "gemma2": (2, False),
    "gemma3": (6, False),
    "gemma3n": (5, False),
    "gemma4": (0, False),
    "gpt-oss": (2, False),
    "granite_swa": (0, False),
    "laguna": (4, True),
    "llama4": (4, False),
    "maple": (0, False),
    "mellum": (4, False),
    "mimo2": (0, False),
    "muse-glimmer": (4, False),
    "olmo2": (4, False),
    "plamo3": (8, False),
    "smallthinker": (4, True),
    "spark2_5": (0, False),
    "step35": (0, False),
}
# Windows that llama.cpp takes whatever the file says, and those it takes where the file says nothing.
_FIXED_WINDOW = {"llama4": 8192, "smallthinker": 4096}
_USUAL_WINDOW = {"gemma2": 4096, "exaone4": 4096, "llama4": 8192}

_NO_CACHE = frozenset(
    {"bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3"}
)
# Architectures with caches of their own that are not worked out here; what comes out is near, not exact.
_NOT_EXACT = frozenset(
    {"deepseek32", "deepseek4", "dots3note", "glm-dsa", "glm5-next", "hy_v4", "minimax-m3", "qwen4exp", "hrm_text"}
    | {"nanbeige", "graniteswitch", "dflash", "eagle3", "gemma4-assistant", "t5", "t5encoder"}
)


class LayerCache(NamedTuple):
    """What one layer remembers."""

    key: int = 0
    """Numbers for each token."""
    value: int = 0
    window: bool = False
    """Whether the layer only looks at a window of the last tokens."""
    state: int = 0
    """Bytes for each sequence, however long it is."""


class ModelCache(NamedTuple):
    """What a model remembers."""

    layers: tuple[LayerCache, ...]
    window: int = 0
    """Tokens."""
    exact: bool = True
    """Whether every layer is known to the byte."""

    def sizes(self, choice: Choice) -> tuple[int, ...]:
        """Bytes of each layer."""
        whole, window = choice.cells, choice.window_cells(self.window)
        # Without flash attention values lie the other way round, and all layers are as wide as the widest.
        widest = max((layer.value for layer in self.layers), default=0)
        turned = choice.flash_attention is FlashAttention.OFF
        return tuple(
            (
                row_size(choice.keys, layer.key)
                + row_size(choice.values, widest if turned and layer.value else layer.value)
            )
            * (window if layer.window else whole)
            + layer.state * choice.sequences
            for layer in self.layers
        )


def layer_count(header: Header) -> int:
    """Layers as llama.cpp counts them, those for guessing ahead included."""
    return min(max(header.layers, 0), LIMIT_LAYERS)


def used_layers(header: Header) -> int:
    """Layers that are loaded: those for guessing several tokens ahead are not."""
    return max(layer_count(header) - header.size_of_model("nextn_predict_layers"), 0)


def cache_of(header: Header) -> ModelCache:
    """What the model of this file will remember."""
    count, used, architecture = layer_count(header), used_layers(header), header.architecture
    attends, recurs = _kinds(header, count)
    window, windowed = _windows(header, used, recurs)
    from_start = _layers_with_own_keys(header, count)
    latent = bool(
        header.size_of_model("attention.key_length_mla") and header.size_of_model("attention.value_length_mla")
    )
    heads = _heads_kv(header, count)
    state = _state(header)
    lengths = {of_window: _head_lengths(header, of_window) for of_window in (False, True)}
    layers: list[LayerCache] = []
    for layer in range(count):
        key, value = lengths[windowed[layer]]
        keeps = attends[layer] and layer < used and layer < from_start
        layers.append(
            LayerCache(
                key=heads[layer] * key if keeps else 0,
                # What the latent kind keeps for a token is one vector; its values are part of it.
                value=heads[layer] * value if keeps and not latent else 0,
                window=windowed[layer],
                state=state if recurs[layer] and layer < used else 0,
            )
        )
    exact = architecture not in _NOT_EXACT and not header.weights.unknown and not header.number("split.count") > 1
    return ModelCache(tuple(layers), window, exact)


def _kinds(header: Header, count: int) -> tuple[list[bool], list[bool]]:
    """For each layer: whether it attends to tokens, and whether it carries a state on."""
    architecture = header.architecture
    if architecture in _NO_CACHE:
        return [False] * count, [False] * count
    if architecture in _RECURRENT:
        return [False] * count, [True] * count
    if architecture in _BOTH_IN_EACH_LAYER:
        return [True] * count, [True] * count
    if architecture in _BY_INTERVAL:
        if header.of_model("attention.recurrent_layers") is not None:
            recurs = [bool(number) for number in header.sizes_of_model("attention.recurrent_layers", count)]
        else:
            interval = header.size_of_model("full_attention_interval", _BY_INTERVAL[architecture])
            recurs = [bool((layer + 1) % max(interval, 1)) for layer in range(count)]
        return [not recurring for recurring in recurs], recurs
    if architecture in _BY_HEADS:
        recurs = [heads == 0 for heads in _heads_kv(header, count)]
        # In these two a layer may also be neither.
        alone = not architecture.startswith("nemotron_h")
        inner = [0] * count if alone else header.sizes_of_model("feed_forward_length", count)
        return (
            [not recurring and not feeds for recurring, feeds in zip(recurs, inner, strict=True)],
            [recurring and not feeds for recurring, feeds in zip(recurs, inner, strict=True)],
        )
    return [True] * count, [False] * count


def _windows(header: Header, used: int, recurs: list[bool]) -> tuple[int, list[bool]]:
    """The window in tokens, and which layers have it."""
    architecture, count = header.architecture, len(recurs)
    window = header.size_of_model("attention.sliding_window", _USUAL_WINDOW.get(architecture, 0))
    if architecture == "lfm2" and window:
        return window, [layer < used and not recurs[layer] for layer in range(count)]
    if not window or architecture not in _WINDOWS or (architecture == "exaone4" and used != 64):
        return 0, [False] * count
    period, first = _WINDOWS[architecture]
    pattern = header.of_model("attention.sliding_window_pattern")
    if isinstance(pattern, tuple):
        listed = header.sizes_of_model("attention.sliding_window_pattern", count)
    else:
        period = header.size_of_model("attention.sliding_window_pattern", period)
        whole = 0 if first else period - 1
        listed = [layer < used and (period == 0 or layer % period != whole) for layer in range(count)]
    return _FIXED_WINDOW.get(architecture, window), [bool(number) for number in listed]


def _layers_with_own_keys(header: Header, count: int) -> int:
    """The layers after so many use the keys and values of earlier ones."""
    if header.architecture == "gemma3n":
        return 20
    if header.architecture == "gemma4":
        return count - header.size_of_model("attention.shared_kv_layers")
    return count


def _heads_kv(header: Header, count: int) -> tuple[int, ...]:
    said = header.of_model("attention.head_count_kv") is not None
    return header.sizes_of_model("attention.head_count_kv" if said else "attention.head_count", count)


def _head_lengths(header: Header, window: bool) -> tuple[int, int]:
    """Numbers of a head's key and of its value."""
    heads = header.size_of_model("attention.head_count")
    usual = header.size_of_model("embedding_length") // heads if heads else 0
    key = header.size_of_model("attention.key_length", usual)
    value = header.size_of_model("attention.value_length", usual)
    if not window:
        return key, value
    return header.size_of_model("attention.key_length_swa", key), header.size_of_model(
        "attention.value_length_swa", value
    )


def _state(header: Header) -> int:
    """Bytes that a layer with a state keeps for each sequence: the last tokens of a convolution, and the state."""
    size = header.size_of_model
    width, heads = size("embedding_length"), size("attention.head_count")
    if size("wkv.head_size"):
        return (size("token_shift_count", 2) + size("wkv.head_size")) * width * FLOAT
    if size("shortconv.l_cache"):
        return width * (size("shortconv.l_cache") - 1) * FLOAT
    kernel, delta = size("ssm.conv_kernel"), size("kda.head_dim")
    if delta:
        return (3 * (kernel - 1 if kernel else 3) * heads * delta + delta * delta * heads) * FLOAT
    if header.architecture == "minimax-01":
        return _head_lengths(header, False)[0] ** 2 * heads * FLOAT
    inner, state = size("ssm.inner_size"), size("ssm.state_size")
    kept = max(kernel - 1, 0) * (inner + 2 * size("ssm.group_count") * state)
    return (kept + state * inner) * FLOAT
