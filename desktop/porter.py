"""The porter: the first and smallest process. Starts the app, passes signals on, starts it again when asked to.

Standard library only, no chats, no windows. It is here because a filter on system calls is inherited and can never be
taken off: what may reach the network has to be started by somebody who was never filtered. While *Stay offline* is on
the porter filters itself too, before it starts anything, and then nothing of Snug can connect until it is quit.

The app talks to the porter over a ``Line``: one line of text each way, a verb and its answer. A new verb is a case in
``Porter``. There is a line where the porter forks (Linux); elsewhere nothing is inherited, and the app needs no porter.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING

from desktop.child.seal import filters, memory

if TYPE_CHECKING:
    from desktop.child.evidence import Attempt

ANSWER_S = 5.0
EXIT_AGAIN = 75
"""The app asks for a fresh start of itself with this exit status (after Lock, say)."""
PASSPHRASE_FILE = "SNUG_PASSPHRASE_FILE"
"""Names a file whose first line is the passphrase, for machines with nobody to ask."""
SEAL, SEALED, PROBE, UNKNOWN = "seal", "sealed", "probe", "unknown"


class Line:
    """The app's end of the line to its porter."""

    def __init__(self, questions: int, answers: int) -> None:
        self._questions, self._answers = questions, answers
        self._lock = Lock()
        self._silent = False

    def ask(self, question: str) -> str:
        """Say one line and wait for the answer: "" if the porter is gone or stopped. Safe from any thread; takes a
        moment."""
        with self._lock:
            answer = b""
            try:
                os.write(self._questions, question.encode() + b"\n")
                while not answer.endswith(b"\n"):
                    if self._silent or not select.select([self._answers], [], [], ANSWER_S)[0]:
                        # What it says later would be taken for the answer to the next question.
                        self._silent = True
                        return ""
                    if not (piece := os.read(self._answers, 4096)):
                        break
                    answer += piece
            except OSError:
                return ""
            return answer.decode().strip()

    def seal(self) -> str:
        """Close the way out for good: why that could not be done, or nothing when it is."""
        answer = self.ask(SEAL)
        return "" if answer == SEALED else answer or "the porter does not answer"

    def probe(self) -> list[Attempt]:
        """What came of the porter's trying to connect; nothing if it does not answer."""
        from desktop.child.evidence import Attempt

        try:
            return [Attempt(*fields) for fields in json.loads(self.ask(PROBE))]
        except ValueError:
            return []


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
        # It was locked: from now on somebody has to be there.
        os.environ.pop(PASSPHRASE_FILE, None)


class Porter:
    """The porter where it forks: starts an app, and answers it for as long as it lives."""

    def __init__(self, app: Callable[[Line | None], int]) -> None:
        self._app = app
        self._sealed = False

    def seal(self) -> str:
        """Close the way out for good: why the system does not, or nothing when it is closed."""
        reason = "" if self._sealed else filters.seal_app()
        self._sealed = not reason
        return reason

    def run(self) -> int:
        """One app from its start to its end; its exit status. In the app itself this does not return."""
        assert sys.platform == "linux"
        questions, asks = os.pipe()
        hears, answers = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(questions)
            os.close(answers)
            sys.exit(self._app(Line(asks, hears)))
        os.close(asks)
        os.close(hears)

        def pass_on(number: int, _: FrameType | None) -> None:
            os.kill(child, number)

        _keep_signals(pass_on)
        self._serve(questions, answers)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    def _serve(self, questions: int, answers: int) -> None:
        """Answer until the app has ended, which closes its end of the line."""
        with open(questions, encoding="utf-8", errors="replace") as heard:
            for question in heard:
                try:
                    os.write(answers, self._answer(question.strip()).encode() + b"\n")
                except OSError:
                    break
        os.close(answers)

    def _answer(self, question: str) -> str:
        if question == SEAL:
            return self.seal() or SEALED
        if question == PROBE:
            from desktop.child import evidence  # with the first question: the window does not wait for it

            return json.dumps(evidence.attempts(evidence.Process.PORTER))
        return UNKNOWN


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
