"""What a crash or another program may see of this process's memory."""

from __future__ import annotations

import sys


def no_core_dumps() -> None:
    """A crash writes no memory image, which would hold what was said."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def not_dumpable() -> bool:
    """Refuse ptrace and ``/proc/PID/mem`` to other processes of the same user. True where the system enforces it."""
    if sys.platform != "linux":
        return False
    from desktop.child.seal import kernel

    try:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    except OSError:
        return False
    return True
