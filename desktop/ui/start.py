"""The way to the window: lock, seal, then the key on a thread of its own while this one imports the window.

Nothing is imported here that knows Qt: its bindings have a way of their own (``bindings``).
"""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import bindings, logs, screens
from desktop import paths as folders
from desktop.child.seal import filters
from desktop.opener import Opener
from desktop.settings import SettingsFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.domain.chat import Message
    from desktop.porter import Line


def run(data_dir: Path, argv: list[str], line: Line | None, files: Sequence[str] = ()) -> int:
    """Run the window until it is closed; the exit status. ``line`` leads to the porter, ``files`` are models to open
    with: a window that is there already gets them.

    Raises:
        AppError: the data folder cannot be used.
    """
    # What is made on the way to the first picture stays: looking through it for garbage would only cost time.
    gc.disable()
    paths = folders.made(data_dir)
    far = screens.is_over_tcp()
    # It is sealed as this process is: with a screen that is still to be reached it would not be.
    opener = Opener(paths, forks=not far, read_ahead=_read_ahead)
    bindings.load()
    from desktop.services.instance import WindowLock

    lock = WindowLock(paths.locks)
    settings = SettingsFile(paths.settings)
    held = threading.Event()

    def take() -> None:
        if lock.take(files):
            held.set()
            if not far:
                opener.go()

    # It waits for the disk: meanwhile the window is imported.
    taking = threading.Thread(target=take, name="window lock")
    taking.start()
    if not far:
        from desktop.ui import opening
    taking.join()
    if not held.is_set():
        sys.stderr.write("Snug is open already; its window is in front now.\n")
        return 0
    if far:
        _reach_screen_and_seal(argv, settings, line)
        opener.go()
    logs.start(paths.logs)
    from desktop.ui import opening

    return opening.run(paths, settings, lock, opener.unlocked, argv, line, files)


def _read_ahead(messages: Sequence[Message]) -> Any:
    from desktop.ui.chat import reading

    return reading.ahead(messages)


def _reach_screen_and_seal(argv: list[str], settings: SettingsFile, line: Line | None) -> None:
    """A screen over TCP: connect to it before any chat is opened, and close the way out behind it."""
    from PySide6.QtWidgets import QApplication

    from desktop.ui.parts.style import STYLE

    QApplication([*argv, *STYLE])
    filters.seal_app()
    if line is not None and settings.get("offline"):
        line.seal()
