"""What llama.cpp can compute on here, and how much memory each of it has."""

from __future__ import annotations

import ctypes
from ctypes import byref

from desktop.domain.memory import Device, DeviceKind
from desktop.engine.ggml import Pointer, Size, back_ends_here, function

# ggml's numbers for kinds of devices. What is not here joins several others into one.
KINDS = (DeviceKind.PROCESSOR, DeviceKind.CARD, DeviceKind.INTEGRATED, DeviceKind.ACCELERATOR)

NO_CARDS = {"base", "cpu", "blas", "rpc"}
"""What of ggml computes on no card of this computer."""


def devices() -> tuple[Device, ...]:
    """All of them, in llama.cpp's order; asked afresh, since free memory changes.

    The memory of the processor is what its back end says, which on Linux is all of it: ask the system instead.
    """
    return tuple(_device(pointer) for pointer in pointers())


def pointers() -> list[int]:
    """The devices whose kind is known, as llama.cpp's own.

    One that several back ends see is taken once, and integrated chips from one back end only, as llama.cpp does it.
    """
    count = function("ggml_backend_dev_count", Size)
    get = function("ggml_backend_dev_get", Pointer, Size)
    backend_of = function("ggml_backend_dev_backend_reg", Pointer, Pointer)
    found: list[int] = []
    seen: set[bytes] = set()
    integrated: int | None = None
    for pointer in map(get, range(count())):
        if _kind_number(pointer) >= len(KINDS):
            continue
        if kind(pointer) is DeviceKind.CARD:
            address = _address(pointer)
            if address in seen:
                continue
            seen |= {address} - {b""}
        if kind(pointer) is DeviceKind.INTEGRATED:
            integrated = integrated or backend_of(pointer)
            if backend_of(pointer) != integrated:
                continue
        found.append(pointer)
    return found


def built_for_cards() -> bool:
    """Whether anything is here that would drive a card: loaded, or not because the system has nothing for it."""
    count = function("ggml_backend_reg_count", Size)
    get = function("ggml_backend_reg_get", Pointer, Size)
    name_of = function("ggml_backend_reg_name", ctypes.c_char_p, Pointer)
    loaded = {(name_of(get(number)) or b"").decode("utf-8", "replace").lower() for number in range(count())}
    return bool((loaded | back_ends_here()) - NO_CARDS)


def kind(pointer: int) -> DeviceKind:
    """What kind of device it is."""
    return KINDS[_kind_number(pointer)]


def name(pointer: int) -> str:
    """What llama.cpp calls it: ``CUDA0``, ``Vulkan1``."""
    return (function("ggml_backend_dev_name", ctypes.c_char_p, Pointer)(pointer) or b"").decode("utf-8", "replace")


def _kind_number(pointer: int) -> int:
    return int(function("ggml_backend_dev_type", ctypes.c_int, Pointer)(pointer))


class _Properties(ctypes.Structure):
    """What ggml says about a device; its abilities, which follow, are not read."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("free", Size),
        ("total", Size),
        ("type", ctypes.c_int),
        ("id", ctypes.c_char_p),
        ("abilities", ctypes.c_bool * 64),
    )


def _address(pointer: int) -> bytes:
    """Where the device is in this computer; empty where nobody knows."""
    properties = _Properties()
    function("ggml_backend_dev_get_props", None, Pointer, Pointer)(pointer, byref(properties))
    return properties.id or b""


def _device(pointer: int) -> Device:
    description = function("ggml_backend_dev_description", ctypes.c_char_p, Pointer)
    free, total = Size(), Size()
    function("ggml_backend_dev_memory", None, Pointer, Pointer, Pointer)(pointer, byref(free), byref(total))
    return Device(
        name=name(pointer),
        description=(description(pointer) or b"").decode("utf-8", "replace"),
        kind=kind(pointer),
        free=free.value,
        total=total.value,
    )
