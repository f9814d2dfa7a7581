"""What takes long: one job at a time, on a thread of its own, with how far it is and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import AppError
from desktop.services.file_work import Stopped
from desktop.services.tasks import Worker
from desktop.translation import tr

_LOOK_MS = 100

Result = TypeVar("Result")


class Job(NamedTuple):
    """What is being done at this moment."""

    sentence: str
    done: int
    total: int
    """Bytes."""


class LongJob(QObject):
    """At most one job, on the thread of ``worker``.

    Signals:
        changed: ``now`` says something else.
    """

    changed = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._stop = Event()
        self._job: Job | None = None
        self._done = 0
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        self._clock.timeout.connect(self.changed)

    def now(self) -> Job | None:
        """What is being done, as far as it is."""
        return self._job._replace(done=self._done) if self._job is not None else None

    def run(
        self,
        job: Job,
        work: Callable[[], Result],
        then: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Do it, if nothing else is being done. One that is stopped ends without a word."""
        if self._job is not None:
            reason = tr("Snug is still busy with something else: {what}.").format(what=self._job.sentence.lower())
            failed(AppError("BUSY", reason, tr("Nothing was changed."), tr("Try again when it is finished.")))
            return
        self._job, self._done = job, 0
        self._stop.clear()
        self._clock.start()

        def ended() -> None:
            self._job = None
            self._clock.stop()
            self.changed.emit()

        def done(result: Result | None) -> None:
            ended()
            if result is not None:
                then(result)

        def refused(error: AppError) -> None:
            ended()
            failed(error)

        def stoppable() -> Result | None:
            try:
                return work()
            except Stopped:
                return None

        self._worker.run(stoppable, done, refused)
        self.changed.emit()

    def become(self, job: Job) -> None:
        """It turned out to be this. From the thread of the job."""
        self._job = job

    def step(self, count: int) -> None:
        """So many bytes more were done. From the thread of the job.

        Raises:
            Stopped: the user wants no more of it.
        """
        self._done += count
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """End it. Nothing half done stays."""
        self._stop.set()

    def close(self) -> None:
        """The app ends."""
        self._stop.set()
        self._clock.stop()
