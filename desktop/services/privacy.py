"""Staying offline, and the evidence for it: what the system enforces on each process of this Snug."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.child import evidence
from desktop.child.evidence import Evidence, Process
from desktop.errors import AppError
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.courier import protocol as courier_protocol
    from desktop.courier.client import CourierClient
    from desktop.engine import protocol
    from desktop.engine.client import EngineClient
    from desktop.porter import Line

OFFLINE = "offline"
ENGINE_PATIENCE_MS = 20_000
"""An engine that was just started has llama.cpp to load before it answers."""


class _Looked(NamedTuple):
    porter: Evidence | None
    app: Evidence


class _Asked(NamedTuple):
    process: Process
    child: EngineClient | CourierClient
    then: Callable[[], None]


class Privacy(QObject):
    """Verbs on what may leave this computer.

    Signals:
        changed: ``offline`` or ``closed``.
        inspected: a list of ``Evidence``: porter (where there is one), app, and engine and courier if they run.
        refused: an ``AppError``: the way out could not be closed.
    """

    changed = Signal()
    inspected = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        settings: SettingsFile,
        worker: Worker,
        line: Line | None,
        engine: Callable[[], EngineClient | None],
        courier: Callable[[], CourierClient | None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._worker = worker
        self._line = line
        self._engine = engine
        self._courier = courier
        self._looking = False
        self._asked: _Asked | None = None
        self._found: list[Evidence] = []
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(ENGINE_PATIENCE_MS)
        self._patience.timeout.connect(self._not_proved)

    def offline(self) -> bool:
        """Whether *Stay offline* is on."""
        return bool(self._settings.get(OFFLINE))

    def closed(self) -> bool:
        """Whether the way out is closed by the system now, until Snug is quit."""
        return self._line is not None and evidence.is_filtered(os.getppid())

    def stay_offline(self, on: bool) -> None:
        """Turn *Stay offline* on, at once and until Snug is quit, or off, which takes effect with the next start."""
        self._settings.put(OFFLINE, on)
        courier = self._courier()
        if on and courier is not None:
            courier.stop()
        line = self._line
        if on and line is not None:
            self._worker.run(line.seal, self._sealed)
        self.changed.emit()

    def inspect(self) -> None:
        """Ask the kernel and try the ways out, in each process; ``inspected`` follows."""
        if not self._looking:
            self._looking = True
            self._worker.run(self._look, self._look_at_engine)

    # --- inside

    def _sealed(self, reason: str) -> None:
        if reason:
            self.refused.emit(
                AppError(
                    "NOT_SEALED",
                    tr("The system did not close the way out."),
                    tr("Your chats have none all the same: only downloads would use it, and Snug starts none now."),
                    tr("Quit Snug and start it again."),
                    reason,
                )
            )
        self.changed.emit()

    def _look(self) -> _Looked:
        line, porter = self._line, os.getppid()
        app = evidence.judge(Process.APP, os.getpid(), evidence.facts(), evidence.attempts(Process.APP))
        if line is None:
            return _Looked(None, app)
        return _Looked(evidence.judge(Process.PORTER, porter, evidence.facts(porter), line.probe()), app)

    def _look_at_engine(self, looked: _Looked) -> None:
        self._found = [each for each in looked if each is not None]
        self._prove(Process.ENGINE, self._engine(), self._look_at_courier)

    def _look_at_courier(self) -> None:
        self._prove(Process.COURIER, self._courier(), self._report)

    def _prove(self, process: Process, child: EngineClient | CourierClient | None, then: Callable[[], None]) -> None:
        """Have a process that runs try things, note what is found, and go on."""
        if child is None:
            then()
            return
        self._asked = _Asked(process, child, then)
        child.proved.connect(self._proved)
        child.failed.connect(self._not_proved)
        self._patience.start()
        child.probe()

    def _proved(self, proof: protocol.Proof | courier_protocol.Proof) -> None:
        if self._asked is not None:
            process, child, _ = self._asked
            self._note(evidence.judge(process, child.pid, proof.facts, proof.attempts))

    def _not_proved(self, *_: object) -> None:
        if self._asked is not None:
            self._note(Evidence(self._asked.process.value, 0, None, "It did not answer.", ()))

    def _note(self, found: Evidence) -> None:
        self._patience.stop()
        asked, self._asked = self._asked, None
        self._found.append(found)
        if asked is not None:
            asked.child.proved.disconnect(self._proved)
            asked.child.failed.disconnect(self._not_proved)
            asked.then()

    def _report(self) -> None:
        self._looking = False
        self.inspected.emit(self._found)
