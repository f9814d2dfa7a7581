"""Landlock: from now on this thread, and what it starts, reaches only the files named here.

An allow-list held by the kernel (Linux 5.13 and newer, where it is switched on). It holds for the calling thread and
for threads that start later, so it is called while there is one thread only. What a newer kernel can refuse besides is
used where it is there: TCP (ABI 4), driver calls on devices (5), signals and abstract sockets to the outside (6).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from desktop.child.seal import kernel
from desktop.child.seal.kernel import NotEnforced

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_TELL_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1
_NEWER_RIGHTS = ((2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
"""Moving between folders, cutting a file, driver calls: with the ABI that has them first."""
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_EXECUTE = 1 << 0
_MAKE_DEVICES = 1 << 6 | 1 << 11
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_TCP_BIND, _TCP_BOTH = 0b01, 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11


def abi() -> int:
    """The version of Landlock that this kernel offers, 0 if none."""
    try:
        return kernel.call(_CREATE_RULESET, None, 0, _TELL_VERSION)
    except OSError:
        return 0


def restrict(
    readable: Iterable[Path] = (),
    writable: Iterable[Path] = (),
    devices: Iterable[Path] = (),
    *,
    may_connect: bool = False,
) -> None:
    """Leave this process the files and folders named here. Those that are not there are passed over.

    ``devices`` are read, written and driven. Nothing may be executed, in whatever folder it lies.

    Raises:
        NotEnforced: the kernel has no Landlock, or refused.
    """
    version = abi()
    if version == 0:
        raise NotEnforced("this kernel has no Landlock")
    rights = _FIRST_RIGHTS
    for since, right in _NEWER_RIGHTS:
        if version >= since:
            rights |= right
    network = (_TCP_BIND if may_connect else _TCP_BOTH) if version >= 4 else 0
    scoped = _SIGNALS_AND_ABSTRACT_SOCKETS if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = struct.pack("=QQQ", rights, network, scoped)[:size]
    try:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        ruleset = kernel.call(_CREATE_RULESET, ctypes.c_char_p(attributes), size, 0)
        try:
            for path in readable:
                _allow(ruleset, path, _READ_FILE | _READ_DIR)
            for path in writable:
                _allow(ruleset, path, rights & ~(_EXECUTE | _MAKE_DEVICES | _IOCTL))
            for path in devices:
                _allow(ruleset, path, rights & (_READ_FILE | _READ_DIR | _WRITE_FILE | _IOCTL))
            kernel.call(_RESTRICT_SELF, ruleset, 0)
        finally:
            os.close(ruleset)
    except OSError as error:
        raise NotEnforced(f"Landlock: {error.strerror}") from None


def _allow(ruleset: int, path: Path, rights: int) -> None:
    assert sys.platform == "linux"
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_A_FILE
        rule = struct.pack("=Qi", rights, place)
        kernel.call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(place)
