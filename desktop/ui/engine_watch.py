"""What the room is to say about the engine: its state, whether it is coming back, and the page of a failure.

An engine that ends while it answers is told in the conversation and mostly comes back by itself; only one that did not
start, or stays away, gets a page. Knows the model service, no widget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.models import EngineState, FailureKind, InstalledModel

if TYPE_CHECKING:
    from desktop.ui.chat.failures import Failure

PATIENCE_MS = 400
_RUNNING = (EngineState.READY, EngineState.BUSY)


class EngineView(NamedTuple):
    """The engine as the room shows it."""

    state: EngineState = EngineState.NOT_LOADED
    model: InstalledModel | None = None
    progress: float = 0.0
    starter: bool = False
    """The model is the tiny one that comes with Snug."""
    restarting: bool = False
    failure: Failure | None = None
    """The page that takes the conversation's place."""


class EngineWatch(QObject):
    """Signals:
    due: time has passed; look again.
    """

    due = Signal()

    def __init__(self, models: Any, told: Callable[[], bool], parent: QObject) -> None:
        """``told`` says whether the open conversation ends with a failure already."""
        super().__init__(parent)
        self._models = models
        self._told = told
        self._state: EngineState | None = None
        self._crashed = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.due)
        self.question: InstalledModel | None = None
        """The model whose file does not say how it wants to be talked to."""

    def look(self) -> EngineView:
        """What to show now."""
        state: EngineState = self._models.state()
        before, self._state = self._state, state
        if state is EngineState.FAILED and before is not state:
            self._crashed = before in _RUNNING
            if self._crashed:
                self._patience.start()
        elif state in _RUNNING or state is EngineState.NOT_LOADED:
            self._crashed = False
        model: InstalledModel | None = self._models.current()
        return EngineView(
            state,
            model,
            self._models.load_progress(),
            model is not None and self._models.is_starter(model),
            self._crashed and state is EngineState.LOADING,
            self._failure(state, model),
        )

    def _failure(self, state: EngineState, model: InstalledModel | None) -> Failure | None:
        error = self._models.failure()
        question = self.question
        if question is not None and (model is None or model.id != question.id or model.template):
            question = None
        if question is None and error is not None and error.code == FailureKind.NO_TEMPLATE:
            question = model
        self.question = question
        if question is None and error is None and state is not EngineState.FAILED:
            return None
        from desktop.ui.chat import failures  # the window does not wait for it

        if question is not None:
            return failures.template_question(question, self._models.template_names())
        if model is not None and error is not None and error.code == FailureKind.DOUBTFUL:
            return failures.doubtful(model, self._models.template_names(), self._models.models())
        if state is not EngineState.FAILED and (error is None or error.code != FailureKind.UNFINISHED):
            return None
        if self._crashed and (self._patience.isActive() or self._told()):
            return None
        models = self._models
        return failures.did_not_start(error, model, models.models(), models.engine_said(), models.safer_context())
