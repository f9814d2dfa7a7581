"""Logs and crash reports: for finding bugs, never for words of a chat. Files stay on this computer."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

LARGEST = 512 * 1024
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start(folder: Path) -> None:
    """Write the log into ``folder``; what is over 512 KB becomes the one old log at the next start. A folder that takes
    no file means no log."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    path = folder / "snug.log"
    try:
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(folder / "snug.old.log")
        handler = _LogFile(path, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter(FORM))
    root.addHandler(handler)


class _LogFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A line that cannot be written is lost: a full disk must not fill the terminal with tracebacks as well."""


def watch_for_crashes(folder: Path, tell: Callable[[str], None]) -> None:
    """Keep what is needed to find a bug, and ``tell`` the user in one sentence.

    The report holds where it happened and the kind of error, but not the error's message: that may quote a chat.
    """
    try:
        faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    except OSError:
        faulthandler.enable()

    def on_exception(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None, thread: str = "main"
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        where = "".join(traceback.format_tb(trace))
        logging.getLogger("crash").error("%s in thread %s\n%s", kind.__name__, thread, where)
        tell(f"Something in Snug went wrong ({kind.__name__}). Your chats are safe; a report is in the logs folder.")

    def on_thread_exception(details: threading.ExceptHookArgs) -> None:
        if details.exc_value is not None:
            name = details.thread.name if details.thread else "?"
            on_exception(details.exc_type, details.exc_value, details.exc_traceback, name)

    sys.excepthook = on_exception
    threading.excepthook = on_thread_exception
