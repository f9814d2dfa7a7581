"""One window per data folder, and a mark for every living process that writes answers.

Lock files (taken over when their process is gone) and one local socket or named pipe. No network.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Listener

log = logging.getLogger(__name__)

RAISE = b"raise"
LOCK = b"lock"
OPEN = b"open"
"""Followed by the paths, as a list in JSON."""
LONGEST = 16 * 1024 * 1024
"""Bytes of a word: thousands of paths, each as long as a system takes."""
PATIENCE_S = 15.0


class Mark:
    """Says that this process lives, once it is held: other processes leave alone what it is writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = _lock(folder / f"{self.name}.lock")

    def hold(self) -> Mark:
        """To be called before anything is written. Waits for the disk."""
        _taken(self._lock)
        return self

    def alive(self, name: str) -> bool:
        """Whether the process with this mark still lives."""
        if name == self.name:
            return True
        path = self._folder / f"{Path(name).name}.lock"
        if not name or not path.exists():
            return False
        lock = _lock(path)
        if _taken(lock):
            lock.unlock()
            return False
        return True

    def sweep(self) -> None:
        """Take away the marks of processes that are gone."""
        for path in self._folder.glob("*-*.lock"):
            if not self.alive(path.stem):
                path.unlink(missing_ok=True)

    def release(self) -> None:
        self._lock.unlock()


class WindowLock(QObject):
    """Only one window opens on a data folder; a second start raises the first.

    Signals:
        raised: somebody started Snug again.
        opened: with model files, a list of paths; ``raised`` comes as well.
        lock_asked: ``snug vault lock``.
    """

    raised = Signal()
    opened = Signal(object)
    lock_asked = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = _lock(folder / "window.lock")
        self._folder = folder
        self._address = _address(folder)
        self._listener: Listener | None = None
        self._listens = False
        self._released = False

    def take(self, files: Sequence[str] = ()) -> bool:
        """True if this is the only window; else the other one has been asked to come to the front, and given the
        files. One that is only just opening is waited for, as long as it has files to get."""
        if _taken(self._lock):
            return True
        word = OPEN + json.dumps(list(files)).encode() if files else RAISE
        until = time.monotonic() + PATIENCE_S * bool(files)
        while not (told := _tell(self._folder, word)) and time.monotonic() < until:
            time.sleep(0.1)
        if not told:
            log.info("the other window does not answer")
        return False

    def listen(self) -> None:
        """From now on a second start raises this window. To be called when a window is there; once is enough."""
        if self._listens:
            return
        self._listens = True
        threading.Thread(target=self._listen, name="instance", daemon=True).start()

    def release(self) -> None:
        self._released = True
        if self._listener is not None:
            self._listener.close()
        self._lock.unlock()

    def _listen(self) -> None:
        # On this thread: the window does not wait for the import.
        from multiprocessing.connection import Listener

        try:
            if os.name != "nt":
                Path(self._address).unlink(missing_ok=True)
            self._listener = Listener(self._address, "AF_PIPE" if os.name == "nt" else "AF_UNIX")
            if os.name != "nt":
                Path(self._address).chmod(0o600)
        except OSError as error:
            log.info("a second start cannot raise this window: %s", error.strerror)
            return
        listener = self._listener
        if self._released:  # before there was anything to close
            listener.close()
        while not self._released:
            try:
                with listener.accept() as connection:
                    self._heard(connection.recv_bytes(LONGEST) if connection.poll(1) else b"")
            except (OSError, EOFError):
                continue

    def _heard(self, word: bytes) -> None:
        if word == RAISE:
            self.raised.emit()
        elif word == LOCK:
            self.lock_asked.emit()
        elif word.startswith(OPEN):
            self.raised.emit()
            self.opened.emit(_files_in(word.removeprefix(OPEN)))


def _files_in(told: bytes) -> list[str]:
    """The paths that somebody gave us: what is none is left out."""
    try:
        files: Any = json.loads(told)
    except (ValueError, RecursionError):
        return []
    if not isinstance(files, list):
        return []
    return [each for each in cast("list[Any]", files) if isinstance(each, str) and "\0" not in each]


def somebody_else(folder: Path, mark: Mark) -> bool:
    """Whether another process has the data folder open."""
    names = (path.stem for path in folder.glob("*-*.lock"))
    if any(name != mark.name and mark.alive(name) for name in names):
        return True
    return window_is_open(folder)


def window_is_open(folder: Path) -> bool:
    """Whether there is a window on the data folder."""
    lock = _lock(folder / "window.lock")
    if not _taken(lock):
        return True
    lock.unlock()
    return False


def ask_to_lock(folder: Path) -> bool:
    """Have the window that is open lock; False if there is none."""
    return _tell(folder, LOCK)


def _tell(folder: Path, word: bytes) -> bool:
    from multiprocessing.connection import Client

    try:
        with Client(_address(folder), "AF_PIPE" if os.name == "nt" else "AF_UNIX") as connection:
            connection.send_bytes(word)
            return True
    except OSError:
        return False


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


def _taken(lock: QLockFile) -> bool:
    """Take a lock that nobody holds. Qt asks whether the process lives whose number is in the file; in a sandbox with
    numbers of its own, the next Snug has the number of the one that was killed. The system's lock on the file cannot be
    mistaken: while somebody has it, Qt does not take the file away. An empty one is only just being made."""
    if lock.tryLock(0):
        return True
    number, *_ = lock.getLockInfo()
    return bool(number) and lock.removeStaleLockFile() and lock.tryLock(0)


def _address(folder: Path) -> str:
    import hashlib

    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    if os.name == "nt":
        return rf"\\.\pipe\snug-{digest}"
    # A socket's path has at most 107 bytes.
    inside = folder / "window.sock"
    if len(os.fsencode(inside)) < 100:
        return str(inside)
    import tempfile

    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return str(Path(runtime) / f"snug-{os.getuid()}-{digest}.sock")
