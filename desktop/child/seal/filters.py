"""Which process gives up what. Each function is called first thing in its process and cannot be undone.

All answer with why the system does not enforce it, in a few words; nothing where it does. A process runs on in either
case: what really holds is asked of the kernel (``child.evidence``) and shown, not remembered here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from desktop.child.seal import memory
from desktop.child.seal.kernel import NotEnforced

_IO_URING = ("io_uring_setup", "io_uring_enter", "io_uring_register")
"""A queue that carries out calls in the kernel, past any filter."""
_INTO_OTHERS = ("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd")
"""Ways into other processes of the same user, who may connect: their memory, their sockets."""
_SOCKETS = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    *("sendto", "sendmsg", "sendmmsg", "recvmsg", "recvmmsg"),
)
_STARTING = ("execve", "execveat")
_KERNEL_CORNERS = ("bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl")
"""Nothing that an engine needs, and where kernels have been broken into; the last three read the user's keys."""

APP_REFUSED = (*_IO_URING, *_INTO_OTHERS)
MAKING_SOCKETS = ("socket", "socketpair")
_SERVING = ("listen", "accept", "accept4")
COURIER_REFUSED = (*_IO_URING, *_INTO_OTHERS, *_SERVING, *_STARTING, *_KERNEL_CORNERS)
ENGINE_REFUSED = (*_IO_URING, *_INTO_OTHERS, *_SOCKETS, *_STARTING, *_KERNEL_CORNERS)

ANOTHER_SYSTEM = "this system has no such filter for us"


def seal_app() -> str:
    """No internet socket for this process and all that it starts: what is left is AF_UNIX (screen, D-Bus).

    The porter's seal is the same one.
    """
    if sys.platform != "linux":
        return ANOTHER_SYSTEM
    from desktop.child.seal import seccomp

    try:
        seccomp.install(APP_REFUSED, MAKING_SOCKETS)
    except NotEnforced as error:
        return str(error)
    return ""


def seal_engine(readable: Iterable[Path], writable: Iterable[Path] = ()) -> str:
    """No socket of any kind, no program started, no file but those named here, the system's and Python's own; memory
    closed to others. To be called while there is one thread only."""
    memory.no_core_dumps()
    memory.not_dumpable()
    if sys.platform == "darwin":
        from desktop.child.seal import macos

        return macos.refuse_network()
    if sys.platform != "linux":
        return ANOTHER_SYSTEM
    from desktop.child.seal import landlock, places, seccomp

    reasons: list[str] = []
    try:
        landlock.restrict([*places.to_run(), *readable], writable, places.devices())
    except NotEnforced as error:
        reasons.append(str(error))
    try:
        seccomp.install(ENGINE_REFUSED)
    except NotEnforced as error:
        reasons.append(str(error))
    return "; ".join(reasons)


def seal_courier(folders: Iterable[Path]) -> str:
    """No program started, no file written but in ``folders``, none of the user's read, nobody served; memory closed to
    others. What is left is connecting. To be called while there is one thread only."""
    memory.no_core_dumps()
    memory.not_dumpable()
    if sys.platform != "linux":
        return ANOTHER_SYSTEM
    from desktop.child.seal import landlock, places, seccomp

    reasons: list[str] = []
    try:
        readable = [*places.to_run(), *places.to_connect()]
        landlock.restrict(readable, folders, [Path("/dev/null")], may_connect=True)
    except NotEnforced as error:
        reasons.append(str(error))
    try:
        families = (seccomp.AF_UNIX, seccomp.AF_INET, seccomp.AF_INET6)
        seccomp.install(COURIER_REFUSED, MAKING_SOCKETS, families)
    except NotEnforced as error:
        reasons.append(str(error))
    return "; ".join(reasons)
