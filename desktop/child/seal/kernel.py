"""System calls that Python has no name for, through the C library. Linux."""

from __future__ import annotations

import ctypes
import errno
import os

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
PR_SET_NO_NEW_PRIVS = 38


class NotEnforced(Exception):
    """The system did not do it; says why, in a few words."""


def call(number: int, *arguments: object) -> int:
    """A system call by its number; its result.

    Raises:
        OSError: it failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    libc.syscall.restype = ctypes.c_long
    result = int(libc.syscall(ctypes.c_long(number), *wide))
    if result < 0:
        raise _error()
    return result


def prctl(option: int, value: int = 0) -> int:
    """Change or ask something of this process; the answer.

    Raises:
        OSError: it failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    result = int(libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)))
    if result < 0:
        raise _error()
    return result


def _error() -> OSError:
    number = ctypes.get_errno() or errno.EINVAL
    return OSError(number, os.strerror(number))
