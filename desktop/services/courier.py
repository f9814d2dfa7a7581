"""The courier as the app uses it: there when it is asked for something, gone when nobody needs it, all in the ledger.

A courier is started by the porter where there is one, since what this process starts is sealed as it is. *Stay offline*
starts none, and what was asked for then is in the ledger as refused.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.child import surroundings
from desktop.child.process import ChildProcess
from desktop.courier import protocol
from desktop.courier.client import GOODBYE, Arrived, Asking, CourierClient, Refused, decoder
from desktop.courier.ways import Ways
from desktop.domain.hub import CourierFailure, HubFailure
from desktop.domain.ledger import Entry, Result
from desktop.errors import AppError
from desktop.services.privacy import OFFLINE
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.translation import tr_later

if TYPE_CHECKING:
    from desktop.porter import Line
    from desktop.storage.ledger import Ledger

REST_MS = 30_000
"""Nobody asks anything for so long: the process ends."""
BY_OFFLINE = tr_later("Stay offline")
"""Why a connection was not made, in the ledger."""

Launcher = Callable[[], tuple[str, list[str]]]


class CourierService(QObject):
    """Owns the client and writes its ledger.

    Signals:
        moving: the host of a connection that was made.
        still: there is no connection any more.
        noted: an ``Entry`` went into the ledger.
    """

    moving = Signal(str)
    still = Signal()
    noted = Signal(object)

    def __init__(
        self,
        settings: SettingsFile,
        worker: Worker,
        ledger: Ledger,
        line: Line | None,
        folders: Callable[[], Sequence[str]],
        launcher: Launcher | None = None,
        parent: QObject | None = None,
        *,
        token: Callable[[], str] | None = None,
    ) -> None:
        """``folders``: where models may be written. ``launcher``: what is started directly, without a porter.
        ``token``: read on the worker's thread before a courier starts, which then asks with it."""
        super().__init__(parent)
        self._settings = settings
        self._worker = worker
        self._ledger = ledger
        self._token = token
        self._line = None if launcher else line
        self._folders = folders
        self._launcher = launcher or (lambda: surroundings.command_for("--courier"))
        self._open: dict[int, Entry] = {}
        self.client = CourierClient(self._launch, self.offline, self)
        self.client.connected.connect(self._on_connection)
        self.client.withheld.connect(self._on_withheld)
        self.client.ended.connect(self._on_ended)
        self.client.busy_changed.connect(self._on_busy)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.client.stop)

    def offline(self) -> bool:
        """Whether *Stay offline* is on."""
        return bool(self._settings.get(OFFLINE))

    def hosts(self) -> list[str]:
        """Where connections lead that are open now."""
        return sorted({entry.host for entry in self._open.values()})

    def running_client(self) -> CourierClient | None:
        """The client while it has a process."""
        return self.client if self.client.running else None

    def close(self) -> None:
        """For the end of the app: the process is gone, and what it was doing is in the ledger."""
        self.client.shut()
        self._write_open(failed=False)

    # --- inside

    def _launch(self, arrived: Arrived, refused: Refused) -> None:
        if self.offline():
            # Not at once: whoever asks does not have the number of the request yet.
            QTimer.singleShot(0, self, lambda: refused(CourierFailure(HubFailure.OFFLINE)))
        elif self._token is not None:

            def go(token: str) -> None:
                self.client.tell(token)
                self._start(arrived, refused)

            self._worker.run(self._token, go)
        else:
            self._start(arrived, refused)

    def _start(self, arrived: Arrived, refused: Refused) -> None:
        if self._line is not None:
            self._carry(self._line, arrived, refused)
        else:
            told = surroundings.to_connect() | {protocol.FOLDERS_VARIABLE: json.dumps(list(self._folders()))}
            arrived(ChildProcess(*self._launcher(), decoder(), GOODBYE, told, self))

    def _carry(self, line: Line, arrived: Arrived, refused: Refused) -> None:
        """A courier of the porter. It is asked on the worker's thread: it may take a moment."""
        assert sys.platform == "linux"
        from desktop.child.carried import CarriedProcess

        folders = list(self._folders())

        def ask() -> tuple[int, int, int, int] | None:
            try:
                return line.courier(folders)
            except (OSError, ValueError) as error:
                raise AppError("NOT_STARTED", "", detail=str(error)) from None

        def there(ends: tuple[int, int, int, int] | None) -> None:
            if ends is None:
                refused(CourierFailure(HubFailure.OFFLINE))
                return

            def reap(then: Callable[[int], None]) -> None:
                self._worker.run(lambda: line.dismiss(ends[0]), then)

            arrived(CarriedProcess(ends, reap, decoder(), GOODBYE, self))

        def failed(error: AppError) -> None:
            refused(CourierFailure(HubFailure.CRASHED, error.detail))

        self._worker.run(ask, there, failed)

    def _on_connection(self, event: protocol.Connection) -> None:
        if event.open:
            new = event.id not in self._open
            self._open[event.id] = event.entry
            if new:
                self.moving.emit(event.entry.host)
            return
        was_open = self._open.pop(event.id, None) is not None
        self._write(event.entry)
        if was_open and not self._open:
            self.still.emit()

    def _on_withheld(self, command: Asking) -> None:
        host, port = Ways.chosen().hub
        self._write(Entry(time.time(), host, port, command.purpose, 0, 0, BY_OFFLINE, Result.REFUSED))

    def _on_busy(self) -> None:
        if self.client.busy:
            self._rest.stop()
        else:
            self._rest.start()

    def _on_ended(self, by_itself: bool) -> None:
        self._rest.stop()
        self._write_open(failed=by_itself)

    def _write_open(self, *, failed: bool) -> None:
        """Nobody will say more about these."""
        entries, self._open = self._open, {}
        for entry in entries.values():
            self._write(entry._replace(result=Result.FAILED) if failed else entry)
        if entries:
            self.still.emit()

    def _write(self, entry: Entry) -> None:
        self._worker.run(lambda: self._ledger.add(entry), self.noted.emit)
