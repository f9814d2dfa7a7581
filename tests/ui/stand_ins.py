"""Simple services for the window's tests and pictures: they remember what they were asked and tell at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.domain.chat import AtLimit, Chat, Message, Part, PartKind, Role, SearchHit, TitleOrigin
from desktop.domain.context import Memory, Note
from desktop.domain.folders import Folder, Rule, by_name
from desktop.domain.models import CacheType, EngineState, FlashAttention, InstalledModel, LoadOptions
from desktop.domain.placement import Card, Change, Place, PlacementView
from desktop.errors import AppError
from desktop.storage.folders import Taken
from desktop.translation import tr
from desktop.ui.theme import Theme

TITLES = (
    ("Lease in plain words", 0, True),
    ("Weekly letter to parents", 2, True),
    ("Names out of a spreadsheet", 0, False),
    ("Thank-you note to the choir", 0, False),
    ("Two insurance quotes", 0, False),
    ("Board minutes, 14 April", 1, False),
    ("Sourdough timings for Sunday", 1, False),
    ("Questions for the surgeon", 4, False),
    ("Norwegian verbs, level A2", 9, False),
    ("Notes for the parish archive", 30, False),
)


def some_chats() -> list[Chat]:
    """The chats of the design's pictures, in their order."""
    noon = datetime.now().replace(hour=0, minute=0, second=30)
    chats: list[Chat] = []
    for place, (title, days, pinned) in enumerate(TITLES):
        at = (noon - timedelta(days=days)).timestamp() + 20 - place
        chats.append(Chat(place + 1, title, TitleOrigin.USER, at, at, pinned, place * 10 + 2))
    return chats


def some_models() -> list[InstalledModel]:
    return [
        InstalledModel(1, "/models/deepseek.gguf", "DeepSeek R1 8B", "Q4_K_M", size_bytes=4_900_000_000),
        InstalledModel(2, "/models/qwen.gguf", "Qwen3 4B", "Q4_K_M", size_bytes=2_500_000_000),
        InstalledModel(3, "/models/gemma.gguf", "Gemma 3 12B", "Q4_K_M", size_bytes=7_300_000_000, available=False),
        InstalledModel(4, "/snug/smollm.gguf", "SmolLM2 135M", "Q4_1", size_bytes=98_000_000),
    ]


class FakeSettings:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self.values[key] = value


class FakeConversation(QObject):
    reset = Signal()
    rows_inserted = Signal(int, int)
    row_changed = Signal(int)
    loaded = Signal(int, int)
    streamed = Signal(int, object, str)
    progress_changed = Signal()
    state_changed = Signal()
    chat_changed = Signal()
    memory_changed = Signal()
    draft_returned = Signal(str)

    def __init__(self, chat: Chat | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.chat = chat
        self.messages: list[Message] = []
        self.calls: list[tuple[Any, ...]] = []
        self._draft = ""
        self._answering = False
        self._speed = 0.0
        self._context = (0, 8192)
        self.accepts = True
        self.temporary = False
        self.new_folder: int | None = None
        self.shown_versions: dict[int, tuple[int, int]] = {}
        self.failures: dict[int, tuple[str, str, str]] = {}
        self.remembered = Memory()
        self.summary: float | None = None
        self.limit = AtLimit.DROP

    @property
    def folder_id(self) -> int | None:
        return self.chat.folder_id if self.chat is not None else self.new_folder

    def count(self) -> int:
        return len(self.messages)

    def message(self, row: int) -> Message:
        return self.messages[row]

    def row_of(self, message_id: int) -> int | None:
        return next((row for row, message in enumerate(self.messages) if message.id == message_id), None)

    def versions(self, row: int) -> tuple[int, int]:
        return self.shown_versions.get(row, (0, 1))

    def progress(self) -> tuple[str, float | None] | None:
        return None

    def running_row(self) -> int | None:
        return self.count() - 1 if self._answering else None

    def failure_text(self, row: int) -> tuple[str, str, str] | None:
        return self.failures.get(row)

    def add(self, role: Role, text: str, **more: Any) -> Message:
        number = len(self.messages) + 1
        chat_id = self.chat.id if self.chat is not None else 0
        message = Message(number, chat_id, number - 1 or None, role, (Part(PartKind.TEXT, text),), **more)
        self.messages.append(message)
        self.rows_inserted.emit(number - 1, number - 1)
        return message

    def send(self, text: str) -> None:
        self.calls.append(("send", text))
        if self.accepts:
            self.add(Role.USER, text)
            self.add(Role.ASSISTANT, "")
            self.set_answering(True)

    def stop(self) -> None:
        self.calls.append(("stop",))
        self.set_answering(False)

    def set_answering(self, answering: bool, speed: float = 0.0) -> None:
        self._answering, self._speed = answering, speed
        self.state_changed.emit()
        self.progress_changed.emit()

    def set_context(self, used: int, size: int) -> None:
        self._context = (used, size)
        self.progress_changed.emit()

    def regenerate(self, row: int) -> None:
        self.calls.append(("regenerate", row))

    def edit(self, row: int, text: str) -> None:
        self.calls.append(("edit", row, text))

    def carry_on(self, row: int) -> None:
        self.calls.append(("carry_on", row))

    def switch(self, row: int, step: int) -> None:
        self.calls.append(("switch", row, step))

    def draft(self) -> str:
        return self._draft

    def set_draft(self, text: str) -> None:
        self._draft = text

    def answering(self) -> bool:
        return self._answering

    def speed(self) -> float:
        return self._speed

    def remember(self, memory: Memory, summary: float | None = None) -> None:
        self.remembered, self.summary = memory, summary
        self.memory_changed.emit()

    def memory(self) -> Memory:
        return self.remembered

    def summarising(self) -> float | None:
        return self.summary

    def at_limit(self) -> AtLimit:
        return self.limit

    def set_at_limit(self, at_limit: AtLimit) -> None:
        self.limit = at_limit

    def keep_in_memory(self, row: int, pinned: bool) -> None:
        self.calls.append(("keep_in_memory", row, pinned))
        self.messages[row] = self.messages[row]._replace(pinned=pinned)
        self.row_changed.emit(row)

    def correct_note(self, text: str) -> None:
        self.calls.append(("correct_note", text))

    def forget_note(self) -> None:
        self.calls.append(("forget_note",))

    def put_note_back(self, note: Note) -> None:
        self.calls.append(("put_note_back", note))

    def stop_summary(self) -> None:
        self.calls.append(("stop_summary",))

    def context(self) -> tuple[int, int]:
        return self._context


class FakeChats(QObject):
    list_changed = Signal()
    opened = Signal(object)
    refused = Signal(object)
    chat_deleted = Signal(int, str)
    noticed = Signal(str)

    def __init__(self, chats: list[Chat] | None = None) -> None:
        super().__init__()
        self._chats = {chat.id: chat for chat in (some_chats() if chats is None else chats)}
        self._gone: dict[int, Chat] = {}
        self._open: dict[int, FakeConversation] = {}
        self._current = FakeConversation(None, self)
        self.calls: list[tuple[Any, ...]] = []
        self.searches: list[tuple[str, Callable[[list[SearchHit]], None]]] = []
        self.answers_searches = True
        self.days: dict[int, int | None] = {}

    def chats(self) -> list[Chat]:
        return list(self._chats.values())

    def current(self) -> FakeConversation:
        return self._current

    def new_chat(self) -> None:
        self.calls.append(("new_chat",))
        self._current = FakeConversation(None, self)
        self.opened.emit(None)

    def new_temporary(self) -> None:
        self.calls.append(("new_temporary",))
        self._current = FakeConversation(None, self)
        self._current.temporary = True
        self.opened.emit(None)

    def keep_for(self, chat_id: int, days: int | None) -> None:
        self.calls.append(("keep_for", chat_id, days))
        self.days[chat_id] = days

    def kept_for(self, chat_id: int) -> int | None:
        return self.days.get(chat_id)

    def open(self, chat_id: int) -> None:
        self.calls.append(("open", chat_id))
        conversation = self._open.get(chat_id)
        if conversation is None:
            conversation = FakeConversation(self._chats[chat_id], self)
            conversation.add(Role.USER, "A question")
            conversation.add(Role.ASSISTANT, "An answer")
            self._open[chat_id] = conversation
        self._current = conversation
        self.opened.emit(conversation)

    def rename(self, chat_id: int, title: str) -> None:
        self.calls.append(("rename", chat_id, title))
        self._replace(chat_id, title=title)

    def set_pinned(self, chat_id: int, pinned: bool) -> None:
        self.calls.append(("set_pinned", chat_id, pinned))
        self._replace(chat_id, pinned=pinned)

    def delete(self, chat_id: int) -> None:
        self.calls.append(("delete", chat_id))
        chat = self._gone[chat_id] = self._chats.pop(chat_id)
        self.list_changed.emit()
        if self._current.chat is not None and self._current.chat.id == chat_id:
            self._current = FakeConversation(None, self)
            self.opened.emit(None)
        self.chat_deleted.emit(chat_id, chat.title)

    def undo_delete(self, chat_id: int) -> None:
        self.calls.append(("undo_delete", chat_id))
        self._chats[chat_id] = self._gone.pop(chat_id)
        self.list_changed.emit()

    def fork(self, message_id: int) -> None:
        self.calls.append(("fork", message_id))

    def search(self, text: str, then: Callable[[list[SearchHit]], None]) -> None:
        self.searches.append((text, then))
        if self.answers_searches:
            then(self.find(text))

    def find(self, text: str) -> list[SearchHit]:
        hits: list[SearchHit] = []
        for chat in self._chats.values():
            at = chat.title.casefold().find(text.casefold())
            if at >= 0:
                hits.append(SearchHit(chat.id, chat.title, None, chat.title, ((at, at + len(text)),), time.time()))
        return hits

    def _replace(self, chat_id: int, **changes: Any) -> None:
        chat = self._chats[chat_id] = self._chats[chat_id]._replace(**changes)
        if chat_id in self._open:
            self._open[chat_id].chat = chat
            self._open[chat_id].chat_changed.emit()
        self.list_changed.emit()


class FakeFolders(QObject):
    """Folders of the stand-in's chats; what is done to them is shown at once."""

    changed = Signal()
    deleted = Signal(object)
    refused = Signal(object)

    def __init__(self, chats: FakeChats, folders: list[Folder] | None = None) -> None:
        super().__init__()
        self._chats = chats
        self._folders = {folder.id: folder for folder in folders or []}
        self.calls: list[tuple[Any, ...]] = []
        self.old = 0
        """How many chats any rule would end at once."""

    def have(self, folders: dict[Folder, tuple[int, ...]]) -> None:
        """Let there be these folders, with these chats in them."""
        for folder, chats in folders.items():
            self._folders[folder.id] = folder
            for chat_id in chats:
                self._chats._replace(chat_id, folder_id=folder.id)
        self.changed.emit()

    def folders(self) -> list[Folder]:
        return by_name(list(self._folders.values()))

    def find(self, folder_id: int | None) -> Folder | None:
        return self._folders.get(folder_id) if folder_id is not None else None

    def kept_for(self, chat: Chat) -> int | None:
        folder = self.find(chat.folder_id)
        return self._chats.days.get(chat.id, folder.rule.days if folder is not None else None)

    def keep_for(self, chat: Chat, days: int | None) -> None:
        self._chats.keep_for(chat.id, days)

    def overdue(self, _chat: Chat, folder: Folder) -> bool:
        return folder.rule.days is not None and bool(self.old)

    def count_overdue(self, _folder_id: int, rule: Rule, then: Callable[[int], None]) -> None:
        then(self.old if rule.days is not None else 0)

    def create(self, name: str, rule: Rule, then: Callable[[Folder], None]) -> None:
        self.calls.append(("create", name, rule))
        folder = Folder(max(self._folders, default=0) + 1, name, rule)
        self.have({folder: ()})
        then(folder)

    def rename(self, folder_id: int, name: str) -> None:
        self._change("rename", folder_id, name=name)

    def set_rule(self, folder_id: int, rule: Rule) -> None:
        self._change("set_rule", folder_id, rule=rule)

    def set_open(self, folder_id: int, is_open: bool) -> None:
        self._change("set_open", folder_id, is_open=is_open)

    def move(self, chat_id: int, folder_id: int | None) -> None:
        self.calls.append(("move", chat_id, folder_id))
        self._chats._replace(chat_id, folder_id=folder_id)

    def new_chat(self, folder_id: int) -> None:
        self.calls.append(("new_chat", folder_id))
        if self._folders[folder_id].rule.store:
            self._chats.new_chat()
        else:
            self._chats.new_temporary()
        self._chats.current().new_folder = folder_id
        self._chats.opened.emit(None)

    def delete(self, folder_id: int, *, with_chats: bool = False) -> None:
        self.calls.append(("delete", folder_id, with_chats))
        inside = [chat.id for chat in self._chats.chats() if chat.folder_id == folder_id]
        taken = Taken(self._folders.pop(folder_id), inside, with_chats)
        self.changed.emit()
        self.deleted.emit(taken)

    def undo_delete(self, taken: Taken) -> None:
        self.calls.append(("undo_delete", taken.folder.id))
        self.have({taken.folder: tuple(taken.chats)})

    def _change(self, what: str, folder_id: int, **changes: Any) -> None:
        self.calls.append((what, folder_id, *changes.values()))
        self._folders[folder_id] = self._folders[folder_id]._replace(**changes)
        self.changed.emit()


class FakeModels(QObject):
    changed = Signal()
    template_needed = Signal(object)
    failed = Signal(object)
    refused = Signal(object)
    noticed = Signal(str)

    def __init__(self, models: list[InstalledModel] | None = None, current: int | None = 1) -> None:
        super().__init__()
        self._models = some_models() if models is None else models
        self._current = current
        self._state = EngineState.READY if current is not None else EngineState.NOT_LOADED
        self._failure: AppError | None = None
        self._said = ""
        self._progress = 0.0
        self.safer: tuple[int, int] | None = None
        self.calls: list[tuple[Any, ...]] = []

    def be(self, state: EngineState, failure: AppError | None = None, said: str = "", progress: float = 0.0) -> None:
        """Let the engine come into a state."""
        self._state, self._failure, self._said, self._progress = state, failure, said, progress
        self.changed.emit()

    def have(self, models: list[InstalledModel], current: int | None = 1) -> None:
        """Let there be other models."""
        self._models, self._current = models, current
        self.changed.emit()

    def models(self) -> list[InstalledModel]:
        return list(self._models)

    def rest(self) -> None:
        self.calls.append(("rest",))
        self.be(EngineState.NOT_LOADED)

    def allow(self, model_id: int) -> None:
        self.calls.append(("allow", model_id))

    def current(self) -> InstalledModel | None:
        return next((model for model in self._models if model.id == self._current), None)

    def state(self) -> EngineState:
        return self._state

    def load_progress(self) -> float:
        return self._progress

    def failure(self) -> AppError | None:
        return self._failure

    def engine_said(self) -> str:
        return self._said

    def is_starter(self, model: InstalledModel) -> bool:
        return model.id == 4

    def choose(self, model_id: int) -> None:
        self.calls.append(("choose", model_id))
        self._current = model_id
        self.be(EngineState.LOADING)

    def add(self, path: str) -> None:
        self.calls.append(("add", path))

    def remove(self, model_id: int) -> None:
        self.calls.append(("remove", model_id))
        self._models = [model for model in self._models if model.id != model_id]
        self.changed.emit()

    def retry(self) -> None:
        self.calls.append(("retry",))
        self.be(EngineState.LOADING)

    def safer_context(self) -> tuple[int, int] | None:
        return self.safer

    def load_safely(self) -> None:
        self.calls.append(("load_safely",))

    def load_on_processor(self) -> None:
        self.calls.append(("load_on_processor",))
        self.be(EngineState.LOADING)

    def choose_template(self, model_id: int, name: str) -> None:
        self.calls.append(("choose_template", model_id, name))

    def template_names(self) -> list[str]:
        return ["chatml", "gemma", "llama-3", "mistral", "plain"]


GB = 2**30
CARD = Place("Graphics card", "RTX 3050", 6 * GB, round(0.9 * GB), 0, 0)
MAIN = Place("Main memory", "RAM", 16 * GB, round(6.2 * GB), 0, 0)
_PRECISION = {CacheType.F16: 1.0, CacheType.Q8_0: 0.53, CacheType.Q4_0: 0.28}


class FakePlacement(QObject):
    """The model of the design's pictures: 33 layers, 4.9 GB of weights, 1.1 GB for 8,192 tokens."""

    changed = Signal()

    def __init__(self, gpu_layers: int = 18, cards: int = 1, **more: Any) -> None:
        super().__init__()
        self.loaded = LoadOptions(gpu_layers=gpu_layers)
        self.options = self.loaded
        self.cards = cards
        self.more = more
        """Fields of the view that are to be other than worked out."""
        self.has_model = True
        self.calls: list[tuple[Any, ...]] = []

    def view(self) -> PlacementView | None:
        if not self.has_model:
            return None
        options = self.options
        context = options.context_length or 8192
        memory = 1.1 * GB * context / 8192 * _PRECISION[options.cache_type]
        each = (4.9 * GB + memory) / 33
        fits = min(33, int((6 - 0.9 - 0.35) * GB * self.cards / each))
        if not self.cards:
            fits = 0
        layers = options.gpu_layers if options.gpu_layers >= 0 else fits
        share = layers / 33
        cards = [
            CARD._replace(
                name=tr("Graphics card") if self.cards == 1 else _card(number + 1),
                weights=round(4.9 * GB * share / self.cards),
                memory=round(memory * share / self.cards),
                short=tr("Graphics") if self.cards == 1 else tr("Card {number}").format(number=number + 1),
            )
            for number in range(self.cards)
        ]
        main = MAIN._replace(
            name=tr("Main memory"),
            short=tr("Main"),
            weights=round(4.9 * GB * (1 - share)),
            memory=round(memory * (1 - share)),
        )
        problem = remedy = ""
        if layers > fits:
            over = sum(card.missing for card in cards) / GB
            problem = f"{over:.1f} GB more than the graphics card has. The model may not load."
            remedy = f"Use {fits} instead"
        view = PlacementView(
            "DeepSeek R1 8B",
            options,
            layers,
            33,
            fits,
            (*cards, main),
            measured=options == self.loaded,
            cards=self._cards(layers) if self.cards > 1 else (),
            problem=problem,
            remedy=remedy,
            context_length=context,
            trained_context=131_072,
            threads=options.threads or 6,
            cores=8,
            changes=self._changes(),
            tokens_per_second=42.0,
            expected=49.0 if layers == 22 and self.loaded.gpu_layers != 22 else 0.0,
        )
        return view._replace(**self.more)

    def _cards(self, layers: int) -> tuple[Card, ...]:
        """Alike, named as llama.cpp names them; the last one of those that are used takes what is left over."""
        keys = [f"CUDA{number}" for number in range(self.cards)]
        used = [key for key in keys if not self.options.devices or key in self.options.devices]
        parts = dict(zip(used, self.options.tensor_split or [100 / len(used)] * len(used), strict=True))
        counts = {key: round(layers * part / 100) for key, part in parts.items()}
        return tuple(
            Card(
                key,
                _card(number),
                CARD.detail,
                key in used,
                counts.get(key, 0),
                round(parts.get(key, 0)),
            )
            for number, key in enumerate(keys, 1)
        )

    def be(self, **fields: Any) -> None:
        """Let the view say something else."""
        self.more |= fields
        self.changed.emit()

    def choose(self, **fields: Any) -> None:
        self.calls.append(("choose", fields))
        self.options = self.options._replace(**fields)
        self.changed.emit()

    def take_remedy(self) -> None:
        self.calls.append(("take_remedy",))
        view = self.view()
        assert view is not None
        self.options = self.options._replace(gpu_layers=view.fits)
        self.changed.emit()

    def undo(self) -> None:
        self.calls.append(("undo",))
        self.options = self.loaded
        self.changed.emit()

    def apply(self) -> None:
        self.calls.append(("apply",))
        self.loaded = self.options
        self.changed.emit()

    def _changes(self) -> tuple[Change, ...]:
        names = {
            "gpu_layers": tr("GPU layers"),
            "devices": tr("Graphics cards"),
            "tensor_split": tr("Shared out"),
            "context_length": tr("Context"),
            "threads": tr("Threads"),
            "cache_type": tr("Memory detail"),
            "flash_attention": tr("Flash attention"),
        }
        pairs = zip(LoadOptions._fields, self.loaded, self.options, strict=True)
        return tuple(
            Change(names.get(name, name), _said(before), _said(after))
            for name, before, after in pairs
            if before != after
        )


def _card(number: int) -> str:
    return tr("Graphics card {number}").format(number=number)


def _said(value: object) -> str:
    """A choice in words, about as the service puts it."""
    if isinstance(value, tuple):
        return ", ".join(map(str, cast("tuple[object, ...]", value))) or tr("Auto")
    if isinstance(value, FlashAttention):
        from desktop.services.placement import FLASH_WORDS

        return tr(FLASH_WORDS[value])
    return str(value)


class Placeholder(QWidget):
    """Stands where the transcript will be."""

    link_activated = Signal(str)
    save_requested = Signal(str, str)
    edit_submitted = Signal(int, str)
    regenerate_requested = Signal(int)
    version_requested = Signal(int, int)
    fork_requested = Signal(int)
    carry_on_requested = Signal(int)
    pin_requested = Signal(int, bool)
    note_corrected = Signal(str)
    note_removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.conversation: FakeConversation | None = None
        self.scrolled_to: list[int] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("transcript")
        column = QVBoxLayout(self)
        label = QLabel("The conversation")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)

    def scroll_to_row(self, row: int) -> None:
        self.scrolled_to.append(row)

    def order_focus(self) -> None:
        """There is nothing in it to order."""

    def set_source(self, conversation: FakeConversation | None) -> None:
        self.conversation = conversation
