"""Evidence of the seal: what the kernel says about a process, and what came of trying what the seal refuses.

Nothing here is remembered from when the seal was set up. The kernel's words (``Facts``) can be read from outside, by
anybody; the attempts are made inside the process itself, and are harmless where they succeed. ``judge`` puts both into
one plain sentence. Standard library only: the porter tries things too.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from desktop.translation import tr, tr_later

_STATUS_FIELDS = (
    "NStgid",
    "NoNewPrivs",
    "Seccomp",
    "Seccomp_filters",
    "CoreDumping",
)
_FILTERED = "2"
_REFUSALS = (errno.EPERM, errno.EACCES)


class Process(Enum):
    """The processes of Snug."""

    PORTER = "porter"
    APP = "app"
    ENGINE = "engine"
    COURIER = "courier"


class Facts(NamedTuple):
    """What the kernel says about a process. Empty where there is no ``/proc``."""

    status: dict[str, str] = {}
    """Lines of ``/proc/PID/status``: NoNewPrivs, Seccomp (2: filtered), Seccomp_filters, NStgid, CoreDumping."""
    core_limit: str = ""
    """Largest core dump, in bytes, as in ``/proc/PID/limits``."""
    outside_sockets: int | None = None
    """Open sockets that are not AF_UNIX; None: another process's, and not ours to count."""
    readable_memory: bool | None = None
    """Whether other programs of the same user may read its memory; None: another process's, and it does not say."""
    landlock_abi: int = 0
    """What this kernel offers; whether it is used, only an attempt can tell."""


class Attempt(NamedTuple):
    """Something that was tried inside a process."""

    what: str
    """A code: a key of ``ATTEMPTS``."""
    refused: bool | None
    """None: it failed for another reason, which says nothing."""
    detail: str
    """The error's name, or nothing where it worked."""


class Evidence(NamedTuple):
    """What is enforced on one process, for people."""

    process: str
    """porter, app, engine or courier."""
    pid: int
    enforced: bool | None
    """None: it cannot be told here."""
    sentence: str
    details: tuple[str, ...]
    """What the sentence rests on, one plain line each."""


def facts(pid: int | None = None) -> Facts:
    """What the kernel says about a process; None: about this one."""
    if sys.platform != "linux":
        return Facts()
    from desktop.child.seal import kernel, landlock

    place = Path("/proc", str(pid or "self"))
    memory = bool(kernel.prctl(kernel.PR_GET_DUMPABLE)) if pid is None else None
    return Facts(_status(place), _core_limit(place), _outside_sockets(place), memory, landlock.abi())


def is_filtered(pid: int) -> bool:
    """Whether the kernel filters the system calls of a process."""
    return sys.platform == "linux" and _status(Path("/proc", str(pid))).get("Seccomp") == _FILTERED


def _status(place: Path) -> dict[str, str]:
    try:
        lines = (place / "status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name: value.strip() for name, value in pairs if name in _STATUS_FIELDS}


def _core_limit(place: Path) -> str:
    try:
        lines = (place / "limits").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split()[5] for line in lines if line.startswith("Max core file size")), "")


def _outside_sockets(place: Path) -> int | None:
    """Sockets of any kind that the kernel does not list as local ones."""
    try:
        suspects = _sockets(place) - _local_sockets(place)
        # One that came between the two looks is in the second list; one that went is in none.
        return len((suspects & _sockets(place)) - _local_sockets(place)) if suspects else 0
    except OSError:
        return None


def _sockets(place: Path) -> set[str]:
    found: set[str] = set()
    for name in os.listdir(place / "fd"):  # noqa: PTH208 (names only: a file that is closed meanwhile is no error)
        try:
            target = str((place / "fd" / name).readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[len("socket:[") : -1])
    return found


def _local_sockets(place: Path) -> set[str]:
    lines = (place / "net" / "unix").read_text(errors="replace").splitlines()[1:]
    return {fields[6] for fields in map(str.split, lines) if len(fields) > 6}


# --- trying


def _socket(family: int, kind: int) -> Callable[[], None]:
    def attempt() -> None:
        import socket

        socket.socket(family, kind).close()

    return attempt


def _connect() -> None:
    """To the port of this computer that throws everything away: what counts is whether the system even tries."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.settimeout(1)
        try:
            tried.connect(("127.0.0.1", 9))
        except (ConnectionRefusedError, TimeoutError):
            return


def _serve() -> None:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.listen()


def _socket_pair() -> None:
    import socket

    for end in socket.socketpair():
        end.close()


def _io_uring() -> None:
    import ctypes

    from desktop.child.seal import kernel, seccomp

    # No such queue can be made: where the call is not refused, it is found to make no sense.
    try:
        kernel.call(seccomp.IO_URING_SETUP, 0, ctypes.c_void_p(0))
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EFAULT):
            raise


def _execute() -> None:
    try:
        os.execv("/nonexistent/snug", ["snug"])
    except FileNotFoundError:
        return


def _write_home() -> None:
    probe = Path.home() / f".snug-probe-{os.getpid()}"
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    probe.unlink()


def _read_home() -> None:
    os.listdir(Path.home())  # noqa: PTH208


ATTEMPTS: dict[str, tuple[str, Callable[[], None]]] = {
    "internet": (tr_later("open an internet socket (IPv4)"), _socket(2, 1)),
    "internet6": (tr_later("open an internet socket (IPv6)"), _socket(10, 1)),
    "netlink": (tr_later("talk to the kernel's network (netlink)"), _socket(16, 3)),
    "io_uring": (tr_later("go past the filter (io_uring)"), _io_uring),
    "connect": (tr_later("connect to this very computer"), _connect),
    "local": (tr_later("open a local socket (D-Bus)"), _socket(1, 1)),
    "pair": (tr_later("make a pair of sockets"), _socket_pair),
    "serve": (tr_later("wait for connections from others"), _serve),
    "execute": (tr_later("start a program"), _execute),
    "write_home": (tr_later("write a file in your home folder"), _write_home),
    "read_home": (tr_later("read your home folder"), _read_home),
}
"""What can be tried: code, words, and how."""
_NETWORK = ("internet", "internet6", "netlink", "io_uring")
_ALL_SOCKETS = (*_NETWORK, "local", "pair", "execute")
_FILES = ("write_home", "read_home")
_REFUSED_TO = {
    Process.ENGINE: (*_ALL_SOCKETS, *_FILES),
    Process.COURIER: ("netlink", "io_uring", "serve", "execute", *_FILES),
}


def attempts(process: Process) -> list[Attempt]:
    """Try, in this very process, what the seal of such a process refuses."""
    if sys.platform != "linux":
        return [_try("connect")]
    return [_try(what) for what in _REFUSED_TO.get(process, _NETWORK)]


def _try(what: str) -> Attempt:
    try:
        ATTEMPTS[what][1]()
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, str(error.errno))
        return Attempt(what, True if error.errno in _REFUSALS else None, name)
    return Attempt(what, False, "")


# --- judging


def judge(process: Process, pid: int, known: Facts, tried: Sequence[Attempt]) -> Evidence:
    """The kernel's words and the attempts as one sentence. No attempts: the process could not be asked."""
    details = (*_in_words(process, known), *(_outcome(attempt) for attempt in tried))
    connecting = _all_refused([attempt for attempt in tried if attempt.what not in _FILES])
    files = _all_refused([attempt for attempt in tried if attempt.what in _FILES])
    if sys.platform == "linux" and known.status.get("Seccomp") != _FILTERED:
        connecting = False if known.status else None
    enforced, sentence = _sentence(process, connecting, files)
    if enforced and known.outside_sockets and process is not Process.COURIER:
        enforced = False
        sentence = tr("The system refuses it new connections; one was open before (to the screen, say).")
    return Evidence(process.value, pid, enforced, sentence, details)


def _all_refused(tried: Sequence[Attempt]) -> bool | None:
    if any(attempt.refused is False for attempt in tried):
        return False
    return True if tried and all(attempt.refused for attempt in tried) else None


def _sentence(process: Process, connecting: bool | None, files: bool | None) -> tuple[bool | None, str]:
    if process is Process.COURIER:
        return _sentence_of_courier(connecting, files)
    if connecting is None:
        return None, tr("Whether the system keeps it from connecting cannot be told here.")
    if not connecting:
        if process is Process.PORTER:
            return False, tr("The system lets it connect; it holds no chats.")
        return False, tr("The system does not keep it from connecting.")
    if process is not Process.ENGINE:
        return True, tr("The system refuses it every connection to the internet.")
    if files:
        return True, tr("The system refuses it every connection, every program and every file but the model.")
    return False, tr("The system refuses it every connection and every program, but does not close your files to it.")


def _sentence_of_courier(rest: bool | None, files: bool | None) -> tuple[bool | None, str]:
    may = tr("It may connect, for what you ask it; it holds no chats.")
    if rest is None or files is None:
        return None, f"{may} {tr('Whether the system keeps it to that cannot be told here.')}"
    if rest and files:
        return True, f"{may} {tr('The system refuses it every program and every file but the models.')}"
    return False, f"{may} {tr('The system does not keep it from other files or programs.')}"


def _in_words(process: Process, known: Facts) -> list[str]:
    status, words = known.status, list[str]()
    if status:
        words.append(
            tr("its system calls are filtered") if status.get("Seccomp") == _FILTERED else tr("no filter is in force")
        )
        words.append(tr("it can gain no rights") if status.get("NoNewPrivs") == "1" else tr("it could gain rights"))
    if known.core_limit:
        words.append(
            tr("a crash writes no memory image") if known.core_limit == "0" else tr("a crash may write its memory")
        )
    if known.readable_memory is not None:
        words.append(
            tr("other programs of yours may read its memory")
            if known.readable_memory
            else tr("other programs of yours cannot read its memory")
        )
    if known.outside_sockets is not None:
        words.append(tr("open sockets that lead outside: {number}").format(number=known.outside_sockets))
    if status and process in _REFUSED_TO:
        abi = known.landlock_abi
        words.append(
            tr("Landlock, which closes files: version {abi}").format(abi=abi)
            if abi
            else tr("this kernel has no Landlock")
        )
    raw = [f"{name} {value}" for name, value in status.items()]
    return [tr("kernel: {what}").format(what=each) for each in (*words, *([", ".join(raw)] if raw else []))]


def _outcome(attempt: Attempt) -> str:
    result = {True: tr("refused"), False: tr("it worked"), None: tr("failed for another reason")}[attempt.refused]
    if attempt.detail:
        result = f"{result} ({attempt.detail})"
    return tr("tried to {what}: {result}").format(what=tr(ATTEMPTS[attempt.what][0]), result=result)
