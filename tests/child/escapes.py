"""Ways out of a process, tried inside it: ``python -m tests.child.escapes ROLE`` with what to try on stdin as JSON.

ROLE is ``app``, ``engine`` or ``quantiser``, which seal themselves as those processes do, or ``open``, which does
not: there the same ways must work, or a refusal would prove nothing. Prints one JSON object: what was tried, and
"worked" or why not.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from desktop.child.seal import filters, places

SYS_SOCKET = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
SYS_IO_URING_SETUP, SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 425, 434, 438
X32 = 0x40000000
PTRACE_SEIZE = 0x4206

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), errno.errorcode.get(ctypes.get_errno(), "?"))
    return result


class Ways:
    """The ways, by name. Each ends quietly where it worked, and raises where it did not."""

    def __init__(self, places: Mapping[str, Any]) -> None:
        self.port: int = places["port"]
        self.places = places

    # --- to the internet

    def python(self) -> None:
        socket.create_connection(("127.0.0.1", self.port), 5).close()

    def datagram(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
            tried.sendto(b"out", ("127.0.0.1", self.port))

    def ipv6(self) -> None:
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()

    def c_library(self) -> None:
        descriptor = check(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0))
        address = self.port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        check(libc.connect(descriptor, socket.AF_INET.to_bytes(2, sys.byteorder) + address, 16))
        os.close(descriptor)

    def system_call(self) -> None:
        os.close(check(libc.syscall(SYS_SOCKET, socket.AF_INET, socket.SOCK_STREAM, 0)))

    def netlink(self) -> None:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()

    def io_uring(self) -> None:
        os.close(check(libc.syscall(SYS_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))))

    def shell(self) -> None:
        command = ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{self.port}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise OSError(errno.EPERM if "Operation not permitted" in done.stderr else 0, done.stderr.strip())

    def qt(self) -> None:
        from PySide6.QtNetwork import QTcpSocket

        tried = QTcpSocket()
        tried.connectToHost("127.0.0.1", self.port)
        if not tried.waitForConnected(5000):
            # Qt has no words for this one: it calls it an unknown error.
            raise OSError(errno.EPERM, tried.errorString())

    # --- into other processes

    def other_memory(self) -> None:
        buffer = ctypes.create_string_buffer(8)
        vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
        remote = (ctypes.c_void_p * 2)(self.places["address"], 8)
        check(libc.process_vm_readv(self.places["victim"], vector, 1, remote, 1, 0))

    def trace(self) -> None:
        check(libc.ptrace(PTRACE_SEIZE, self.places["victim"], ctypes.c_void_p(0), ctypes.c_void_p(0)))

    def other_descriptor(self) -> None:
        process = check(libc.syscall(SYS_PIDFD_OPEN, self.places["victim"], 0))
        os.close(check(libc.syscall(SYS_PIDFD_GETFD, process, 0, 0)))

    def other_environment(self) -> None:
        Path(f"/proc/{self.places['victim']}/environ").read_bytes()

    def signal(self) -> None:
        os.kill(self.places["victim"], signal.SIGCONT)

    # --- on this computer

    def local_socket(self) -> None:
        with socket.socket(socket.AF_UNIX) as tried:
            tried.connect(self.places["unix"])

    def socket_pair(self) -> None:
        for end in socket.socketpair():
            end.close()

    def program(self) -> None:
        subprocess.run(["/bin/true"], check=True)

    def write_home(self) -> None:
        (Path(self.places["home"]) / "left").write_text("out")

    def write_temporary(self) -> None:
        (Path("/tmp") / f"snug-escape-{os.getpid()}").open("x").close()
        (Path("/tmp") / f"snug-escape-{os.getpid()}").unlink()

    def write_beside_the_model(self) -> None:
        (Path(self.places["model"]).parent / "left").write_text("out")

    def change_the_model(self) -> None:
        os.close(os.open(self.places["model"], os.O_RDWR))

    def cut_the_model(self) -> None:
        os.truncate(self.places["model"], Path(self.places["model"]).stat().st_size)

    def write_the_copy(self) -> None:
        Path(self.places["copy"]).write_text("smaller")

    def read_the_model(self) -> None:
        Path(self.places["model"]).read_bytes()

    def read_database(self) -> None:
        Path(self.places["database"]).read_bytes()

    def read_beside_the_model(self) -> None:
        Path(self.places["neighbour"]).read_bytes()

    def list_home(self) -> None:
        list(Path(self.places["home"]).iterdir())


def outcome(way: Callable[[], None]) -> str:
    try:
        way()
    except OSError as error:
        refused = error.errno in (errno.EPERM, errno.EACCES)
        return "refused" if refused else f"{type(error).__name__}: {error}"
    return "worked"


class Thread:
    """A thread that is there when the seal comes, or comes after it; it does what it is handed."""

    def __init__(self) -> None:
        self._work: queue.Queue[Callable[[], None]] = queue.Queue()
        self._results: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            self._results.put(outcome(self._work.get()))

    def outcome(self, way: Callable[[], None]) -> str:
        self._work.put(way)
        return self._results.get()


def answer_of(model: str) -> str:
    """What llama.cpp writes in this process, with the threads that it starts for it."""
    from desktop.domain.chat import Sampling
    from desktop.domain.models import LoadOptions
    from desktop.engine.failing import Abort
    from desktop.engine.runtime import Runtime

    runtime = Runtime(model, LoadOptions(context_length=256, threads=2), Abort(), lambda _: None)
    runtime.sequences.read(0, [1, 2, 3], lambda _: None)
    sampler = runtime.sampler(Sampling(temperature=0.0))
    return str(runtime.sample(sampler))


def main() -> None:
    role, given = sys.argv[1], json.load(sys.stdin)
    ways = Ways(given["places"])
    # A thread that was there before Landlock keeps its files: the engine has none, so neither has this.
    before = Thread() if role not in ("engine", "quantiser") else None
    reason = ""
    if role == "app":
        from PySide6.QtCore import QCoreApplication

        ways.application = QCoreApplication([])  # type: ignore[attr-defined]
        reason = filters.seal_app()
    elif role == "quantiser":
        from desktop.quantiser import worker

        reason = worker.seal(Path(given["places"]["model"]), Path(given["places"]["copy"]))
    elif role == "engine":
        reason = filters.seal_engine(places.parts_of(Path(given["places"]["model"])))
    results = {name: outcome(getattr(ways, name)) for name in given["ways"]}
    later = Thread()
    results |= {f"{name}, thread after": later.outcome(getattr(ways, name)) for name in given["threads"]}
    if before is not None:
        results |= {f"{name}, thread before": before.outcome(getattr(ways, name)) for name in given["threads"]}
    if given.get("load"):
        results["answer"] = answer_of(given["places"]["model"])
        results |= {f"{name}, model loaded": outcome(getattr(ways, name)) for name in given["threads"]}
    print(json.dumps({"reason": reason, "results": results}))


if __name__ == "__main__":
    main()
