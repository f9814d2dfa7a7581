"""The open chat: its messages along the active path, its running answer, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import context, names
from desktop.domain.chat import AtLimit, Chat, Message, Part, PartKind, Role, Sampling
from desktop.domain.context import Memory, Note
from desktop.errors import AppError
from desktop.services.answering import Answering
from desktop.services.chat_memory import ChatMemory
from desktop.services.desk import Desk
from desktop.services.draft import Draft
from desktop.services.shown_path import Change, ShownPath
from desktop.services.tasks import Errands

if TYPE_CHECKING:
    from desktop.domain.glance import Opened
    from desktop.engine import protocol


TELLING = 16
"""Tokens of an answer that say how fast the model writes."""


class _Begun(NamedTuple):
    """An answer that the engine was asked for, and what it and its question do to the rows."""

    message_id: int
    asked: Change
    answered: Change
    is_new: bool
    """It is the first one of its chat."""


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
        memory_changed: ``memory`` or ``summarising`` says something else.
        chat_changed: the ``Chat`` itself (title, id) is another one.
        created: the chat that this conversation has just become in the database.
        draft_returned: what was to be sent could not be stored; the text is the draft again.
        answered: an answer came to its end; its final ``Message``.
        typed: the draft is another one.
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
    memory_changed = Signal()
    chat_changed = Signal()
    created = Signal(object)
    draft_returned = Signal(str)
    answered = Signal(object)
    typed = Signal()
    noticed = Signal(str)
    refused = Signal(object)

    def __init__(
        self, desk: Desk, chat: Chat | None = None, parent: QObject | None = None, *, temporary: bool = False
    ) -> None:
        super().__init__(parent)
        self.temporary = temporary
        """It lives in memory only, and is forgotten when it is left."""
        self.sampling = Sampling()
        self.new_system_prompt = ""
        """System prompt that the chat gets when it is stored."""
        self.new_folder: int | None = None
        """The folder it begins in."""
        self._new_at_limit = AtLimit.DROP
        self._desk = desk
        self._chat = chat
        self._errands = Errands(desk.worker, self.refused.emit)
        self._shown = ShownPath()
        self._used = 0
        self._draft = Draft(self._write_draft, self)
        self._untold: _Begun | None = None
        self._tell_soon = QTimer(self)
        self._tell_soon.setSingleShot(True)
        self._tell_soon.setInterval(0)
        self._tell_soon.timeout.connect(self._tell)
        self._answering = Answering(desk, self)
        self._answering.wrote.connect(self._wrote)
        self._answering.progressed.connect(self._progressed)
        self._answering.noticed.connect(self.noticed)
        self._answering.finished.connect(self._finished)
        self._memory = ChatMemory(desk, self._errands, lambda: self._shown, self._with_history, self)
        self._memory.changed.connect(self.memory_changed)
        self._memory.kept.connect(self._kept)
        self._memory.noticed.connect(self.noticed)

    # --- what there is

    @property
    def chat(self) -> Chat | None:
        """None while the chat is new."""
        return self._chat

    @property
    def folder_id(self) -> int | None:
        """The folder it is in, or will be with its first message."""
        return self.new_folder if self._chat is None or self.temporary else self._chat.folder_id

    def is_empty(self) -> bool:
        """Nothing was said in it, and nothing is being sent."""
        return self._chat is None and not self.answering()

    def count(self) -> int:
        return len(self._shown)

    def message(self, row: int) -> Message | None:
        """The message of a row; for the running answer with what was written by now."""
        message = self._shown.message(row)
        if message is None:
            self._fetch_around(row)
            return None
        return self._answering.as_written(message)

    def versions(self, row: int) -> tuple[int, int]:
        """Which version of the message is shown (from 0), and how many there are."""
        return self._shown.versions(row)

    def row_of(self, message_id: int) -> int | None:
        return self._shown.row_of(message_id)

    def answering(self) -> bool:
        return self._answering.active

    def running_row(self) -> int | None:
        message_id = self._answering.message_id
        return self._shown.row_of(message_id) if message_id is not None else None

    def reading(self) -> protocol.Prefill | None:
        """How far the engine is with the prompt of the running answer."""
        return self._answering.reading

    def writing(self) -> bool:
        """Whether the running answer has its first token."""
        return self._answering.writing

    def speed(self) -> float:
        """Tokens per second of the running answer."""
        return self._answering.speed()

    def progress(self) -> tuple[str, float | None] | None:
        """What happens before the first word, in words, and how far it is (0 to 1, None: not known)."""
        return self._answering.progress()

    def context(self) -> tuple[int, int]:
        """Tokens of the chat as the model sees it, and of the context (0 while no model is loaded)."""
        running = self._answering.tokens()
        return self._used if running is None else running, self._desk.models.context_length()

    def memory(self) -> Memory:
        """What of the chat the model sees, as far as it is known: of a running answer, else of the last one."""
        return self._answering.memory() or self._memory.now()

    def summarising(self) -> float | None:
        """How far the summary of the oldest part is, 0 to 1; None: there is none under way."""
        return self._memory.summarising()

    def at_limit(self) -> AtLimit:
        """What is done when the chat is longer than the context."""
        return self._chat.at_limit if self._chat is not None else self._new_at_limit

    def failure_text(self, row: int) -> tuple[str, str, str] | None:
        """Title, sentence and details for an answer that was interrupted."""
        message = self._shown.message(row)
        return self._answering.failure_text(message) if message is not None else None

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
        self._errands.run(lambda: store.opened(chat_id), then)

    def _opened(self, found: Opened) -> None:
        if self.answering():
            return
        self._draft.found(found.draft)
        self._show(found)

    def _refreshed(self, found: Opened) -> None:
        if self.answering():
            return
        if self._shown.is_same(found.tree, found.messages, found.notes):
            self._set_chat(found.chat)
        else:
            self._show(found)

    def _show(self, found: Opened) -> None:
        self._set_chat(found.chat)
        self._memory.give_way()
        self._shown = ShownPath(found.tree, found.messages, found.path, found.notes)
        self._path_changed()

    def _path_changed(self) -> None:
        self._used = self._shown.tokens()
        self.reset.emit()
        self.state_changed.emit()

    def _set_chat(self, chat: Chat | None) -> None:
        self._chat = chat
        self.chat_changed.emit()

    def replace_chat(self, chat: Chat) -> None:
        """The chat's title or mark changed."""
        if self._chat is not None and chat.id == self._chat.id:
            self._set_chat(chat._replace(active_leaf=self._chat.active_leaf, at_limit=self._chat.at_limit))

    def _fetch_around(self, row: int) -> None:
        wanted, store, shown = self._shown.wanted_around(row), self._desk.conversations, self._shown
        if not wanted:
            return

        def then(messages: Sequence[Message]) -> None:
            rows = shown.arrived(wanted, messages)
            if rows is not None and shown is self._shown:
                self.loaded.emit(*rows)

        self._errands.run(lambda: store.messages(wanted), then)

    # --- the model's memory

    def set_at_limit(self, at_limit: AtLimit) -> None:
        """Choose what is done when the chat is longer than the context."""
        chat, store = self._chat, self._desk.conversations
        self._memory.give_way()
        if chat is None:
            self._new_at_limit = at_limit
            return
        self._set_chat(chat._replace(at_limit=at_limit))
        self._errands.run(lambda: store.set_at_limit(chat.id, at_limit))
        self._memory.allow()
        if not self.answering():
            self._remember()

    def keep_in_memory(self, row: int, pinned: bool) -> None:
        """Let a message, and with it its turn, stay in memory when older ones have to go."""
        message = self._shown.message(row)
        if message is not None:
            self._memory.keep(message, pinned)

    def correct_note(self, text: str) -> None:
        """What the model remembers of the part that it no longer sees is to be this."""
        self._memory.correct(text)

    def forget_note(self) -> None:
        """There is to be no note; the model sees what it stood for again, as far as that fits."""
        self._memory.forget_note()

    def put_note_back(self, note: Note) -> None:
        """The note is to be as it was."""
        self._memory.put_back(note)

    def stop_summary(self) -> None:
        """Summarise nothing more for now."""
        self._memory.stop()

    def _remember(self) -> None:
        if self.at_limit() is AtLimit.SUMMARISE:
            self._memory.answered(self._used)

    def _kept(self, stored: Message) -> None:
        row = self._shown.row_of(stored.id)
        shown = self._shown.message(row) if row is not None else None
        if row is not None and shown is not None:
            self._shown.keep([shown._replace(pinned=stored.pinned)])
            self.row_changed.emit(row)

    # --- saying something

    def send(self, text: str) -> None:
        """Ask. The question and the place for its answer are in the database before the engine hears of it."""
        if self.answering() or not text.strip():
            return
        self._ask(self._shown.last(), text)

    def edit(self, row: int, text: str) -> None:
        """Ask again with other words: a version beside the old question, which stays."""
        if self.answering() or not text.strip() or self._shown.role(row) is not Role.USER:
            return
        self._ask(self._shown.id_at(row - 1) if row else None, text)

    def regenerate(self, row: int) -> None:
        """Answer again: a version beside the old answer, which stays."""
        question = row if self._shown.role(row) is Role.USER else row - 1
        if self.answering() or question < 0:
            return
        store, desk = self._desk.conversations, self._desk
        parent, (name, key) = self._shown.id_at(question), desk.model()
        self._begin(lambda: store.add_answer(parent, model_name=name, model_key=key, writer=desk.writer))

    def carry_on(self, row: int) -> None:
        """Go on writing an answer that was stopped or interrupted."""
        if self.answering() or self._shown.role(row) is not Role.ASSISTANT:
            return
        store, desk, message_id = self._desk.conversations, self._desk, self._shown.id_at(row)
        self._begin(lambda: store.reopen_answer(message_id, desk.writer))

    def stop(self) -> None:
        """End the running answer; what it wrote is kept. One that is only being stored ends as soon as it begins."""
        self._answering.stop()

    def switch(self, row: int, step: int) -> None:
        """Show another version of a message, and what followed it."""
        if self.answering() or self._chat is None:
            return
        chat, store = self._chat, self._desk.conversations
        leaf = self._shown.switch(row, step)
        if leaf is None:
            return
        self._set_chat(chat._replace(active_leaf=leaf))
        self._errands.run(lambda: store.set_active_leaf(chat.id, leaf))
        self._path_changed()

    def _ask(self, parent: int | None, text: str) -> None:
        store, desk = self._desk.conversations, self._desk
        chat_id = self._chat.id if self._chat else None
        name, key = desk.model()
        self._draft.hold()
        system_prompt = self.new_system_prompt if chat_id is None else ""
        at_limit = self._new_at_limit if chat_id is None else AtLimit.DROP
        folder_id = None if self.temporary else self.new_folder

        def work() -> tuple[Chat, Message, Message]:
            stored = store.add_turn(
                chat_id,
                parent,
                (Part(PartKind.TEXT, text),),
                model_name=name,
                model_key=key,
                writer=desk.writer,
                title=names.title_from_words(text),
                folder_id=folder_id,
            )
            chat = stored[0]
            if system_prompt:
                store.set_system_prompt(chat.id, system_prompt)
                chat = chat._replace(system_prompt=system_prompt)
            if at_limit is not AtLimit.DROP:
                store.set_at_limit(chat.id, at_limit)
                chat = chat._replace(at_limit=at_limit)
            return chat, stored[1], stored[2]

        def then(stored: tuple[Chat, Message, Message]) -> None:
            chat, question, answer = stored
            self._draft.sent()
            is_new, self._chat = self._chat is None, chat
            self._start(answer, self._shown.hang(question), is_new=is_new)

        def failed(error: AppError) -> None:
            self._draft.returned(text)
            self.draft_returned.emit(text)
            self._not_begun(error)

        self._memory.give_way()
        self._answering.prepare()
        self._errands.run(work, then, failed)
        self.state_changed.emit()

    def _begin(self, work: Callable[[], Message]) -> None:
        self._memory.give_way()
        self._answering.prepare()
        self.state_changed.emit()
        self._errands.run(work, self._start, self._not_begun)

    def _not_begun(self, error: AppError) -> None:
        self._answering.give_up()
        self.state_changed.emit()
        self.refused.emit(error)

    def _start(self, message: Message, asked: Change = Change.TEXT, *, is_new: bool = False) -> None:
        """Ask the engine for this answer. Everybody else is told when Qt's loop comes round again.

        What is written to the engine leaves this process only then: a window that first showed the question would keep
        the engine waiting.
        """
        self._answering.begin(message)
        self._untold = _Begun(message.id, asked, self._shown.hang(message), is_new)
        self._ask_engine(message)
        self._tell_soon.start()

    def _tell(self) -> None:
        """Tell what ``_start`` changed, if that was not done yet."""
        begun, self._untold = self._untold, None
        row = self._shown.row_of(begun.message_id) if begun is not None else None
        if begun is None or row is None:
            return
        match max(begun.asked, begun.answered):
            case Change.PATH:
                self.reset.emit()
            case Change.GROWN:
                self.rows_inserted.emit(row - (begun.asked is Change.GROWN), row)
            case Change.TEXT:
                self.row_changed.emit(row)
        if self._chat is not None:
            self._set_chat(self._chat._replace(active_leaf=begun.message_id))
        self.state_changed.emit()
        self.progress_changed.emit()
        if begun.is_new:
            self.created.emit(self._chat)

    def _ask_engine(self, message: Message) -> None:
        system_prompt = self._chat.system_prompt if self._chat else ""
        ids, notes, since = self._shown.until(message), self._shown.notes(), self._shown.memory().begins
        (_, key), at_limit = self._desk.model(), self.at_limit()

        def ask(history: Sequence[Message]) -> None:
            from desktop.services.history import asking

            self._answering.ask(asking(system_prompt, history, key, notes, since, at_limit), self.sampling)

        self._with_history(ids, ask)

    def with_draft(self, then: Callable[[list[protocol.PromptMessage]], None]) -> None:
        """Give what the engine would be asked if the draft were sent now, if there is one and nothing runs."""
        if self.answering() or not self._draft.text.strip():
            return
        text, (_, key) = self._draft.text, self._desk.model()
        system_prompt = self._chat.system_prompt if self._chat else self.new_system_prompt
        notes, since = self._shown.notes(), self._shown.memory().begins

        def build(history: Sequence[Message]) -> None:
            from desktop.services.history import asking

            draft = Message(0, 0, None, Role.USER, (Part(PartKind.TEXT, text),))
            if not self.answering():
                asked = asking(system_prompt, [*history, draft], key, notes, since)
                then([asked.messages[index] for index in context.kept(asked.messages, asked.since)])

        self._with_history(self._shown.ids(), build)

    def _with_history(self, ids: Sequence[int], then: Callable[[Sequence[Message]], None]) -> None:
        """The messages with these ids, read where they are not at hand."""
        shown, store = self._shown, self._desk.conversations
        missing = shown.missing(ids)

        def found(messages: Sequence[Message]) -> None:
            shown.keep(messages)
            then(shown.known(ids))

        if missing:
            self._errands.run(lambda: store.messages(missing), found)
        else:
            found([])

    def _progressed(self) -> None:
        self._tell()
        self.progress_changed.emit()
        if not self.writing():
            self.memory_changed.emit()

    def _wrote(self, kind: PartKind, text: str) -> None:
        self._tell()
        row = self.running_row()
        if row is not None:
            self.streamed.emit(row, kind, text)

    def _finished(self, message: Message | None, whole: bool) -> None:
        self._tell()
        if message is not None:
            self._shown.keep([message])
            self._used = self._shown.tokens()
            row = self._shown.row_of(message.id)
            if row is not None:
                self.row_changed.emit(row)
        self.progress_changed.emit()
        self.state_changed.emit()
        self.memory_changed.emit()
        if message is not None:
            if whole:
                self._desk.models.answered(_speed(message))
                self._remember()
            self.answered.emit(message)

    # --- the draft

    def draft(self) -> str:
        """What was typed here and not sent."""
        return self._draft.text

    def set_draft(self, text: str) -> None:
        """Keep what is being typed; it is on disk within half a second."""
        self._draft.edit(text)
        self.typed.emit()

    def save_draft(self) -> None:
        """Write the draft now if it changed."""
        self._draft.save()

    def _write_draft(self, text: str) -> None:
        store, chat_id = self._desk.conversations, self._chat.id if self._chat else None
        self._errands.run(lambda: store.save_draft(chat_id, text))

    def retire(self) -> None:
        """Nobody looks at this conversation any more, and nothing is being written in it."""
        self.save_draft()
        self._memory.give_way()
        self._errands.drop()
        self.deleteLater()

    def close(self) -> None:
        """The app ends: keep the draft and the running answer's words."""
        self.save_draft()
        self._memory.give_way()
        self._answering.abandon()


def _speed(message: Message) -> float:
    """Tokens per second; 0 for an answer that is too short to tell."""
    figures = message.statistics
    return figures.tokens_per_second if figures is not None and figures.generated_tokens >= TELLING else 0.0
