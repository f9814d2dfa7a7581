"""The way to the window: unlocking on a thread, while this one imports Qt. Nothing here knows Qt."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from concurrent.futures import Future
from pathlib import Path

from desktop import unlocking
from desktop.paths import Paths
from desktop.unlocking import Unlocked


def run(data_dir: Path, argv: list[str]) -> int:
    """Run the window until it is closed; the exit status.

    Raises:
        AppError: the data folder cannot be used.
    """
    # What is made on the way to the first picture stays: looking through it for garbage would only cost time.
    gc.disable()
    paths = unlocking.prepare(data_dir)
    unlocked = unlocking.begin(paths)
    _import_pyside()
    return open_window(paths, unlocked, argv)


def open_window(paths: Paths, unlocked: Future[Unlocked], argv: list[str]) -> int:
    """Everything that follows knows Qt."""
    from desktop.ui import opening

    return opening.run(paths, unlocked, argv)


def _import_pyside() -> None:
    if sys.platform != "win32":
        # Of the many thousand functions in Qt's bindings a run calls few; each is looked up when it is called first.
        sys.setdlopenflags(os.RTLD_LAZY)
    import PySide6  # noqa: F401

    # PySide6 hooks into ``import`` and reads the source of every module that comes after it, SQLAlchemy's 150 too, in
    # case one wants Qt's names in snake case. None of them does, so ``import`` becomes Python's own again.
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
