"""What the model remembers of one chat: messages that stay, the note in the place of what went, and its making.

::

    an answer ends, memory is nearly full ──IDLE_MS──► the model summarises ──► note
                                                            │ somebody asks something
                                                            └──► given up; tried again after the answer
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import context
from desktop.domain.chat import Message
from desktop.domain.context import Memory, Note
from desktop.domain.models import EngineState
from desktop.services.desk import Desk
from desktop.services.shown_path import ShownPath
from desktop.services.tasks import Errands
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.services.summary import Summary

IDLE_MS = 1_000
STAYS = 0.5
"""Part of what the model sees that is left as it is when the rest is summarised."""

WithHistory = Callable[[Sequence[int], Callable[[Sequence[Message]], None]], None]


class ChatMemory(QObject):
    """``shown`` gives the rows of the chat as they are now, ``with_history`` reads messages where they are missing.

    Signals:
        changed: ``now`` or ``summarising`` says something else.
        kept: the ``Message`` that stays in memory now, or no longer does.
        noticed: a sentence about something that the user should know.
    """

    changed = Signal()
    kept = Signal(object)
    noticed = Signal(str)

    def __init__(
        self,
        desk: Desk,
        errands: Errands,
        shown: Callable[[], ShownPath],
        with_history: WithHistory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._errands = errands
        self._shown = shown
        self._with_history = with_history
        self._summary: Summary | None = None
        self._used = 0
        self._declined = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._begin)

    # --- what there is

    def now(self) -> Memory:
        """What of the chat the model sees, as far as it is known."""
        return self._shown().memory()

    def summarising(self) -> float | None:
        """How far the summary is, 0 to 1; None: there is none under way."""
        return self._summary.fraction if self._summary is not None else None

    # --- what can be done

    def keep(self, message: Message, pinned: bool) -> None:
        """Let a message, and with it its turn, stay in memory when older ones have to go."""
        store = self._desk.conversations

        def then(stored: Message) -> None:
            # Of a running answer the shown message knows more than the disk.
            self.kept.emit(stored)
            if pinned:
                self.noticed.emit(tr("Kept in memory, with the question and answer it belongs to"))

        self._errands.run(lambda: store.set_in_memory(message.id, pinned), then)

    def correct(self, text: str) -> None:
        """The note is to say this."""
        note = self.now().note
        if note is not None and text.strip() and text != note.text:
            self._store(note._replace(text=text, edited=True))

    def put_back(self, note: Note) -> None:
        """The note is to be this one again."""
        self._store(note)

    def forget_note(self) -> None:
        """No note any more: the model sees what it stood for again, as far as that fits."""
        note, store, shown = self.now().note, self._desk.conversations, self._shown()
        if note is None:
            return

        def then(_: None) -> None:
            shown.remove_note(note)
            self.changed.emit()

        self._errands.run(lambda: store.remove_note(note.message_id), then)

    # --- summarising

    def answered(self, used: int) -> None:
        """An answer has ended, and so many tokens are used: summarise if it is time for that."""
        memory, limit = self.now(), self._desk.models.context_length()
        lost = memory.begins > self._note_reaches(memory.note)
        if limit and not self._declined and (lost or context.is_near(used, limit)):
            self._used = used
            self._idle.start()

    def stop(self) -> None:
        """The user wants no summary, until the chat is opened or the choice is made again."""
        if self._summary is not None:
            self._declined = True
            self.give_way()
            self.noticed.emit(tr("Not summarised: the model forgets the oldest part when memory is full"))

    def allow(self) -> None:
        """Summaries are wanted again."""
        self._declined = False

    def give_way(self) -> None:
        """Something else wants the engine."""
        self._idle.stop()
        summary, self._summary = self._summary, None
        if summary is not None:
            summary.stop()
            summary.deleteLater()
            self.changed.emit()

    def _begin(self) -> None:
        state = self._desk.models.state()
        if state in (EngineState.BUSY, EngineState.LOADING):
            self._idle.start()  # somebody else's answer comes first
        elif state is EngineState.READY:
            self._with_history(self._shown().ids(), self._summarise)

    def _summarise(self, history: Sequence[Message]) -> None:
        from desktop.services.summary import Summary

        models, memory = self._desk.models, self.now()
        if models.state() is not EngineState.READY or self._summary is not None:
            return
        sizes = [len(message.text) + len(message.reasoning) for message in history]
        start, begins = self._note_reaches(memory.note), memory.begins
        seen = context.kept(history, begins)
        if context.is_near(self._used, models.context_length()):
            begins = context.end_of_summary(history, sizes, begins, STAYS)
        stays = set(context.kept(history, begins))
        part = [history[row] for row in range(start, begins) if row not in stays]
        if not any(message.text for message in part):
            return
        characters = max(1, sum(sizes[row] for row in seen)) / max(1, self._used)
        shown, last, (name, _) = self._shown(), history[begins - 1], self._desk.model()

        def finished(text: str) -> None:
            self._summary = None
            summary.deleteLater()
            if text:
                self._store(Note(last.id, text, name), shown)
            else:
                # Nor would it come to more after the next answer.
                self._declined = True
                self.noticed.emit(tr("The oldest part could not be summarised: the model forgets it instead"))
            self.changed.emit()

        summary = self._summary = Summary(models.engine, models.context_length(), min(4.0, characters), self)
        summary.progressed.connect(self.changed)
        summary.finished.connect(finished)
        summary.start(part, memory.note.text if memory.note is not None else "")

    def _note_reaches(self, note: Note | None) -> int:
        row = self._shown().row_of(note.message_id) if note is not None else None
        return row + 1 if row is not None else 0

    def _store(self, note: Note, shown: ShownPath | None = None) -> None:
        store, shown = self._desk.conversations, shown or self._shown()

        def then(_: None) -> None:
            shown.set_note(note)
            self.changed.emit()

        self._errands.run(lambda: store.set_note(note), then)
