"""The way to the window: lock, seal, then the key on a thread of its own while this one imports the window.

Nothing is imported here that knows Qt: its bindings have a way of their own (``bindings``).
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import logs, screens
from desktop import paths as folders
from desktop.child.seal import filters
from desktop.opener import Opener
from desktop.settings import SettingsFile
from desktop.ui import bindings

if TYPE_CHECKING:
    from desktop.porter import Line


def run(data_dir: Path, argv: list[str], line: Line | None) -> int:
    """Run the window until it is closed; the exit status. ``line`` leads to the porter.

    Raises:
        AppError: the data folder cannot be used.
    """
    # What is made on the way to the first picture stays: looking through it for garbage would only cost time.
    gc.disable()
    paths = folders.made(data_dir)
    far = screens.is_over_tcp()
    # It is sealed as this process is: with a screen that is still to be reached it would not be.
    opener = Opener(paths, forks=not far)
    bindings.load()
    from desktop.services.instance import WindowLock

    lock = WindowLock(paths.locks)
    if not lock.take():
        sys.stderr.write("Snug is open already; its window is in front now.\n")
        return 0
    settings = SettingsFile(paths.settings)
    if far:
        _reach_screen_and_seal(argv, settings, line)
    opener.go()
    logs.start(paths.logs)
    from desktop.ui import opening

    return opening.run(paths, settings, lock, opener.unlocked, argv, line)


def _reach_screen_and_seal(argv: list[str], settings: SettingsFile, line: Line | None) -> None:
    """A screen over TCP: connect to it before any chat is opened, and close the way out behind it."""
    from PySide6.QtWidgets import QApplication

    from desktop.ui.parts.style import STYLE

    QApplication([*argv, *STYLE])
    filters.seal_app()
    if line is not None and settings.get("offline"):
        line.seal()
