"""Work beside the window's thread: everything that touches the disk runs on one thread of its own, in order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop.errors import AppError

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Worker(QObject):
    """One thread that does one thing after the other, and calls back on the thread that owns this object.

    Callbacks of work that ends after ``shut`` are dropped: what they would change is gone.

    Signals:
        refused: an ``AppError`` of work whose caller gave no ``failed``.
    """

    refused = Signal(object)
    _finished = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._shut = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], None] | None = None,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        """Do ``work`` on the thread, then call ``then`` with its result here.

        An ``AppError`` goes to ``failed``, or else to the signal ``refused``; any other exception is a bug and is
        raised here, where the crash report sees it.
        """
        if not self._shut:
            self.follow(self._executor.submit(work), then, failed)

    def follow(
        self,
        future: Future[Result],
        then: Callable[[Result], None] | None = None,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        """The same for work that another thread is doing already. ``shut`` does not wait for it."""

        def done(future: Future[Result]) -> None:
            if not self._shut:
                self._finished.emit(future, (then, failed))

        future.add_done_callback(done)

    def wait(self, work: Callable[[], Result], timeout_s: float | None = None) -> Result:
        """Do ``work`` on the thread and wait for it: for the command line and the very end. Raises what it raises.

        Raises:
            TimeoutError: it takes longer; it goes on all the same.
        """
        return self._executor.submit(work).result(timeout_s)

    def shut(self) -> None:
        """Finish what is queued and end the thread."""
        self._shut = True
        self._executor.shutdown(wait=True)

    def _deliver(self, future: Future[Any], callbacks: tuple[Any, Any]) -> None:
        then, failed = callbacks
        if self._shut:
            return
        try:
            result = future.result()
        except AppError as error:
            if failed is not None:
                failed(error)
            else:
                self.refused.emit(error)
            return
        if then is not None:
            then(result)


class Errands:
    """The work of somebody who may go away: what ends after ``drop`` is not told to them any more."""

    def __init__(self, worker: Worker, refused: Callable[[AppError], None]) -> None:
        """``refused`` hears of work that gave no ``failed``; after ``drop`` the worker's own signal does."""
        self._worker = worker
        self._refused = refused
        self._dropped = False

    def run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], None] | None = None,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        """As ``Worker.run``."""

        def done(result: Result) -> None:
            if then is not None and not self._dropped:
                then(result)

        def refused(error: AppError) -> None:
            if self._dropped:
                self._worker.refused.emit(error)
            else:
                (failed or self._refused)(error)

        self._worker.run(work, done, refused)

    def drop(self) -> None:
        """What is under way is done, and nobody waits for it."""
        self._dropped = True


class Afar:
    """A store, from another thread: each call is done on the storage thread and waited for. What is read and copied in
    between does not hold up the chats."""

    def __init__(self, worker: Worker, store: object) -> None:
        self._worker = worker
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments: self._worker.wait(lambda: getattr(self._store, name)(*arguments))
