"""The open chat: its messages along the active path, its running answer, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import names
from desktop.domain.branches import Tree
from desktop.domain.chat import Chat, Message, Node, Part, PartKind, Role, Sampling, Status
from desktop.domain.models import EngineFailure, EngineState
from desktop.errors import AppError
from desktop.services.models import ModelService
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.engine import protocol
    from desktop.engine.client import EngineClient
    from desktop.services.answer import Answer
    from desktop.storage.conversations import Conversations
    from desktop.storage.glance import Opened

PAGE = 100
"""Messages that are read together when one of them is asked for."""
DRAFT_MS = 400
FIGURES_S = 0.5
"""Speed and context of a running answer are told this often."""

Result = TypeVar("Result")


class Desk(NamedTuple):
    """What a conversation works with."""

    worker: Worker
    conversations: Conversations
    models: ModelService
    writer: str
    """Names this process in the database, so that another one can tell whether an answer is still being written."""

    @property
    def engine(self) -> EngineClient:
        return self.models.engine


class _Change(IntEnum):
    """What a new message does to the rows; the larger one tells the smaller one too."""

    TEXT = 0
    GROWN = 1
    PATH = 2


class Conversation(QObject):
    """One chat, or a new one that is not stored until its first message is sent.

    Rows are the messages of the active path, oldest first. ``message`` gives None for a row that is not loaded yet and
    begins to load it; ``loaded`` follows.

    Signals:
        reset: other rows altogether.
        rows_inserted: first and last of the rows that were appended.
        row_changed: a row has another text, status or number of versions.
        loaded: first and last of the rows that were None before.
        streamed: row, kind of part, text that was appended to the running answer.
        progress_changed: ``progress`` says something else.
        state_changed: ``answering`` or ``context`` changed.
        chat_changed: the ``Chat`` itself (title, id) is another one.
        created: the chat that this conversation has just become in the database.
        draft_returned: what was to be sent could not be stored; the text is the draft again.
        answered: an answer came to its end; its final ``Message``.
        noticed: a sentence about something that the user should know.
        refused: an ``AppError``.
    """

    reset = Signal()
    rows_inserted = Signal(int, int)
    row_changed = Signal(int)
    loaded = Signal(int, int)
    streamed = Signal(int, object, str)
    progress_changed = Signal()
    state_changed = Signal()
    chat_changed = Signal()
    created = Signal(object)
    draft_returned = Signal(str)
    answered = Signal(object)
    noticed = Signal(str)
    refused = Signal(object)

    def __init__(self, desk: Desk, chat: Chat | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sampling = Sampling()
        self.new_system_prompt = ""
        """System prompt that the chat gets when it is stored."""
        self._desk = desk
        self._chat = chat
        self._tree = Tree()
        self._path: list[int] = []
        self._row_of: dict[int, int] = {}
        self._messages: dict[int, Message] = {}
        self._asked: set[int] = set()
        self._answer: Answer | None = None
        self._sending = False
        self._stopping = False
        self._retired = False
        self._failures: dict[int, AppError] = {}
        self._draft = ""
        self._draft_saved = ""
        self._used = 0
        self._told_at = 0.0
        self._dropped = 0
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_MS)
        self._draft_timer.timeout.connect(self.save_draft)

    # --- what there is

    @property
    def chat(self) -> Chat | None:
        """None while the chat is new."""
        return self._chat

    def count(self) -> int:
        return len(self._path)

    def message(self, row: int) -> Message | None:
        """The message of a row; for the running answer with what was written by now."""
        message = self._messages.get(self._path[row])
        if message is None:
            self._fetch_around(row)
            return None
        if self._answer is not None and self._answer.message_id == message.id:
            return message._replace(parts=self._answer.parts())
        return message

    def versions(self, row: int) -> tuple[int, int]:
        """Which version of the message is shown (from 0), and how many there are."""
        ids = self._tree.versions(self._path[row])
        return ids.index(self._path[row]), len(ids)

    def row_of(self, message_id: int) -> int | None:
        return self._row_of.get(message_id)

    def answering(self) -> bool:
        return self._answer is not None or self._sending

    def running_row(self) -> int | None:
        return self._row_of.get(self._answer.message_id) if self._answer is not None else None

    def reading(self) -> protocol.Prefill | None:
        """How far the engine is with the prompt of the running answer."""
        return self._answer.reading if self._answer is not None else None

    def writing(self) -> bool:
        """Whether the running answer has its first token."""
        return self._answer is not None and self._answer.started_writing

    def speed(self) -> float:
        """Tokens per second of the running answer."""
        return self._answer.speed() if self._answer is not None else 0.0

    def progress(self) -> tuple[str, float | None] | None:
        """What happens before the first word, in words, and how far it is (0 to 1, None: not known)."""
        answer = self._answer
        if answer is None or answer.started_writing:
            return None
        models = self._desk.models
        if models.state() is EngineState.LOADING:
            return self.tr("Starting the model"), models.load_progress()
        reading = answer.reading
        if reading is None:
            return self.tr("Waiting for the model"), None
        if reading.done < reading.total:
            text = self.tr("Reading {0} of {1}").format(f"{reading.done:,}", f"{reading.total:,}")
            return text, reading.done / max(1, reading.total)
        return self.tr("Thinking"), None

    def context(self) -> tuple[int, int]:
        """Tokens of the chat as the model sees it, and of the context (0 while no model is loaded)."""
        used = self._used
        if self._answer is not None and self._answer.reading is not None:
            used = self._answer.reading.done + self._answer.tokens
        return used, self._desk.models.context_length()

    def failure_text(self, row: int) -> tuple[str, str, str] | None:
        """Title, sentence and details for an answer that was interrupted."""
        message = self._messages.get(self._path[row])
        if message is None or message.status is not Status.INTERRUPTED:
            return None
        known = self._failures.get(message.id)
        kept = self.tr("The reply so far is saved.") if message.parts else self.tr("Your message is saved.")
        if known is not None:
            return (
                self.tr("The model stopped before it finished"),
                f"{kept} {known.happened} {known.todo}",
                known.detail,
            )
        if message.failure:
            ended = self.tr("The engine ended while it was being written.")
            return self.tr("The model stopped before it finished"), f"{kept} {ended}", ""
        ended = self.tr("Snug was closed while it was being written.")
        return self.tr("This answer was not finished"), f"{kept} {ended}", ""

    # --- opening

    def open(self, found: Opened | None = None) -> None:
        """Show the chat: its tree and the last messages first, the rest when asked for. ``found``: read already."""
        if found is not None:
            self._opened(found)
        else:
            self._read(self._opened)

    def refresh(self) -> None:
        """Something else wrote to this chat (another process, say): look again."""
        if not self.answering():
            self._read(self._refreshed)

    def _read(self, then: Callable[[Opened], None]) -> None:
        store, chat_id = self._desk.conversations, self._chat.id if self._chat else None
        self._run(lambda: store.opened(chat_id), then)

    def _opened(self, found: Opened) -> None:
        if self.answering():
            return
        self._draft_saved = found.draft
        # What was typed while the chat was being read is newer.
        self._draft = self._draft or found.draft
        self._show(found)

    def _refreshed(self, found: Opened) -> None:
        if self.answering():
            return
        if len(found.tree) == len(self._tree) and all(self._messages.get(new.id) == new for new in found.messages):
            self._set_chat(found.chat)
        else:
            self._show(found)

    def _show(self, found: Opened) -> None:
        self._set_chat(found.chat)
        self._tree = found.tree
        self._messages = {message.id: message for message in found.messages}
        self._asked.clear()
        self._set_path(found.path)
        self._note_use()
        self.reset.emit()
        self.state_changed.emit()

    def _set_chat(self, chat: Chat | None) -> None:
        self._chat = chat
        self.chat_changed.emit()

    def replace_chat(self, chat: Chat) -> None:
        """The chat's title or mark changed."""
        if self._chat is not None and chat.id == self._chat.id:
            self._set_chat(chat)

    def _set_path(self, path: list[int]) -> None:
        self._path = path
        self._row_of = {message_id: row for row, message_id in enumerate(path)}

    def _fetch_around(self, row: int) -> None:
        first = max(0, row - PAGE // 2)
        wanted = [
            message_id
            for message_id in self._path[first : first + PAGE]
            if message_id not in self._messages and message_id not in self._asked
        ]
        if not wanted:
            return
        self._asked.update(wanted)
        store = self._desk.conversations

        def then(messages: Sequence[Message]) -> None:
            self._asked.difference_update(wanted)
            rows = [self._row_of[message.id] for message in messages if message.id in self._row_of]
            self._messages.update((message.id, message) for message in messages)
            if rows:
                self.loaded.emit(min(rows), max(rows))

        self._run(lambda: store.messages(wanted), then)

    # --- saying something

    def send(self, text: str) -> None:
        """Ask. The question and the place for its answer are in the database before the engine hears of it."""
        if self.answering() or not text.strip():
            return
        self._ask(self._path[-1] if self._path else None, text)

    def edit(self, row: int, text: str) -> None:
        """Ask again with other words: a version beside the old question, which stays."""
        if self.answering() or not text.strip() or self._tree.node(self._path[row]).role is not Role.USER:
            return
        self._ask(self._path[row - 1] if row else None, text)

    def regenerate(self, row: int) -> None:
        """Answer again: a version beside the old answer, which stays."""
        question = row if self._tree.node(self._path[row]).role is Role.USER else row - 1
        if self.answering() or question < 0:
            return
        store, desk = self._desk.conversations, self._desk
        parent, (name, key) = self._path[question], self._model()
        self._begin(lambda: store.add_answer(parent, model_name=name, model_key=key, writer=desk.writer))

    def carry_on(self, row: int) -> None:
        """Go on writing an answer that was stopped or interrupted."""
        if self.answering() or self._tree.node(self._path[row]).role is not Role.ASSISTANT:
            return
        store, desk, message_id = self._desk.conversations, self._desk, self._path[row]
        self._begin(lambda: store.reopen_answer(message_id, desk.writer))

    def stop(self) -> None:
        """End the running answer; what it wrote is kept. One that is only being stored ends as soon as it begins."""
        if self._answer is not None:
            self._answer.stop()
        else:
            self._stopping = self._sending

    def switch(self, row: int, step: int) -> None:
        """Show another version of a message, and what followed it."""
        if self.answering() or self._chat is None:
            return
        ids = self._tree.versions(self._path[row])
        at = ids.index(self._path[row]) + step
        if not 0 <= at < len(ids):
            return
        leaf = self._tree.newest_leaf(ids[at])
        chat, store = self._chat, self._desk.conversations
        self._set_path(self._tree.path(leaf))
        self._set_chat(chat._replace(active_leaf=leaf))
        self._run(lambda: store.set_active_leaf(chat.id, leaf))
        self._note_use()
        self.reset.emit()
        self.state_changed.emit()

    def _ask(self, parent: int | None, text: str) -> None:
        store, desk = self._desk.conversations, self._desk
        chat_id = self._chat.id if self._chat else None
        name, key = self._model()
        self._draft_timer.stop()
        self._sending = True
        system_prompt = self.new_system_prompt if chat_id is None else ""

        def work() -> tuple[Chat, Message, Message]:
            stored = store.add_turn(
                chat_id,
                parent,
                (Part(PartKind.TEXT, text),),
                model_name=name,
                model_key=key,
                writer=desk.writer,
                title=names.title_from_words(text),
            )
            if not system_prompt:
                return stored
            store.set_system_prompt(stored[0].id, system_prompt)
            return stored[0]._replace(system_prompt=system_prompt), stored[1], stored[2]

        def then(stored: tuple[Chat, Message, Message]) -> None:
            chat, question, answer = stored
            self._draft = self._draft_saved = ""
            new, self._chat = self._chat is None, chat
            self._start(answer, self._hang(question))
            if new:
                self.created.emit(chat)

        def failed(error: AppError) -> None:
            self._sending = self._stopping = False
            self._draft = text
            self.draft_returned.emit(text)
            self.state_changed.emit()
            self.refused.emit(error)

        self._run(work, then, failed)
        self.state_changed.emit()

    def _begin(self, work: Callable[[], Message]) -> None:
        self._sending = True
        self.state_changed.emit()
        self._run(work, self._start, self._not_begun)

    def _not_begun(self, error: AppError) -> None:
        self._sending = self._stopping = False
        self.state_changed.emit()
        self.refused.emit(error)

    def _hang(self, message: Message) -> _Change:
        """Hang a message into the tree and the path, behind its parent. Says nothing yet: the engine goes first."""
        self._messages[message.id] = message
        if message.id not in self._tree:
            self._tree.add(Node(message.id, message.parent_id, message.role))
        if message.id in self._row_of:
            return _Change.TEXT
        row = self._row_of.get(message.parent_id, -1) + 1 if message.parent_id is not None else 0
        if row < len(self._path):
            self._set_path(self._tree.path(message.id))
            return _Change.PATH
        self._path.append(message.id)
        self._row_of[message.id] = row
        return _Change.GROWN

    def _start(self, message: Message, earlier: _Change = _Change.TEXT) -> None:
        """Ask the engine for this answer, and only then tell everybody else about it."""
        # Imported with the first answer: what talks to the engine is no part of the first picture.
        from desktop.services.answer import Answer

        desk = self._desk
        self._failures.pop(message.id, None)
        answer = Answer(message, desk.engine, desk.worker, desk.conversations, self)
        answer.wrote.connect(self._wrote)
        answer.progressed.connect(self.progress_changed)
        answer.progressed.connect(self._note_dropped)
        answer.finished.connect(self._finished)
        self._answer, self._sending = answer, False
        stopping, self._stopping = self._stopping, False
        if stopping:
            answer.stop()
        change = max(earlier, self._hang(message))
        self._ask_engine(answer, message)
        row = self._row_of[message.id]
        match change:
            case _Change.PATH:
                self.reset.emit()
            case _Change.GROWN:
                self.rows_inserted.emit(row - (earlier is _Change.GROWN), row)
            case _Change.TEXT:
                self.row_changed.emit(row)
        if self._chat is not None:
            self._set_chat(self._chat._replace(active_leaf=message.id))
        self.state_changed.emit()
        self.progress_changed.emit()

    def _ask_engine(self, answer: Answer, message: Message) -> None:
        ids = self._path[: self._row_of[message.id] + bool(message.parts)]
        missing = [message_id for message_id in ids if message_id not in self._messages]
        system_prompt = self._chat.system_prompt if self._chat else ""
        _, key = self._model()

        def then(messages: Sequence[Message]) -> None:
            self._messages.update((message.id, message) for message in messages)
            history = [self._messages[message_id] for message_id in ids]
            answer.start(system_prompt, history, key, self.sampling)

        if missing:
            store = self._desk.conversations
            self._run(lambda: store.messages(missing), then)
        else:
            then([])

    def _note_dropped(self) -> None:
        """Nothing is left out in silence."""
        reading = self.reading()
        if reading is not None and reading.dropped > self._dropped:
            self._dropped = reading.dropped
            text = self.tr("This chat is longer than the model can hold: it no longer sees the first {0} messages.")
            self.noticed.emit(text.format(reading.dropped))

    def _wrote(self, kind: PartKind, text: str) -> None:
        row = self.running_row()
        if row is None:
            return
        self.streamed.emit(row, kind, text)
        now = perf_counter()
        if now - self._told_at > FIGURES_S:
            self._told_at = now
            self.progress_changed.emit()

    def _finished(self, message: Message | None, failure: EngineFailure | None) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        answer.deleteLater()
        if message is not None:
            self._messages[message.id] = message
            if failure is not None:
                current = self._desk.models.current()
                from desktop.engine import failure as failures

                self._failures[message.id] = failures.sentence(failure, current.name if current else "")
            self._note_use()
            if message.id in self._row_of:
                self.row_changed.emit(self._row_of[message.id])
        self.progress_changed.emit()
        self.state_changed.emit()
        if message is not None:
            if failure is None:
                self._desk.models.answered()
            self.answered.emit(message)

    def _model(self) -> tuple[str, str]:
        model = self._desk.models.current()
        return (model.name, model.key) if model else ("", "")

    def _note_use(self) -> None:
        """Tokens of the newest answer whose figures are known: what the next prompt begins with."""
        self._used = 0
        for message_id in reversed(self._path):
            message = self._messages.get(message_id)
            if message is None:
                return
            if message.statistics is not None:
                self._used = message.statistics.prompt_tokens + message.statistics.generated_tokens
                return

    def _run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], None] | None = None,
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        """Work on the storage thread. A conversation that was retired meanwhile hears nothing of it."""

        def done(result: Result) -> None:
            if then is not None and not self._retired:
                then(result)

        def refused(error: AppError) -> None:
            if self._retired:
                self._desk.worker.refused.emit(error)
            elif failed is not None:
                failed(error)
            else:
                self.refused.emit(error)

        self._desk.worker.run(work, done, refused)

    # --- the draft

    def draft(self) -> str:
        """What was typed here and not sent."""
        return self._draft

    def set_draft(self, text: str) -> None:
        """Keep what is being typed; it is on disk within half a second."""
        self._draft = text
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def save_draft(self) -> None:
        """Write the draft now if it changed."""
        self._draft_timer.stop()
        if self._draft == self._draft_saved or self._sending:
            return
        text, store = self._draft, self._desk.conversations
        chat_id = self._chat.id if self._chat else None
        self._draft_saved = text
        self._run(lambda: store.save_draft(chat_id, text))

    def retire(self) -> None:
        """Nobody looks at this conversation any more, and nothing is being written in it."""
        self.save_draft()
        self._retired = True
        self.deleteLater()

    def close(self) -> None:
        """The app ends: keep the draft and the running answer's words."""
        self.save_draft()
        if self._answer is not None:
            self._answer.abandon()
