"""How a choice is said to llama.cpp."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp as _llama_cpp

from desktop.domain.choice import Choice
from desktop.domain.models import CacheType, FlashAttention, LoadOptions
from desktop.engine.devices import name, pointers
from desktop.engine.ggml import Pointer

lib: Any = _llama_cpp

_KINDS = {
    CacheType.F16: _llama_cpp.GGML_TYPE_F16,
    CacheType.Q8_0: _llama_cpp.GGML_TYPE_Q8_0,
    CacheType.Q4_0: _llama_cpp.GGML_TYPE_Q4_0,
}
_FLASH = {
    FlashAttention.AUTO: _llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO,
    FlashAttention.ON: _llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED,
    FlashAttention.OFF: _llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED,
}


def load_mode(options: LoadOptions) -> int:
    """How the file comes into memory: mapped (the system reads what is used, and may drop it again) or read."""
    if options.lock_memory:
        return int(lib.LLAMA_LOAD_MODE_MMAP_MLOCK if options.map_file else lib.LLAMA_LOAD_MODE_MLOCK)
    return int(lib.LLAMA_LOAD_MODE_AUTO if options.map_file else lib.LLAMA_LOAD_MODE_NONE)


def model_parameters(choice: Choice) -> Any:
    """For ``llama_model_load_from_file``. Keep them until it has returned."""
    params = lib.llama_model_default_params()
    params.n_gpu_layers = choice.gpu_layers
    if choice.proportions:
        shares = (ctypes.c_float * int(lib.llama_max_devices()))(*choice.proportions)
        params.tensor_split = shares
    if choice.devices:
        used = [pointer for pointer in pointers() if name(pointer) in choice.devices]
        # A name of its own keeps the list, which llama.cpp only gets the address of. Its end is marked by a null.
        params.used = (Pointer * (len(used) + 1))(*used)
        params.devices = ctypes.cast(params.used, Pointer)
    return params


def context_parameters(choice: Choice) -> Any:
    """For ``llama_init_from_model``."""
    params = lib.llama_context_default_params()
    params.n_ctx = choice.context_length
    params.n_batch = params.n_ubatch = choice.batch
    params.n_seq_max = choice.sequences
    params.n_outputs_max = choice.outputs
    params.kv_unified = True
    # Layers with a sliding window keep no more than that. Going back takes checkpoints then (see ``sequences``).
    params.swa_full = choice.full_window
    params.flash_attn_type = _FLASH[choice.flash_attention]
    params.type_k = _KINDS[choice.keys]
    params.type_v = _KINDS[choice.values]
    return params
