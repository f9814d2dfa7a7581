"""The porter: the first and smallest process. Starts the app, passes signals on, starts it again when asked to.

Standard library only, no chats, no windows. It is here because a filter on system calls is inherited and can never be
taken off: what may reach the network has to be started by somebody who was never filtered. While *Stay offline* is on
the porter filters itself too, before it starts anything, and then nothing of Snug can connect until it is quit.

The app talks to the porter over a ``Line``: one line of text each way, a verb and its answer. A new verb is a case in
``Porter``. The porter starts a courier for the app and hands over the ends of its pipes; what the two say to each other
does not come by here. There is a line where the porter forks (Linux); elsewhere nothing is inherited, and the app needs
no porter.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from desktop.child.seal import filters, memory

if TYPE_CHECKING:
    from desktop.child.evidence import Attempt

ANSWER_S = 5.0
EXIT_AGAIN = 75
"""The app asks for a fresh start of itself with this exit status (after Lock, say)."""
PASSPHRASE_FILE = "SNUG_PASSPHRASE_FILE"
"""Names a file whose first line is the passphrase, for machines with nobody to ask."""
AGAIN = "SNUG_STARTED_AGAIN"
"""Tells an app that it is not the first of its porter."""
SEAL, SEALED, PROBE, UNKNOWN = "seal", "sealed", "probe", "unknown"
COURIER, STARTED, CLOSED, DISMISS = "courier", "started", "closed", "dismiss"
FOLDERS_VARIABLE = "SNUG_COURIER_FOLDERS"
"""As in ``courier.protocol``, which the porter does not load."""


class Ends(NamedTuple):
    """A courier that was started: its process id, and our ends of its pipes."""

    pid: int
    stdin: int
    stdout: int
    stderr: int


class Line:
    """The app's end of the line to its porter."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lock = Lock()
        self._silent = False

    def ask(self, question: str) -> str:
        """Say one line and wait for the answer: "" if the porter is gone or stopped. Safe from any thread; takes a
        moment."""
        return self._ask(question)[0]

    def seal(self) -> str:
        """Close the way out for good: why that could not be done, or nothing when it is."""
        answer = self.ask(SEAL)
        return "" if answer == SEALED else answer or "the porter does not answer"

    def courier(self, folders: list[str]) -> Ends | None:
        """Have a courier started, which may write to these folders; None: the way out is closed. One that ran before
        is ended first.

        Raises:
            OSError: it could not be started.
        """
        answer, ends = self._ask(f"{COURIER} {json.dumps(folders)}")
        if answer == CLOSED:
            return None
        if len(ends) != 3:
            raise OSError(answer or "the porter does not answer")
        return Ends(int(answer.removeprefix(STARTED)), *ends)

    def dismiss(self, pid: int) -> int:
        """End this courier, if it still runs; its exit status, or below 0 the signal's number. 0 for one that had to
        make room for another."""
        answer = self.ask(f"{DISMISS} {pid}")
        return int(answer) if answer.lstrip("-").isdigit() else 0

    def probe(self) -> list[Attempt]:
        """What came of the porter's trying to connect; nothing if it does not answer."""
        from desktop.child.evidence import Attempt

        try:
            return [Attempt(*fields) for fields in json.loads(self.ask(PROBE))]
        except ValueError:
            return []

    def _ask(self, question: str) -> tuple[str, list[int]]:
        """The answer, and the files that came with it."""
        assert sys.platform == "linux"
        with self._lock:
            answer, files = b"", list[int]()
            try:
                self._end.settimeout(ANSWER_S)
                # What it says too late would be taken for the answer to the next question.
                if not self._silent:
                    self._end.sendall(question.encode() + b"\n")
                while not answer.endswith(b"\n") and not self._silent:
                    piece, handed, _, _ = socket.recv_fds(self._end, 4096, 3, socket.MSG_CMSG_CLOEXEC)
                    if not piece:
                        break
                    answer += piece
                    files += handed
            except TimeoutError:
                self._silent = True
                return "", []
            except OSError:
                return "", []
            return answer.decode().strip(), files


def main(arguments: list[str], app: Callable[[Line | None], int], *, offline: bool) -> int:
    """Run the app and give back its exit status; ``offline``: nothing of it can connect, from the first moment on.

    ``app`` runs in a process of its own. On Linux that is a fork of this one, which has loaded nothing yet: a second
    start of Python would cost the user a tenth of the whole start. Elsewhere it is started anew with ``arguments``.
    """
    _leave_ctrl_c_to_the_app()
    memory.no_core_dumps()
    porter = Porter(app)
    if offline:
        porter.seal()
    while True:
        code = porter.run() if sys.platform == "linux" else _spawn(arguments)
        if code != EXIT_AGAIN:
            return code
        # It was locked: from now on somebody has to be there, and what it was to open with is open.
        os.environ.pop(PASSPHRASE_FILE, None)
        os.environ[AGAIN] = "1"


class Porter:
    """The porter where it forks: starts an app, and answers it for as long as it lives."""

    def __init__(self, app: Callable[[Line | None], int]) -> None:
        self._app = app
        self._sealed = False
        self._courier = 0
        self._started = False

    def seal(self) -> str:
        """Close the way out for good: why the system does not, or nothing when it is closed."""
        self._dismiss()
        reason = "" if self._sealed else filters.seal_app()
        self._sealed = not reason
        return reason

    def run(self) -> int:
        """One app from its start to its end; its exit status. In the app itself this does not return."""
        assert sys.platform == "linux"
        mine, apps = socket.socketpair()
        child = os.fork()
        if child == 0:
            mine.close()
            sys.exit(self._app(Line(apps)))
        apps.close()
        if not self._started and signal.SIGINT in signal.sigpending():
            # It came before there was an app to get it: a fork takes no waiting signal along.
            os.kill(child, signal.SIGINT)
        self._started = True

        def pass_on(number: int, _: FrameType | None) -> None:
            os.kill(child, number)

        _keep_signals(pass_on)
        self._serve(mine)
        self._dismiss()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    def _serve(self, line: socket.socket) -> None:
        """Answer until the app has ended, which closes its end of the line."""
        with line, line.makefile(encoding="utf-8", errors="replace") as heard, suppress(OSError):
            for question in heard:
                if question.startswith(f"{COURIER} "):
                    self._send_courier(line, question)
                else:
                    line.sendall(self._answer(question.strip()).encode() + b"\n")

    def _answer(self, question: str) -> str:
        if question == SEAL:
            return self.seal() or SEALED
        if question == f"{DISMISS} {self._courier}":
            return str(self._dismiss())
        if question.startswith(f"{DISMISS} "):
            return "0"
        if question == PROBE:
            from desktop.child import evidence  # with the first question: the window does not wait for it

            return json.dumps(evidence.attempts(evidence.Process.PORTER))
        return UNKNOWN

    def _send_courier(self, line: socket.socket, question: str) -> None:
        """Start a courier and hand the app its pipes. It gets nothing from the app but the names of folders: who can
        tell it more could have it do anything."""
        assert sys.platform == "linux"
        self._dismiss()
        if self._sealed:
            line.sendall(f"{CLOSED}\n".encode())
            return
        ends: list[int] = []
        try:
            folders = [str(folder) for folder in json.loads(question.partition(" ")[2])]
            for _ in range(3):
                ends += os.pipe()
            self._courier = _start_courier(folders, ends[0], ends[3], ends[5])
            socket.send_fds(line, [f"{STARTED} {self._courier}\n".encode()], [ends[1], ends[2], ends[4]])
        except (OSError, ValueError) as error:
            line.sendall(f"{error}\n".replace("\n", " ").encode() + b"\n")
        finally:
            for end in ends:
                os.close(end)

    def _dismiss(self) -> int:
        """End the courier, and reap it."""
        assert sys.platform == "linux"
        courier, self._courier = self._courier, 0
        if not courier:
            return 0
        with suppress(OSError):
            os.kill(courier, signal.SIGKILL)
        _, status = os.waitpid(courier, 0)
        return os.waitstatus_to_exitcode(status)


def _start_courier(folders: list[str], stdin: int, stdout: int, stderr: int) -> int:
    from desktop.child import surroundings

    assert sys.platform == "linux"
    program, arguments = surroundings.command_for("--courier")
    told = surroundings.environment(surroundings.to_connect() | {FOLDERS_VARIABLE: json.dumps(folders)})
    pipes = [(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate((stdin, stdout, stderr))]
    return os.posix_spawn(program, [program, *arguments], told, file_actions=pipes)


def _spawn(arguments: list[str]) -> int:
    import subprocess
    from pathlib import Path

    command = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]
    # Python finds the package wherever Snug was started from.
    known = [path for path in (str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")) if path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(known)}
    child = subprocess.Popen([*command, "--app", *arguments], env=environment)

    def pass_on(number: int, _: FrameType | None) -> None:
        child.send_signal(number)

    _keep_signals(pass_on)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _leave_ctrl_c_to_the_app() -> None:
    """Ctrl+C reaches the whole terminal group, so the app gets it without us, and we only wait for what it does.

    The app is born with it held back, and lets it in (``app.main``) where it can end in good order.
    """
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _keep_signals(pass_on: Callable[[int, FrameType | None], None]) -> None:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), pass_on)
