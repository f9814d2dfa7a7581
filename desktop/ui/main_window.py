"""The window, wired to the services: every wish of the user goes to one of them, every change of theirs is shown.

The services are made elsewhere and handed in; this is the only module of the window that knows them. ``style.dress``
is to be called before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from desktop.domain.chat import Chat, SearchHit
from desktop.domain.models import EngineState, InstalledModel
from desktop.domain.names import speed_text
from desktop.errors import AppError
from desktop.translation import tr
from desktop.ui.chat.room import TranscriptFactory
from desktop.ui.frame import Frame
from desktop.ui.model_choice import ModelChoice
from desktop.ui.models.home import ModelsHome
from desktop.ui.preferences import LOOKS, Settings
from desktop.ui.sidebar.filing import Filing
from desktop.ui.talk import Talk
from desktop.ui.theme import Appearance, Choice, Theme

if TYPE_CHECKING:
    from desktop.domain.benchmark import Benchmark
    from desktop.domain.listing import Detail
    from desktop.services.computer import Computer
    from desktop.services.memory_settings import MemorySettings
    from desktop.ui.first_run.welcome import Chosen
    from desktop.ui.inspector.inspector import Inspector
    from desktop.ui.searching import Searching
    from desktop.ui.settings.general_page import GeneralPage
    from desktop.ui.settings.pages import SettingsPages
    from desktop.ui.settings.privacy_page import PrivacyPage

# What is opened later (menus, search, dialogs) is imported then: the window does not wait for it at the start.


class MainWindow(Frame):
    """``chats``, ``models`` and ``folders`` are the services; ``open_link`` opens an address outside Snug, after the
    user agreed; ``placement`` makes the service that says and changes how the model is loaded; without it there is no
    inspector.
    ``make_shelf`` makes the one that keeps the models at home, ``reveal`` shows a file in its folder.

    Signals:
        lock_requested: the chats are to leave the screen.
        deletion_requested: everything is to be deleted, and the word for it was typed.
        welcomed: what somebody wants to begin with (``Chosen``).
        welcome_requested: the first steps are wanted (again).
    """

    lock_requested = Signal()
    deletion_requested = Signal()
    welcomed = Signal(object)
    welcome_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        chats: Any,
        models: Any,
        folders: Any,
        settings: Settings,
        transcript_factory: TranscriptFactory,
        open_link: Callable[[str], None],
        make_general_page: Callable[[Theme], GeneralPage] | None = None,
        make_privacy_page: Callable[[Theme], PrivacyPage] | None = None,
        make_benchmarks: Callable[[], Any] | None = None,
        memory: MemorySettings | None = None,
        placement: Callable[[], Any] | None = None,
        make_shelf: Callable[[], Any] | None = None,
        make_shop: Callable[[], Any] | None = None,
        reveal: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(theme, settings, transcript_factory)
        self._chats = chats
        self._models = models
        self._make_general_page = make_general_page
        self._make_privacy_page = make_privacy_page
        self._make_benchmarks = make_benchmarks
        self._memory = memory
        self._benchmarks: Any = None
        self._placement = placement
        self._settings_pages: SettingsPages | None = None
        self._searching: Searching | None = None
        self._conversation: Any = None
        self._wanted: int | None = None
        self.models = ModelChoice(theme, self, models, self._told_in_conversation, self._speed)
        self.models.changed.connect(self.room.set_engine)
        # The dot of a model that is busy is the one thing that moves by itself.
        theme.motion_changed.connect(self.models.tell)
        self.home: ModelsHome | None = None
        if make_shelf is not None:
            self.home = ModelsHome(theme, models, make_shelf, make_shop, reveal, self._speed, self)
        self.filing = Filing(self, chats, folders)
        self.talk = Talk(self, chats, open_link)
        self.talk.done.connect(self.focus_composer)
        self._connect_sidebar()
        self._connect_room()
        self._connect_services()
        self._add_shortcuts()
        self._show_chats()
        self._show_conversation()
        if placement is not None:
            self.add_dock(self._make_inspector)
        self.room.composer.editor.setFocus()

    # Wiring

    def _connect_sidebar(self) -> None:
        sidebar = self.sidebar
        sidebar.new_chat_requested.connect(self.new_chat)
        sidebar.search_requested.connect(self.open_search)
        sidebar.models_requested.connect(self.open_shelf)
        sidebar.settings_requested.connect(self.open_settings)
        sidebar.badge.clicked.connect(lambda: self.open_settings("privacy"))
        sidebar.list.open_requested.connect(self._open_chat)
        self.room.header.new_chat_requested.connect(self.new_chat)
        self.room.header.model.clicked.connect(self.open_models)
        self.room.header.inspector_requested.connect(self.toggle_inspector)

    def _connect_room(self) -> None:
        room = self.room
        room.renamed.connect(self._chats.rename)
        room.failure_chosen.connect(self._failure_chosen)
        room.find_model_requested.connect(lambda: self.open_shelf("discover"))
        if self.home is not None:
            self._connect_home(self.home)

    def _connect_home(self, home: ModelsHome) -> None:
        self.models_dropped.connect(home.take)
        home.told.connect(self._noticed)
        home.refused.connect(self._refused)
        home.closed.connect(self.focus_composer)
        home.chat_requested.connect(self._chat_with)
        home.benchmark_requested.connect(self._measure)
        home.link_activated.connect(self.talk.open_link)

    def _connect_services(self) -> None:
        self._chats.list_changed.connect(self._show_chats)
        self._chats.opened.connect(self._opened)
        self._chats.refused.connect(self._refused)
        self._chats.noticed.connect(self._noticed)
        self._models.noticed.connect(self._noticed)
        # The first word of the models comes after the first picture.
        self._models.changed.connect(self._know_speeds)
        # That the engine failed is told by its state, in the conversation or on a page of its own.
        self._models.refused.connect(self._refused)

    def _add_shortcuts(self) -> None:
        for keys, action in (
            ("Ctrl+N", self.new_chat),
            ("Ctrl+Shift+N", self.new_temporary),
            ("Ctrl+K", self.open_search),
            ("Ctrl+L", self.focus_composer),
            ("Ctrl+I", self.toggle_inspector),
            ("Ctrl+M", self.open_models),
            ("Ctrl+R", self.talk.regenerate_last),
            ("Ctrl+,", self.open_settings),
            ("Ctrl+Shift+L", self.lock_requested.emit),
            ("F6", self._to_next_area),
            ("Shift+F6", self._to_previous_area),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(self._shortcut, action))

    def _shortcut(self, action: Callable[[], None]) -> None:
        # A question that is open has to be answered first; the search gives way to whatever is asked for.
        if self._asking():
            return
        if self._searching is not None and self._searching.is_open():
            self._searching.close()
        action()

    def _asking(self) -> bool:
        from desktop.ui.parts.overlay import Overlay

        return any(overlay.isVisible() and not overlay.closes_outside for overlay in self.findChildren(Overlay))

    # What the keyboard reaches from everywhere

    def new_chat(self) -> None:
        self._chats.new_chat()
        self.focus_composer()

    def new_temporary(self) -> None:
        """A chat that is never stored."""
        self._chats.new_temporary()
        self.focus_composer()

    def focus_composer(self) -> None:
        self.show_chats()
        self.room.composer.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_search(self) -> None:
        if self._searching is None:
            self._searching = self._make_search()
        self._searching.open()

    def _make_search(self) -> Searching:
        from desktop.ui.searching import Searching

        commands: dict[str, Callable[[], object]] = {
            "new": self.new_chat,
            "temporary": self.new_temporary,
            "rename": self.room.header.title.edit,
            "pin": self._pin,
            "delete": self._delete,
            "folder": self.filing.ask_for_folder,
            "regenerate": self.talk.regenerate_last,
            "models": self.open_models,
            "add": self.models.add,
            "shelf": lambda: self.open_shelf("installed"),
            "discover": lambda: self.open_shelf("discover"),
            "lock": self.lock_requested.emit,
            "settings": self.open_settings,
            "general": partial(self.open_settings, "general"),
            "privacy": partial(self.open_settings, "privacy"),
            "memory": partial(self.open_settings, "memory"),
            "benchmark": partial(self.open_settings, "benchmark"),
            "keyboard": partial(self.open_settings, "keyboard"),
            "about": partial(self.open_settings, "about"),
            "welcome": self.welcome_requested.emit,
            **{look.value: partial(self._choose_look, look) for look in Appearance},
        }
        if self._dock is not None:
            commands["inspector"] = self.open_inspector
        searching = Searching(self.theme, self, self._chats, commands)
        searching.hit_chosen.connect(self._open_hit)
        self.ring.raise_()
        return searching

    def open_models(self) -> None:
        self.models.open_below(self.room.header.model)

    def open_shelf(self, page: str = "") -> None:
        """The models at home, at a page (``installed``) or the one that was open last."""
        if self.home is None:
            return
        self._know_speeds()
        room = self.home.room()
        self.sidebar.settings.set_open(False)
        self.show_other(room)
        self.sidebar.models.set_open(True)
        self.ring.raise_()
        room.open(page)

    def _chat_with(self, model_id: int) -> None:
        self._models.choose(model_id)
        self.new_chat()

    def _measure(self, model_id: int) -> None:
        """The page of the settings measures the current model, and says how it goes."""
        current = self._models.current()
        if current is None or current.id != model_id:
            self._models.choose(model_id)
        self.open_settings("benchmark")

    def show_welcome(self, computer: Computer, model: Detail | None, keychain: str) -> None:
        """The first steps; ``welcomed`` follows."""
        from desktop.ui.first_run.welcome import Welcome

        welcome = Welcome(self.theme, self, computer, model, keychain)
        welcome.chosen.connect(self._begin_with)
        self.ring.raise_()
        welcome.ask()
        if self._toast is not None:
            # What was told a moment ago is still to be read.
            self._toast.raise_()

    def _begin_with(self, chosen: Chosen) -> None:
        self.welcomed.emit(chosen)
        if chosen.model and self.home is not None:
            self.open_shelf("discover")
            self.home.fetch(chosen.model)
        if chosen.passphrase:
            self.open_settings("privacy")
            assert self._settings_pages is not None
            self._settings_pages.ask_for_passphrase()

    def open_inspector(self) -> None:
        """The second room, with the settings of the model."""
        self.show_chats()
        if self._dock is not None:
            self._dock.open()

    def toggle_inspector(self) -> None:
        if self._dock is not None and self._dock.is_shown():
            self._dock.close()
        elif self._dock is not None:
            self.open_inspector()

    def _make_inspector(self) -> Inspector:
        assert self._placement is not None
        from desktop.ui.inspector.inspector import Inspector

        inspector = Inspector(self.theme, self._placement(), self)
        inspector.set_loading(self._models.state() is EngineState.LOADING)
        inspector.closed.connect(self.toggle_inspector)
        self.models.changed.connect(lambda view: inspector.set_loading(view.state is EngineState.LOADING))
        self.ring.raise_()
        return inspector

    def open_settings(self, page: str = "") -> None:
        """The settings, at a page (``general``, ``privacy``, ``benchmark``), or the one that was open."""
        if self._settings_pages is None:
            self._settings_pages = self._make_settings()
        room = self._settings_pages.room
        self.sidebar.models.set_open(False)
        self.show_other(room)
        self.sidebar.settings.set_open(True)
        room.open(page)

    def _make_settings(self) -> SettingsPages:
        from desktop.ui.settings.pages import SettingsPages

        self._know_speeds()
        pages = SettingsPages(
            self.theme, self._make_general_page, self._make_privacy_page, self._memory, self._benchmarks, self
        )
        pages.told.connect(self.toast.tell)
        pages.look_chosen.connect(self._choose_look)
        pages.deletion_requested.connect(self.deletion_requested)
        pages.link_activated.connect(self.talk.open_link)
        pages.room.closed.connect(self.focus_composer)
        self.ring.raise_()
        return pages

    def show_chats(self) -> None:
        super().show_chats()
        self.sidebar.settings.set_open(False)
        self.sidebar.models.set_open(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self._toast is not None and self._toast.isVisible() and not self._conversation.answering():
                self._toast.dismiss()
            elif not self.room.isVisible():
                self.focus_composer()
            else:
                self.room.composer.escape()
        elif self._is_typing(event):
            # Words that nobody else wants are meant for the message.
            self.room.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            QApplication.sendEvent(self.room.composer.editor, event)
        else:
            super().keyPressEvent(event)

    def _is_typing(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        covered = self._asking() or (self._searching is not None and self._searching.is_open())
        return (
            plain
            and not covered
            and self.room.isVisible()
            and bool(event.text().strip())
            and event.text().isprintable()
        )

    # Chats

    def _show_chats(self) -> None:
        self.filing.show()
        self._mark_open()

    def _mark_open(self) -> None:
        chat = self._conversation.chat if self._conversation is not None else None
        self.sidebar.list.set_open(chat.id if chat is not None else None)

    def _opened(self, _conversation: object) -> None:
        self._show_conversation()

    def _show_conversation(self) -> None:
        old, self._conversation = self._conversation, self._chats.current()
        if old is not self._conversation:
            if old is not None:
                old.chat_changed.disconnect(self._mark_open)
                old.rows_inserted.disconnect(self._conversation_grew)
                old.reset.disconnect(self._reveal)
            self._conversation.chat_changed.connect(self._mark_open)
            self._conversation.rows_inserted.connect(self._conversation_grew)
        self._wanted = None
        self.room.set_conversation(self._conversation)
        if old is not self._conversation:
            # After the transcript, which has to know the rows first.
            self._conversation.reset.connect(self._reveal)
        self._mark_open()
        self.filing.tell_place()
        self.models.tell()

    def _conversation_grew(self, _first: int, _last: int) -> None:
        # A failure page gives way to the message that says the same in its place.
        if self._models.state() is EngineState.FAILED:
            self.models.tell()

    def _open_chat(self, chat_id: int) -> None:
        by_keyboard = self.sidebar.list.hasFocus() and self.ring.target() is not None
        self._chats.open(chat_id)
        if not by_keyboard:
            self.focus_composer()

    def _stored_chat(self) -> Chat | None:
        """The chat that is open, unless it is a temporary one."""
        return None if self._conversation.temporary else self._conversation.chat

    def _pin(self) -> None:
        chat = self._stored_chat()
        if chat is not None:
            self._chats.set_pinned(chat.id, not chat.pinned)

    def _delete(self) -> None:
        chat = self._stored_chat()
        if chat is not None:
            self._chats.delete(chat.id)

    def _noticed(self, sentence: str) -> None:
        self.toast.tell(sentence)

    def _refused(self, error: AppError) -> None:
        self.toast.tell(error.sentence, warning=True)

    def _open_hit(self, hit: SearchHit) -> None:
        self._chats.open(hit.chat_id)
        self._wanted = hit.message_id
        self._reveal()
        self.focus_composer()

    def _reveal(self) -> None:
        """Scroll to the message that was searched for, as soon as the chat has been read."""
        if self._wanted is None:
            return
        row = self._conversation.row_of(self._wanted)
        if row is not None:
            self._wanted = None
            self.room.transcript.scroll_to_row(row)

    # Models

    def _told_in_conversation(self) -> bool:
        conversation = self._conversation
        count = conversation.count() if conversation is not None else 0
        message = conversation.message(count - 1) if count else None
        return message is not None and bool(message.failure)

    def _know_speeds(self) -> None:
        if self._benchmarks is None and self._make_benchmarks is not None:
            self._benchmarks = self._make_benchmarks()
            self._benchmarks.ended.connect(self._benchmark_ended)
            if self.home is not None:
                self._benchmarks.changed.connect(self.home.tell)

    def _speed(self, model: InstalledModel) -> float:
        return self._benchmarks.speed(model) if self._benchmarks is not None else 0.0

    def _benchmark_ended(self, found: Benchmark | None) -> None:
        """The page says it; whoever is back in a chat hears it there."""
        if not self.room.isVisible():
            return
        if found is not None:
            said = tr("{name} is measured: it writes {speed}")
            self.toast.tell(said.format(name=found.name, speed=speed_text(found.speed)))
        else:
            self.toast.tell(self._benchmarks.note())

    def _failure_chosen(self, key: str, argument: str) -> None:
        self.models.answer(key, argument)
        self.focus_composer()

    # Appearance

    def _choose_look(self, choice: Choice) -> None:
        self.theme.choose(choice)
        self._settings.put(LOOKS[type(choice)], choice.value)

    def _to_next_area(self) -> None:
        self.next_area(1)

    def _to_previous_area(self) -> None:
        self.next_area(-1)
