"""What Snug does by itself while nobody waits for it: a backup a day, and chats whose days are over."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import AppError
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.paths import Paths
    from desktop.storage.conversations import Conversations
    from desktop.storage.retention import Retention
    from desktop.vault.ways import Ways

log = logging.getLogger(__name__)

FIRST_MS = 60_000
"""After the start: the first minute belongs to the user."""
THEN_MS = 3_600_000
AGAIN_MS = 10_000


class Upkeep(QObject):
    """Looks once an hour what is due. ``busy``: an answer is being written, which comes first.

    Signals:
        backed_up: the path of a backup that was made.
        refused: an ``AppError``; it is tried again in an hour.
    """

    backed_up = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        paths: Paths,
        conversations: Conversations,
        retention: Retention,
        ways: Ways,
        worker: Worker,
        busy: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._paths = paths
        self._conversations = conversations
        self._retention = retention
        self._ways = ways
        self._worker = worker
        self._busy = busy
        # On a thread of its own: a checkpoint of an answer does not wait for a large copy.
        self._copying = Worker("backup", self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """From now on."""
        self._timer.start(FIRST_MS)

    def back_up(self) -> None:
        """Make a backup now."""
        self._copying.run(self._make, self._made, self.refused.emit)

    def close(self) -> None:
        """No more; a backup that is being made is finished."""
        self._timer.stop()
        self._copying.shut()

    def _look(self) -> None:
        if self._busy():
            self._timer.start(AGAIN_MS)
            return
        self._timer.start(THEN_MS)
        self._worker.run(self._retention.expire, self._expired)
        self._copying.run(self._make_if_due, self._made, self._failed)

    def _expired(self, count: int) -> None:
        if count:
            log.info("%d chats were kept for as long as they were to be", count)
            self._worker.run(self._conversations.purge_deleted)

    def _make_if_due(self) -> Path | None:
        # Imported here, on this thread: it needs SQLAlchemy, which the window does not wait for.
        from desktop.services import backups

        return self._make() if backups.is_due(self._paths.backups, time.time()) else None

    def _make(self) -> Path:
        from desktop.services import backups

        made = self._ways.with_key(lambda key: backups.make(self._paths, key))
        backups.prune(self._paths.backups, made.path)
        return made.path

    def _made(self, path: Path | None) -> None:
        if path is not None:
            self.backed_up.emit(path)

    def _failed(self, error: AppError) -> None:
        # Nobody asked for it just now: the privacy page says how old the newest one is.
        log.info("no backup was made: %s", error.code)
        self.refused.emit(error)
