"""How the engine's work ends early: it is stopped, or llama.cpp cannot do it."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp as _llama_cpp

from desktop.domain.models import FailureKind

lib: Any = _llama_cpp


class RuntimeFailure(Exception):
    """llama.cpp could not do it. ``detail`` is technical."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


class Aborted(Exception):
    """The work was stopped through ``Abort``."""


class Abort:
    """A flag that llama.cpp looks at between the steps of its graph.

    The callback is C's own ``strlen`` on a buffer of ours: 0 (false) while the buffer is empty, 1 (true) once it holds
    one character. A Python callback would be called a thousand times per token and wait for the interpreter each time.
    llama.cpp asks on the processor only, not while a graphics card computes; therefore also the small steps above.
    """

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(2)
        libc = ctypes.cdll.msvcrt if hasattr(ctypes, "windll") else ctypes.CDLL(None)
        self.callback: Any = ctypes.cast(libc.strlen, lib.llama_cpp.ggml_abort_callback)
        self.data = ctypes.cast(self._flag, ctypes.c_void_p)

    def set(self) -> None:
        self._flag[0] = b"x"

    def clear(self) -> None:
        self._flag[0] = b"\0"

    def is_set(self) -> bool:
        return self._flag[0] != b"\0"
