"""A filter on system calls, held by the kernel for this process and all it starts, for good.

``seccomp(2)`` and not ``prctl``: only the former filters every thread (TSYNC), and Qt and Python start threads of their
own. A thread that could not be filtered, or a kernel without filters, is a failure and is said so.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Collection, Mapping

from desktop.child.seal import kernel
from desktop.child.seal.kernel import NotEnforced

# What a filter does: load a word of the call's description, compare it, answer.
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE, _KILL_PROCESS = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_X32 = 0x40000000
"""Numbers from here on are a second way to the same system calls on x86_64."""
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
_SET_MODE_FILTER, _TSYNC = 1, 1

Instruction = tuple[int, int, int, int]


IO_URING_SETUP = 425
_SAME_EVERYWHERE = {
    "pidfd_getfd": 438,
    "io_uring_setup": IO_URING_SETUP,
    "io_uring_enter": 426,
    "io_uring_register": 427,
}
MARKS: Mapping[str, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How the description of a call names the kind of processor whose numbers it uses."""
NUMBERS: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        **_SAME_EVERYWHERE,
        **{"socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "recvmsg": 47, "bind": 49},
        **{"listen": 50, "socketpair": 53, "execve": 59, "ptrace": 101, "add_key": 248, "request_key": 249},
        **{"keyctl": 250, "accept4": 288, "perf_event_open": 298, "recvmmsg": 299, "sendmmsg": 307},
        **{"process_vm_readv": 310, "process_vm_writev": 311, "seccomp": 317, "bpf": 321, "execveat": 322},
        **{"userfaultfd": 323},
    },
    "aarch64": {
        **_SAME_EVERYWHERE,
        **{"ptrace": 117, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202},
        **{"connect": 203, "sendto": 206, "sendmsg": 211, "recvmsg": 212, "add_key": 217, "request_key": 218},
        **{"keyctl": 219, "execve": 221, "perf_event_open": 241, "accept4": 242, "recvmmsg": 243, "sendmmsg": 269},
        **{"process_vm_readv": 270, "process_vm_writev": 271, "seccomp": 277, "bpf": 280, "execveat": 281},
        **{"userfaultfd": 282},
    },
}


def program(
    machine: str, refused: Collection[str], limited: Collection[str] = (), families: Collection[int] = (AF_UNIX,)
) -> list[Instruction]:
    """The filter: the calls ``refused`` fail with EPERM, those ``limited`` unless their first argument, the family of a
    socket, is one of ``families``.

    Calls under the numbers of another kind of processor end the process: they would mean something else.
    """
    numbers = NUMBERS[machine]
    rules: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, MARKS[machine]),
        (_ANSWER, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_ANSWER, 0, 0, _REFUSE),
    ]
    for name in refused:
        rules += [(_EQUAL, 0, 1, numbers[name]), (_ANSWER, 0, 0, _REFUSE)]
    for name in limited:
        rules += [
            (_EQUAL, 0, 3 + len(families), numbers[name]),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            *((_EQUAL, len(families) - at, 0, family) for at, family in enumerate(families)),
            (_ANSWER, 0, 0, _REFUSE),
            (_ANSWER, 0, 0, _ALLOW),
        ]
    return [*rules, (_ANSWER, 0, 0, _ALLOW)]


def install(refused: Collection[str], limited: Collection[str] = (), families: Collection[int] = (AF_UNIX,)) -> None:
    """Filter every thread of this process, and whatever it starts from now on. There is no way back.

    Raises:
        NotEnforced: the kernel refused, or a thread could not be filtered.
    """
    assert sys.platform == "linux"
    machine = os.uname().machine
    if machine not in MARKS:
        raise NotEnforced(f"no filter is written for {machine}")
    rules = program(machine, refused, limited, families)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *rule) for rule in rules))
    whole = ctypes.c_char_p(struct.pack("@HP", len(rules), ctypes.addressof(code)))
    try:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        left_out = kernel.call(NUMBERS[machine]["seccomp"], _SET_MODE_FILTER, _TSYNC, whole)
    except OSError as error:
        raise NotEnforced(f"seccomp: {error.strerror}") from None
    if left_out:
        raise NotEnforced(f"seccomp: thread {left_out} could not be filtered")
