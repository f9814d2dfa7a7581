"""What llama.cpp can compute on here, and how much memory each of it has."""

from __future__ import annotations

import ctypes
from ctypes import byref

from desktop.domain.memory import Device, DeviceKind
from desktop.engine.ggml import Pointer, Size, function

# ggml's numbers for kinds of devices. What is not here joins several others into one.
KINDS = (DeviceKind.PROCESSOR, DeviceKind.CARD, DeviceKind.INTEGRATED, DeviceKind.ACCELERATOR)


def devices() -> tuple[Device, ...]:
    """All of them, in llama.cpp's order; asked afresh, since free memory changes.

    The memory of the processor is what its back end says, which on Linux is all of it: ask the system instead.
    """
    return tuple(_device(pointer) for pointer in pointers())


def pointers() -> list[int]:
    """The devices whose kind is known, as llama.cpp's own."""
    count = function("ggml_backend_dev_count", Size)
    get = function("ggml_backend_dev_get", Pointer, Size)
    return [pointer for pointer in map(get, range(count())) if _kind_number(pointer) < len(KINDS)]


def kind(pointer: int) -> DeviceKind:
    """What kind of device it is."""
    return KINDS[_kind_number(pointer)]


def _kind_number(pointer: int) -> int:
    return int(function("ggml_backend_dev_type", ctypes.c_int, Pointer)(pointer))


def _device(pointer: int) -> Device:
    name = function("ggml_backend_dev_name", ctypes.c_char_p, Pointer)
    description = function("ggml_backend_dev_description", ctypes.c_char_p, Pointer)
    free, total = Size(), Size()
    function("ggml_backend_dev_memory", None, Pointer, Pointer, Pointer)(pointer, byref(free), byref(total))
    return Device(
        name=(name(pointer) or b"").decode("utf-8", "replace"),
        description=(description(pointer) or b"").decode("utf-8", "replace"),
        kind=kind(pointer),
        free=free.value,
        total=total.value,
    )
