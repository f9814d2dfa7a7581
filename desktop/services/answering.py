"""Whether something is being answered in one chat, and what can be said of it: how far, how fast, how it failed."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import AtLimit, Message, PartKind, Sampling, Status
from desktop.domain.context import Memory
from desktop.domain.models import EngineFailure, EngineState, FailureKind
from desktop.errors import AppError
from desktop.services.desk import Desk
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.engine import protocol
    from desktop.services.answer import Answer
    from desktop.services.history import Asking

FIGURES_S = 0.5
"""Speed and context of a running answer are told this often."""


class Answering(QObject):
    """At most one answer at a time.

    ::

        idle ──prepare──► its place is stored ──begin──► written ──► idle
                                   └────────give_up──────────────────▲

    Signals:
        wrote: kind and text that were appended.
        progressed: ``progress``, ``speed`` or ``tokens`` say something else.
        finished: the final ``Message`` (None: it could not be kept), and whether an engine wrote it to its end.
        noticed: a sentence about something that the user should know.
    """

    wrote = Signal(object, str)
    progressed = Signal()
    finished = Signal(object, bool)
    noticed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._answer: Answer | None = None
        self._preparing = False
        self._stopping = False
        self._failures: dict[int, AppError] = {}
        self._told_of: int | None = None
        self._told_at = 0.0

    # --- what there is

    @property
    def active(self) -> bool:
        """Whether an answer is being written, or about to be."""
        return self._answer is not None or self._preparing

    @property
    def message_id(self) -> int | None:
        """The message that is being written."""
        return self._answer.message_id if self._answer is not None else None

    def as_written(self, message: Message) -> Message:
        """The message with what was written of it by now."""
        if self._answer is None or self._answer.message_id != message.id:
            return message
        return message._replace(parts=self._answer.parts())

    @property
    def reading(self) -> protocol.Prefill | None:
        """How far the engine is with the prompt."""
        return self._answer.reading if self._answer is not None else None

    def memory(self) -> Memory | None:
        """What of the chat the model sees; None before the engine says so."""
        return self._answer.memory() if self._answer is not None else None

    @property
    def writing(self) -> bool:
        """Whether there is a first token."""
        return self._answer is not None and self._answer.started_writing

    def speed(self) -> float:
        """Tokens per second."""
        return self._answer.speed() if self._answer is not None else 0.0

    def tokens(self) -> int | None:
        """Tokens of the prompt that were read and of what was written; None before the engine says so."""
        if self._answer is None or self._answer.reading is None:
            return None
        return self._answer.reading.done + self._answer.tokens

    def progress(self) -> tuple[str, float | None] | None:
        """What happens before the first word, in words, and how far it is (0 to 1, None: not known)."""
        if self._answer is None or self._answer.started_writing:
            return None
        models = self._desk.models
        if models.state() is EngineState.LOADING:
            return tr("Starting the model"), models.load_progress()
        reading = self._answer.reading
        if reading is None:
            return tr("Waiting for the model"), None
        if reading.done < reading.total:
            text = tr("Reading {done:,} of {all:,}").format(done=reading.done, all=reading.total)
            return text, reading.done / max(1, reading.total)
        return tr("Thinking"), None

    def failure_text(self, message: Message) -> tuple[str, str, str] | None:
        """Title, sentence and details for an answer that was interrupted."""
        if message.status is not Status.INTERRUPTED:
            return None
        known = self._failures.get(message.id)
        kept = tr("The reply so far is saved.") if message.parts else tr("Your message is saved.")
        if known is None and message.failure == FailureKind.TOO_LONG:
            # Snug was started anew since; how long it was is not known any more.
            from desktop.engine import failure as failures

            known = failures.sentence(EngineFailure(FailureKind.TOO_LONG), message.model_name)
        if message.failure == FailureKind.FULL:
            # Known by its code alone, so it is told in the same words after a restart.
            from desktop.engine import failure as failures

            full = failures.sentence(EngineFailure(FailureKind.FULL), message.model_name)
            return tr("Memory is full"), f"{full.happened} {kept} {full.todo}", ""
        if known is not None:
            too_long = known.code == FailureKind.TOO_LONG
            title = tr("This message is too long") if too_long else tr("The model stopped before it finished")
            return title, f"{kept} {known.happened} {known.todo}", known.detail
        if message.failure:
            ended = tr("The engine ended while it was being written.")
            return tr("The model stopped before it finished"), f"{kept} {ended}", ""
        ended = tr("Snug was closed while it was being written.")
        return tr("This answer was not finished"), f"{kept} {ended}", ""

    # --- what can be done

    def prepare(self) -> None:
        """A place for the answer is being stored."""
        self._preparing = True

    def give_up(self) -> None:
        """There is no place for it."""
        self._preparing = self._stopping = False

    def begin(self, message: Message) -> None:
        """Its place is stored: ``ask`` for it next."""
        # Imported with the first answer: what talks to the engine is no part of the first picture.
        from desktop.services.answer import Answer

        desk = self._desk
        self._failures.pop(message.id, None)
        answer = Answer(message, desk.engine, desk.worker, desk.conversations, self)
        answer.wrote.connect(self._wrote)
        answer.progressed.connect(self.progressed)
        answer.progressed.connect(self._note_dropped)
        answer.finished.connect(self._finished)
        self._answer, self._preparing = answer, False
        stopping, self._stopping = self._stopping, False
        if stopping:
            answer.stop()

    def ask(self, asking: Asking, sampling: Sampling) -> None:
        """Ask the engine."""
        if self._answer is not None:
            self._desk.models.wake()
            self._answer.start(asking, sampling)

    def stop(self) -> None:
        """End it; what it wrote is kept. One that is only being stored ends as soon as it begins."""
        if self._answer is not None:
            self._answer.stop()
        else:
            self._stopping = self._preparing

    def abandon(self) -> None:
        """The app ends: keep the words."""
        if self._answer is not None:
            self._answer.abandon()

    # --- what it says

    def _note_dropped(self) -> None:
        """Nothing is left out in silence."""
        answer = self._answer
        if answer is None or answer.reading is None or answer.asked is None or answer.message_id == self._told_of:
            return
        # From the second time on the line in the chat only moves.
        if answer.reading.dropped and not answer.asked.since:
            self._told_of = answer.message_id
            if answer.asked.at_limit is AtLimit.SUMMARISE:
                text = tr("Memory was full before there was a summary: the model no longer sees {number} messages.")
            else:
                text = tr("This chat is longer than the model can hold: it no longer sees the first {number} messages.")
            self.noticed.emit(text.format(number=answer.reading.dropped))

    def _wrote(self, kind: PartKind, text: str) -> None:
        self.wrote.emit(kind, text)
        now = perf_counter()
        if now - self._told_at > FIGURES_S:
            self._told_at = now
            self.progressed.emit()

    def _finished(self, message: Message | None, failure: EngineFailure | None) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        answer.deleteLater()
        if message is not None and failure is not None:
            from desktop.engine import failure as failures

            name, _ = self._desk.model()
            self._failures[message.id] = failures.sentence(failure, name)
        self.finished.emit(message, message is not None and failure is None)
