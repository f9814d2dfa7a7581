"""The functions of ggml that the bindings do not have: devices, and the scheduler that sizes a graph."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp as _llama_cpp

Pointer = ctypes.c_void_p
Size = ctypes.c_size_t
PROCESSOR = 0
"""ggml's number for that kind of device."""

# The bindings are ctypes: typed for readers, not for checkers.
_lib: Any = _llama_cpp


def function(names: str | Sequence[str], result: Any, *arguments: Any) -> Any:
    """A function of llama.cpp or of the ggml that it loaded, under the first of ``names`` that there is.

    Looked up through libllama itself: beside it lie several copies of libggml, and one that is opened by its file name
    may be another than libllama's, with no devices in it.

    Raises:
        AttributeError: there is no such function in this build.
    """
    names = (names,) if isinstance(names, str) else names
    for library in _libraries():
        for name in names:
            found = getattr(library, name, None)
            if found is not None:
                found.restype = result
                found.argtypes = list(arguments)
                return found
    raise AttributeError(names[0])


def load_back_ends() -> None:
    """Load what computes, where it is not a part of this build: the best of each kind that lies beside libllama.

    A Snug that is installed brings one for each generation of processors, and one for graphics cards. Nowhere else is
    looked for any.

    Raises:
        OSError: nothing of it runs on this processor, or it is not there.
    """
    if function("ggml_backend_reg_count", Size)() == 0:
        load = function("ggml_backend_load_all_from_path", None, ctypes.c_char_p)
        load(str(_folder()).encode())
    if not function("ggml_backend_dev_by_type", Pointer, ctypes.c_int)(PROCESSOR):
        raise OSError(f"no back end for this processor in {_folder()}")


def back_ends_here() -> set[str]:
    """The kinds of libraries beside libllama, loaded or not: ``cpu``, ``vulkan``."""
    return {path.name.removeprefix("lib").split(".")[0].split("-")[1] for path in _folder().glob("*ggml-*")}


def _folder() -> Path:
    return Path(_llama_cpp.__file__).parent / "lib"


def _libraries() -> list[Any]:
    llama = _lib.llama_cpp._lib
    # A view of its own on the same library: what the bindings say about its functions stays as it is.
    found = [ctypes.CDLL(llama._name, handle=llama._handle)]
    if sys.platform == "win32":
        # Elsewhere, looking a name up in a library looks through what it loaded as well.
        found += [ctypes.CDLL(str(_folder() / name)) for name in ("ggml.dll", "ggml-base.dll")]
    return found
