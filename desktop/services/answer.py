"""One answer being written: from the history to the final transaction.

The words are on disk before anything else happens to them: a checkpoint twice a second, the whole answer at the end.
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.chat import AtLimit, FinishReason, Message, Part, PartKind, Sampling, Statistics, Status
from desktop.domain.context import Memory
from desktop.domain.models import EngineFailure
from desktop.engine import protocol
from desktop.engine.client import EngineClient, Request
from desktop.errors import AppError
from desktop.services.history import Asking, Growing
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.storage.conversations import Conversations

log = logging.getLogger(__name__)

CHECKPOINT_MS = 500
"""Half of the second that a crash may cost: the other half is for a busy disk."""
GONE = ("CHAT_GONE", "MESSAGE_GONE")
"""Codes of the storage for what was deleted while it was being written: nothing that a user needs to hear of."""


class Answer(QObject):
    """Writes one message of status GENERATING to its end.

    Signals:
        progressed: tokens of the prompt that were read changed (``reading``).
        wrote: kind and text that were appended.
        finished: the final ``Message``, and the ``EngineFailure`` that ended it or None.
    """

    progressed = Signal()
    wrote = Signal(object, str)
    finished = Signal(object, object)

    def __init__(
        self,
        message: Message,
        engine: EngineClient,
        worker: Worker,
        conversations: Conversations,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.message_id = message.id
        self._chat_id = message.chat_id
        self.reading: protocol.Prefill | None = None
        self.asked: Asking | None = None
        self._engine = engine
        self._worker = worker
        self._conversations = conversations
        self._before = message.statistics
        self._growing = Growing(message.parts)
        self._request: int | None = None
        self._stopping = False
        self._changed = self._saving = self._over = False
        self._asked_at = self._first_at = self._last_at = 0.0
        self._tokens = 0
        self._checkpoints = QTimer(self)
        self._checkpoints.setInterval(CHECKPOINT_MS)
        self._checkpoints.timeout.connect(self._checkpoint)

    def start(self, asking: Asking, sampling: Sampling) -> None:
        """Ask the engine."""
        self.asked = asking
        listener = Request(
            0,
            on_prefill=self._on_prefill,
            on_token=self._on_token,
            on_done=self._on_done,
            on_failed=self._on_failed,
        )
        self._asked_at = perf_counter()
        self._request = self._engine.generate(
            asking.messages,
            sampling,
            listener,
            chat=self._chat_id,
            may_drop=asking.at_limit is not AtLimit.STOP,
            since=asking.since,
        )
        self._checkpoints.start()
        if self._stopping:
            self._engine.stop(self._request)

    def stop(self) -> None:
        """End it; what was written stays. Also works before the engine was asked."""
        self._stopping = True
        if self._request is not None:
            self._engine.stop(self._request)

    def parts(self) -> tuple[Part, ...]:
        """What was written by now."""
        return self._growing.parts()

    def memory(self) -> Memory | None:
        """What of the chat the model sees; None before the engine says so."""
        if self.asked is None or self.reading is None:
            return None
        return self.asked.memory(self.reading)

    @property
    def kind(self) -> PartKind | None:
        return self._growing.kind

    @property
    def started_writing(self) -> bool:
        return self._tokens > 0

    @property
    def tokens(self) -> int:
        """Tokens that were written since it was asked."""
        return self._tokens

    def speed(self) -> float:
        """Tokens per second since the first one."""
        elapsed = self._last_at - self._first_at
        return (self._tokens - 1) / elapsed if self._tokens > 1 and elapsed > 0 else 0.0

    def abandon(self) -> None:
        """The app ends: keep what there is, marked interrupted, and wait until it is on disk."""
        if self._over:
            return
        self._over = True
        self._checkpoints.stop()
        parts = self._growing.parts()
        self._worker.wait(lambda: self._conversations.finish(self.message_id, parts, Status.INTERRUPTED, None, None))

    # --- what the engine says

    def _on_prefill(self, event: protocol.Prefill) -> None:
        self.reading = event
        self.progressed.emit()

    def _on_token(self, kind: PartKind, text: str, tokens: list[int]) -> None:
        self._last_at = perf_counter()
        if not self._tokens:
            self._first_at = self._last_at
        self._tokens += len(tokens)
        self._growing.add(kind, text, tokens)
        self._changed = True
        if text:
            self.wrote.emit(kind, text)

    def _on_done(self, done: protocol.Done) -> None:
        memory = self.memory() or Memory()
        statistics = Statistics(
            prompt_tokens=done.prompt_tokens,
            cached_tokens=done.cached_tokens,
            generated_tokens=done.generated_tokens + (self._before.generated_tokens if self._before else 0),
            first_token_ms=(self._first_at - self._asked_at) * 1000 if self._tokens else 0.0,
            generation_ms=done.generation_ms + (self._before.generation_ms if self._before else 0.0),
            reasoning_ms=done.reasoning_ms or (self._before.reasoning_ms if self._before else 0.0),
            begins=memory.begins,
            unseen=memory.unseen,
        )
        status = Status.STOPPED if done.reason is FinishReason.STOPPED else Status.COMPLETE
        self._end(status, done.reason, statistics, None)

    def _on_failed(self, failure: EngineFailure) -> None:
        self._end(Status.INTERRUPTED, FinishReason.FAILED, None, failure)

    # --- keeping it

    def _checkpoint(self) -> None:
        if not self._changed or self._saving:
            return
        self._changed, self._saving = False, True
        parts = self._growing.parts()
        self._worker.run(lambda: self._conversations.checkpoint(self.message_id, parts), self._saved, self._not_saved)

    def _saved(self, _: None) -> None:
        self._saving = False

    def _not_saved(self, error: AppError) -> None:
        """The disk is full, say. The words are still in memory; the next checkpoint tries again."""
        self._saving, self._changed = False, True
        log.warning("a checkpoint could not be written: %s", error.code)

    def _end(
        self,
        status: Status,
        reason: FinishReason | None,
        statistics: Statistics | None,
        failure: EngineFailure | None,
    ) -> None:
        if self._over:
            return
        self._over = True
        self._checkpoints.stop()
        parts, code = self._growing.parts(), failure.kind.value if failure else ""

        def work() -> Message:
            return self._conversations.finish(self.message_id, parts, status, reason, statistics, code)

        def kept(message: Message) -> None:
            self.finished.emit(message, failure)

        self._worker.run(work, kept, self._lost)

    def _lost(self, error: AppError) -> None:
        """The end could not be written: the last checkpoint is what will be there next time."""
        if error.code not in GONE:
            self._worker.refused.emit(error)
        self.finished.emit(None, None)
