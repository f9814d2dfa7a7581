"""What a process gives up about itself: core dumps, and being read by other programs of the same user.

The filter that refuses internet sockets has its place here too. Standard library only, called first thing.
"""

from __future__ import annotations

import sys

PR_SET_DUMPABLE = 4


def no_core_dumps() -> None:
    """A crash writes no memory image, which would hold what was said."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def not_dumpable() -> bool:
    """Refuse ptrace and ``/proc/PID/mem`` to other processes of the same user. True where the system enforces it."""
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
