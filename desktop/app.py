"""The app process: seals itself, then runs the window or a command. The composition root.

Starts nothing heavy before it knows what is asked for.
"""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from pathlib import Path

from desktop import bindings, paths, screens
from desktop.child.seal import filters, memory
from desktop.cli import output
from desktop.errors import AppError
from desktop.porter import AGAIN, Line


def main(chosen: Namespace, line: Line | None) -> int:
    """Run and give back the exit status (0 done, 1 refused, 130 interrupted). ``line`` leads to the porter."""
    memory.no_core_dumps()
    os.umask(0o077)
    _let_ctrl_c_in()
    data_dir = paths.data_dir(chosen.data_dir)
    try:
        if chosen.command is None:
            return _window(data_dir, line, [] if AGAIN in os.environ else chosen.files)
        filters.seal_app()
        bindings.load()
        if chosen.command == "selftest":
            from desktop import selftest

            return selftest.run(line, as_json=chosen.json)
        from desktop.cli import commands

        return commands.run(chosen, data_dir, line)
    except AppError as error:
        output.refuse(error, as_json=chosen.json)
        return 1
    except output.ReaderGone:
        return 1
    finally:
        # It is done: what is left is cleaning up, which Ctrl+C must not turn into a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _let_ctrl_c_in() -> None:
    """The porter starts the app with Ctrl+C held back; one that came meanwhile ends the app here.

    Until there is somebody who knows better (``cli.talk``, ``ui.start``) it ends the process on the spot: the database
    can take that at any moment, and an exception in the middle of Qt's own start is fatal and loud.
    """
    signal.signal(signal.SIGINT, _leave)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _leave(*_: object) -> None:
    os._exit(130)


def _window(data_dir: Path, line: Line | None, files: list[str]) -> int:
    if not screens.is_there():
        raise AppError(
            "NO_DISPLAY",
            "There is no screen here to open a window on.",
            todo="“snug chat” talks in the terminal, “snug ask” answers one question.",
        )
    if not screens.is_over_tcp():
        filters.seal_app()
    from desktop.ui import start

    return start.run(data_dir, sys.argv[:1], line, files)
