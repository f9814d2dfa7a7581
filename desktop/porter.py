"""The porter: the first and smallest process. Starts the app, passes signals on, starts it again when asked to.

Standard library only, no chats, no windows. It is here from the first day because a filter on system calls is
inherited and can never be taken off: what may reach the network has to be started by somebody who was never filtered.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

EXIT_AGAIN = 75
"""The app asks for a fresh start of itself with this exit status (after Lock, say)."""


def main(arguments: list[str], app: Callable[[list[str]], int]) -> int:
    """Run the app with these arguments and give back its exit status.

    ``app`` runs in a process of its own. On Linux that is a fork of this one, which has loaded nothing yet: a second
    start of Python would cost the user a tenth of the whole start.
    """
    _leave_ctrl_c_to_the_app()
    while True:
        if sys.platform == "linux":
            child = os.fork()
            if child == 0:
                return app(arguments)
            code = _wait(child)
        else:
            code = _spawn(arguments)
        if code != EXIT_AGAIN:
            return code


def _wait(child: int) -> int:
    def pass_on(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    _keep_signals(pass_on)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


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
