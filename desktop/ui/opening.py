"""Opens the window as soon as Qt is there and the key, with what was seen of the chats, or the reason why not."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from desktop import house as houses
from desktop.errors import AppError
from desktop.house import Stores
from desktop.late_stores import LateStores
from desktop.paths import Paths
from desktop.services.instance import WindowLock
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.ui.chat import reading
from desktop.ui.desk import Desktop
from desktop.vault import refusals

if TYPE_CHECKING:
    from desktop.porter import Line
    from desktop.told import Unlocked

PATIENCE_S = 5.0


def run(
    paths: Paths,
    settings: SettingsFile,
    lock: WindowLock,
    unlocked: Future[Unlocked],
    argv: list[str],
    line: Line | None = None,
    files: Sequence[str] = (),
) -> int:
    """Run the window until it is closed; the exit status. ``unlocked`` comes when it comes, ``files`` are models."""
    worker = Worker("storage")
    opening = Opening(worker, paths)
    worker.follow(unlocked, opening.unlocked, opening.refused)
    desktop = Desktop(argv, settings, paths, worker, lock, line=line)
    desktop.open(files)
    opening.meet(desktop)
    wake = _Signals(desktop)
    try:
        return desktop.run()
    finally:
        wake.release()
        lock.release()


class Opening(QObject):
    """From the key to the window: with a glance into the database the window is built at once, and the stores open
    behind it; without one (a first start, an old or damaged file) the stores open first."""

    def __init__(self, worker: Worker, paths: Paths) -> None:
        super().__init__()
        self._worker = worker
        self._paths = paths
        self._desktop: Desktop | None = None
        self._next: Callable[[Desktop], None] | None = None

    def meet(self, desktop: Desktop) -> None:
        """Qt is ready."""
        self._desktop = desktop
        self._go_on()

    def unlocked(self, unlocked: Unlocked) -> None:
        seen = unlocked.seen
        if seen is None:
            self._worker.run(lambda: houses.open_stores(self._paths, unlocked=unlocked), self._opened, self.refused)
            return

        late, painted = LateStores(), threading.Event()

        def open_behind() -> None:
            # Python runs one thread at a time: the first picture goes first.
            painted.wait(PATIENCE_S)
            late.arrive(houses.open_stores(self._paths, unlocked=unlocked))

        def begin(desktop: Desktop) -> None:
            self._worker.run(open_behind, None, self.refused)
            desktop.begun.connect(painted.set)
            desktop.closing.connect(painted.set)
            if unlocked.read:
                reading.shared().know(unlocked.read)
            desktop.furnish(late.stores, seen)

        self._then(begin)

    def refused(self, error: AppError) -> None:
        if error.code in refusals.TYPING:
            self._then(lambda desktop: desktop.ask(error, self._typed))
        else:
            self._then(lambda desktop: desktop.explain(error))

    def _typed(self, why: str, secret: str, recovery: bool) -> None:
        # Imported by whoever has to type: the window does not wait for it.
        from desktop import unlocking

        vault = unlocking.vault_of(self._paths)
        self._worker.run(
            lambda: unlocking.unlock_typed(vault, secret, why=why, recovery=recovery), self.unlocked, self._wrong
        )

    def _wrong(self, error: AppError) -> None:
        self._then(lambda desktop: desktop.refuse(error))

    def _opened(self, stores: Stores) -> None:
        self._then(lambda desktop: desktop.furnish(stores, None))

    def _then(self, step: Callable[[Desktop], None]) -> None:
        self._next = step
        self._go_on()

    def _go_on(self) -> None:
        if self._desktop is not None and self._next is not None:
            step, self._next = self._next, None
            step(self._desktop)


class _Signals(QObject):
    """Ctrl+C and SIGTERM close the window in good order. Qt's loop is native: the signal comes through a socket."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__()
        self._desktop = desktop
        self._code = 0
        ours, pythons = socket.socketpair()
        for end in (ours, pythons):
            end.setblocking(False)
        self._ends = (ours, pythons)
        self._before = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._received)

    def release(self) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before)
        for end in self._ends:
            end.close()

    def _received(self, number: int, _: object) -> None:
        self._code = 130 if number == signal.SIGINT else 0

    def _woken(self) -> None:
        self._ends[0].recv(64)
        # Python runs its handlers first, at the next line of Python; then we end.
        QTimer.singleShot(0, self._end)

    def _end(self) -> None:
        self._desktop.quit(self._code)
