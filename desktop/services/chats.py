"""The list of chats and the one that is open."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import names
from desktop.domain.chat import AtLimit, Chat, Message, SearchHit, TitleOrigin
from desktop.errors import AppError
from desktop.services.conversation import Conversation
from desktop.services.deletions import Deletions
from desktop.services.desk import Desk
from desktop.services.titles import Titles
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.domain.glance import Glance
    from desktop.storage.options import Options
    from desktop.storage.retention import Retention
    from desktop.storage.search import Search

LAST_CHAT = "last_chat"
"""As ``storage.glance`` has it."""
WATCH_MS = 1500


class Memory(NamedTuple):
    """A database that no disk sees, and a desk over it."""

    desk: Desk
    close: Callable[[], None]


class ChatService(QObject):
    """Verbs on chats.

    Signals:
        list_changed: chats were added, renamed, moved or deleted.
        opened: the ``Conversation`` that is shown now.
        chat_deleted: id and title; ``undo_delete`` brings it back.
        refused: an ``AppError``.
        noticed: a sentence about something that was done.
        ready: the list was read for the first time.
        answered: number of a stored chat that an answer came to its end in.
        gone: number of a chat that is deleted for good, or was never stored and is forgotten.
        changed_elsewhere: another process wrote to the database.
    """

    list_changed = Signal()
    opened = Signal(object)
    chat_deleted = Signal(int, str)
    refused = Signal(object)
    noticed = Signal(str)
    ready = Signal()
    answered = Signal(object)
    gone = Signal(object)
    changed_elsewhere = Signal()

    def __init__(
        self,
        desk: Desk,
        search: Search,
        options: Options,
        parent: QObject | None = None,
        data_version: Callable[[], int] | None = None,
        retention: Retention | None = None,
        lend_memory: Callable[[], Memory] | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._search = search
        self._options = options
        self._data_version = data_version
        self._retention = retention
        self._lend_memory = lend_memory
        self._memory: Memory | None = None
        self._days: dict[int, int] = {}
        self._seen_version: int | None = None
        self._chats: list[Chat] = []
        self._complete = False
        self._titles = Titles(desk, self)
        self._titles.proposed.connect(self._model_title)
        self._usual_limit = AtLimit.DROP
        self._current = Conversation(desk, None, self)
        self._connect(self._current)
        self._busy: dict[int, Conversation] = {}
        self._deletions = Deletions(desk, self)
        self._deletions.gone.connect(self.gone)
        self._deletions.refused.connect(self.refused)
        self._query = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self.look_for_changes)

    # --- what there is

    def chats(self) -> list[Chat]:
        """All chats, newest first."""
        return list(self._chats)

    def complete(self) -> bool:
        """Whether that is all of them: a window begins with those it shows first."""
        return self._complete

    def current(self) -> Conversation:
        """The open chat; a new, empty one when nothing else is."""
        return self._current

    # --- verbs

    def start(self, seen: Glance | None = None) -> None:
        """Show the list and the chat that was open last. ``seen``: what was read of them already."""
        if seen is not None:
            self._started(seen)
            return
        store, options = self._desk.conversations, self._options

        def work() -> Glance:
            from desktop.domain.glance import Glance

            last = options.get(LAST_CHAT)
            chats = store.list()
            return Glance(chats, len(chats), store.opened(last if isinstance(last, int) else None))

        def failed(error: AppError) -> None:
            # Without its chats the window is still the place to say so.
            self.refused.emit(error)
            self.ready.emit()

        self._desk.worker.run(work, self._started, failed)

    def _started(self, seen: Glance) -> None:
        self._chats = list(seen.chats)
        self._complete = len(seen.chats) >= seen.number
        self.list_changed.emit()
        if seen.opened.chat is not None:
            self._show(Conversation(self._desk, seen.opened.chat, self))
        self._current.open(seen.opened)
        self.ready.emit()
        self._watch.start()
        if self._retention is not None:
            self._desk.worker.run(self._retention.all, self._days.update)
        if len(seen.chats) < seen.number:
            self._desk.worker.run(self._desk.conversations.list, self._add_older, self.refused.emit)

    def _add_older(self, chats: list[Chat]) -> None:
        """The whole list, where it began with what the window shows first. What the user did to that is newer."""
        self._complete = True
        known = {chat.id: chat for chat in self._chats}
        self._chats = [known.get(chat.id, chat) for chat in chats if chat.id not in self._deletions]
        self.list_changed.emit()

    def set_usual_limit(self, at_limit: AtLimit) -> None:
        """What new chats do when memory is full. One that is empty still follows, unless it was told otherwise."""
        before, self._usual_limit = self._usual_limit, at_limit
        if self._current.chat is None and self._current.at_limit() is before:
            self._usual(self._current)

    def _usual(self, conversation: Conversation) -> Conversation:
        conversation.set_at_limit(self._usual_limit)
        return conversation

    def new_chat(self, folder_id: int | None = None) -> None:
        """Show an empty chat. It is stored with its first message, in a folder if there is to be one."""
        conversation = self._usual(Conversation(self._desk, None, self))
        conversation.new_folder = folder_id
        self._show(conversation)
        self._current.open()
        self._remember(None)

    def new_temporary(self, folder_id: int | None = None) -> None:
        """Show an empty chat that no disk ever sees. It is forgotten when it is left. ``folder_id``: the folder that
        would have it so."""
        if self._lend_memory is None:
            return
        if self._current.temporary:
            self.new_chat()  # forget that one first
        try:
            self._memory = self._lend_memory()
        except AppError as error:
            self.refused.emit(error)
            return
        conversation = self._usual(Conversation(self._memory.desk, None, self, temporary=True))
        conversation.new_folder = folder_id
        self._show(conversation)
        self._current.open()

    def keep_for(self, chat_id: int, days: int | None) -> None:
        """Delete a chat by itself so many days after its last word; ``FOR_EVER``: never; None: as its folder has it."""
        retention = self._retention
        if retention is None:
            return

        def then(_: None) -> None:
            if days is None:
                self._days.pop(chat_id, None)
            else:
                self._days[chat_id] = days

        self._desk.worker.run(lambda: retention.keep_for(chat_id, days), then, self.refused.emit)

    def kept_for(self, chat_id: int) -> int | None:
        """Days of its own that a chat has; None: it goes by its folder."""
        return self._days.get(chat_id)

    def open(self, chat_id: int) -> None:
        """Show a chat of the list."""
        if self._current.chat is not None and self._current.chat.id == chat_id:
            return
        running = self._busy.get(chat_id)
        if running is not None:
            self._show(running)
        else:
            chat = self._find(chat_id)
            if chat is None:
                return
            conversation = Conversation(self._desk, chat, self)
            self._show(conversation)
            conversation.open()
        self._remember(chat_id)

    def adopt(self, chat: Chat) -> Conversation:
        """A conversation for a chat that was looked up already, without the list (for the command line)."""
        self._show(Conversation(self._desk, chat, self))
        return self._current

    def rename(self, chat_id: int, title: str) -> None:
        title = names.clean_title(title)
        if title:
            self._rename(chat_id, title, TitleOrigin.USER)

    def set_pinned(self, chat_id: int, pinned: bool) -> None:
        self._replace(chat_id, pinned=pinned)
        self._desk.worker.run(lambda: self._desk.conversations.set_pinned(chat_id, pinned), None, self.refused.emit)

    def set_system_prompt(self, chat_id: int, text: str) -> None:
        self._replace(chat_id, system_prompt=text)
        self._desk.worker.run(
            lambda: self._desk.conversations.set_system_prompt(chat_id, text), None, self.refused.emit
        )

    def refile(self, chat_ids: Collection[int], folder_id: int | None) -> None:
        """Show chats in a folder, or in none; ``FolderService`` has put them there."""
        moved = set(chat_ids)
        self._chats = [chat._replace(folder_id=folder_id) if chat.id in moved else chat for chat in self._chats]
        current = self._find(self._current.chat.id) if self._current.chat is not None else None
        if current is not None:
            self._current.replace_chat(current)
        self.list_changed.emit()

    def delete(self, chat_id: int) -> None:
        """Delete a chat; for a few seconds it can be brought back."""
        chat = self._find(chat_id)
        if chat is None:
            return
        self._desk.worker.run(lambda: self._desk.conversations.delete(chat_id), None, self.refused.emit)
        self.hide([chat_id])
        self.chat_deleted.emit(chat_id, chat.title)

    def undo_delete(self, chat_id: int) -> None:
        """Bring a deleted chat back."""
        self.bring_back([chat_id])
        self.open(chat_id)

    def hide(self, chat_ids: Collection[int]) -> None:
        """Chats were deleted: take them off the list. For a few seconds ``bring_back`` can."""
        hidden = set(chat_ids)
        gone = {chat.id: chat for chat in self._chats if chat.id in hidden}
        for conversation in {self._current, *self._busy.values()}:
            if conversation.chat is not None and conversation.chat.id in gone:
                # The engine is free for others; should the chat come back, what was written is there.
                conversation.stop()
        self._chats = [chat for chat in self._chats if chat.id not in gone]
        if self._current.chat is not None and self._current.chat.id in gone:
            self.new_chat()
        self.list_changed.emit()
        self._deletions.add(gone)

    def bring_back(self, chat_ids: Collection[int]) -> None:
        """Bring deleted chats back into the list."""
        back = self._deletions.bring_back(chat_ids)
        self._chats = sorted([*self._chats, *back], key=lambda chat: -chat.updated_at)
        self.list_changed.emit()

    def fork(self, message_id: int) -> None:
        """A new chat that begins with everything up to this message."""

        if self._current.temporary:
            self.noticed.emit("A temporary chat cannot go on as another one")
            return

        def then(chat: Chat) -> None:
            self._chats.insert(0, chat)
            self.list_changed.emit()
            self.open(chat.id)

        self._desk.worker.run(lambda: self._desk.conversations.fork(message_id), then, self.refused.emit)

    def search(self, text: str, then: Callable[[list[SearchHit]], None]) -> None:
        """Find chats and messages. Only the newest question is answered."""
        self._query += 1
        number = self._query

        def found(hits: list[SearchHit]) -> None:
            if number == self._query:
                then(hits)

        self._desk.worker.run(lambda: self._search.find(text), found, self.refused.emit)

    def look_for_changes(self) -> None:
        """Has another process (``snug ask``, say) written to the database? Then show what is there."""
        if self._data_version is None:
            return
        version = self._data_version

        def then(number: int) -> None:
            changed = self._seen_version is not None and number != self._seen_version
            self._seen_version = number
            if changed:
                self._reread()

        self._desk.worker.run(version, then, self.refused.emit)

    def close(self) -> None:
        """The app ends: drafts and running answers are on disk when the worker has shut."""
        self._watch.stop()
        self._titles.cancel()
        for conversation in {self._current, *self._busy.values()}:
            conversation.close()
        self._deletions.close()
        if self._memory is not None:
            self._desk.worker.run(self._memory.close)

    # --- inside

    def _show(self, conversation: Conversation) -> None:
        previous = self._current
        if previous is not conversation:
            self._current = conversation
            if conversation not in self._busy.values():
                self._connect(conversation)
            if previous.temporary:
                self._forget(previous)
            elif not previous.answering():
                previous.retire()
            elif previous.chat is not None:
                previous.save_draft()
                self._busy[previous.chat.id] = previous
        self.opened.emit(conversation)

    def _connect(self, conversation: Conversation) -> None:
        conversation.refused.connect(self.refused)
        conversation.noticed.connect(self.noticed)
        if conversation.temporary:
            return
        conversation.created.connect(self._created)
        conversation.answered.connect(self._answered)
        conversation.state_changed.connect(self._titles.cancel)

    def _forget(self, conversation: Conversation) -> None:
        """A temporary chat is left: nothing of it stays but what the memory of a process keeps."""
        memory, self._memory = self._memory, None

        def end(*_: object) -> None:
            if conversation.chat is not None:
                self.gone.emit(conversation.chat.id)
            conversation.retire()
            if memory is not None:
                self._desk.worker.run(memory.close)

        if conversation.count():
            self.noticed.emit(tr("Temporary chat forgotten"))
        if conversation.answering():
            # Its last words are still on their way to it.
            conversation.answered.connect(end)
            conversation.stop()
        else:
            end()

    def _created(self, chat: Chat) -> None:
        self._chats.insert(0, chat)
        self.list_changed.emit()
        if self._current.chat is not None and self._current.chat.id == chat.id:
            self._remember(chat.id)

    def _answered(self, message: Message) -> None:
        chat = self._find(message.chat_id)
        if chat is not None:
            self._replace(chat.id, updated_at=max(chat.updated_at, message.created_at))
        conversation = self._busy.pop(message.chat_id, None)
        if conversation is not None and conversation is not self._current:
            conversation.retire()
        self.answered.emit(message.chat_id)
        if chat is not None and chat.title_origin is TitleOrigin.WORDS:
            self._titles.propose(chat, message)

    def _model_title(self, chat_id: int, title: str) -> None:
        self._rename(chat_id, title, TitleOrigin.MODEL)

    def _rename(self, chat_id: int, title: str, origin: TitleOrigin) -> None:
        store = self._desk.conversations

        def then(renamed: bool) -> None:
            if renamed:
                self._replace(chat_id, title=title, title_origin=origin)

        self._desk.worker.run(lambda: store.rename(chat_id, title, origin), then, self.refused.emit)

    def _replace(self, chat_id: int, **changes: object) -> None:
        for index, chat in enumerate(self._chats):
            if chat.id == chat_id:
                changed = chat._replace(**changes)  # pyright: ignore[reportArgumentType]
                self._chats[index] = changed
                if "updated_at" in changes:
                    self._chats.sort(key=lambda other: -other.updated_at)
                self._current.replace_chat(changed)
                self.list_changed.emit()
                return

    def _find(self, chat_id: int) -> Chat | None:
        return next((chat for chat in self._chats if chat.id == chat_id), None)

    def _remember(self, chat_id: int | None) -> None:
        self._desk.worker.run(lambda: self._options.put(LAST_CHAT, chat_id), None, self.refused.emit)

    def _reread(self) -> None:
        def then(chats: list[Chat]) -> None:
            self._chats, self._complete = chats, True
            self.list_changed.emit()
            self.changed_elsewhere.emit()
            current = self._current.chat
            if self._current.temporary:
                return
            if current is not None and all(chat.id != current.id for chat in chats):
                self.new_chat()
            else:
                self._current.refresh()

        self._desk.worker.run(self._desk.conversations.list, then, self.refused.emit)
