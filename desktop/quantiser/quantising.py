"""llama.cpp's quantiser: one model in, one file out."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import llama_cpp as _llama_cpp
import psutil

from desktop.domain.smaller import number_of
from desktop.quantiser.protocol import Failed, Made, Make, Progress

# The bindings are ctypes: typed for readers, not for checkers.
lib: Any = _llama_cpp

TELL_S = 0.2
AT_ONCE = 512 << 20
"""Bytes of a tensor that are held at a time: what the user does besides goes first."""
POLITE = 10
_ERROR = 4
_GOES_ON = 5
"""llama.cpp's levels of what it logs."""


def make(wanted: Make, tell: Callable[[Progress], None]) -> Made | Failed:
    """Write the copy. Where it stands is the length of the file."""
    _step_back()
    said: list[str] = []

    def heard(level: int, text: bytes, _: object) -> None:
        if level in (_ERROR, _GOES_ON) and len(said) < 20:
            said.append(text.decode("utf-8", "replace").strip())

    callback = lib.llama_log_callback(heard)
    lib.llama_log_set(callback, ctypes.c_void_p(0))
    parameters = lib.llama_model_quantize_default_params()
    parameters.ftype = number_of(wanted.quant)
    parameters.nthread = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    parameters.allow_requantize = True
    parameters.max_buf_size = AT_ONCE
    ended = Event()
    telling = Thread(target=_tell, args=(wanted, tell, ended), daemon=True)
    telling.start()
    try:
        code = lib.llama_model_quantize(
            os.fsencode(wanted.source), os.fsencode(wanted.target), ctypes.byref(parameters)
        )
    finally:
        ended.set()
        telling.join()
    return Failed(wanted.id, "\n".join(filter(None, said))) if code else Made(wanted.id)


def _tell(wanted: Make, tell: Callable[[Progress], None], ended: Event) -> None:
    while not ended.wait(TELL_S):
        tell(Progress(wanted.id, Path(wanted.target).stat().st_size))


def _step_back() -> None:
    """Whatever else wants the processor goes first."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(POLITE)
