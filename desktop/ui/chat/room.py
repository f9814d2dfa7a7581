"""The room: one inset sheet with the header, the conversation (or what stands in for it) and the composer.

It follows one conversation and the state of the engine. What the buttons outside the conversation do is decided by the
window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain import names
from desktop.domain.models import EngineState
from desktop.translation import tr
from desktop.ui import wording
from desktop.ui.chat.composer import Composer, ComposerState
from desktop.ui.chat.header import Header
from desktop.ui.chat.summary_bar import SummaryBar
from desktop.ui.engine_watch import EngineView
from desktop.ui.parts import paint
from desktop.ui.sidebar.chat_model import UNTITLED
from desktop.ui.theme import Theme, radius

if TYPE_CHECKING:
    from desktop.ui.chat.failure_page import FailurePage
    from desktop.ui.chat.pages import Greeting

TranscriptFactory = Callable[[Theme, QWidget], QWidget]


class Room(QWidget):
    """Signals:
    failure_chosen: key and argument of a choice on the failure page.
    find_model_requested: from the greeting.
    renamed: id of the chat, new title.
    """

    failure_chosen = Signal(str, str)
    find_model_requested = Signal()
    renamed = Signal(int, str)

    def __init__(self, theme: Theme, transcript_factory: TranscriptFactory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._conversation: Any = None
        self._sent: str | None = None
        self._sent_at = 0
        self._engine = EngineView()
        self._failure_page: FailurePage | None = None
        self._greeting: Greeting | None = None
        self.setObjectName("room")
        self.setAccessibleName(tr("Conversation"))
        self.header = Header(theme)
        self.header.title.renamed.connect(self._renamed)
        self.header.menu_requested.connect(self.open_menu)
        self.transcript: Any = transcript_factory(theme, self)
        self.summary = SummaryBar(theme)
        self.summary.stop_requested.connect(self._stop_summary)
        self.composer = Composer(theme)
        self.composer.submitted.connect(self._submit)
        self.composer.stop_requested.connect(self._stop)
        self.composer.text_edited.connect(self._draft)
        self.stage = QStackedWidget()
        self.stage.addWidget(self.transcript)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.stage, 1)
        column.addWidget(self.summary)
        column.addWidget(self.composer)

    # Which conversation

    def conversation(self) -> Any:
        return self._conversation

    def set_conversation(self, conversation: Any) -> None:
        """Show another conversation, with its draft."""
        if conversation is not self._conversation:
            self._follow(conversation)
        self._sent = None
        self.transcript.set_source(conversation)
        self.composer.set_text(conversation.draft() if conversation is not None else "")
        self._show_chat()
        self._show_progress()
        self._show_memory()
        self._show_state()

    def _follow(self, conversation: Any) -> None:
        old, self._conversation = self._conversation, conversation
        if old is not None:
            old.reset.disconnect(self._reset)
            old.draft_returned.disconnect(self._draft_returned)
            old.rows_inserted.disconnect(self._rows_changed)
            old.progress_changed.disconnect(self._show_progress)
            old.state_changed.disconnect(self._show_state)
            old.chat_changed.disconnect(self._show_chat)
            old.memory_changed.disconnect(self._show_memory)
        if conversation is not None:
            conversation.reset.connect(self._reset)
            conversation.draft_returned.connect(self._draft_returned)
            conversation.rows_inserted.connect(self._rows_changed)
            conversation.progress_changed.connect(self._show_progress)
            conversation.state_changed.connect(self._show_state)
            conversation.chat_changed.connect(self._show_chat)
            conversation.memory_changed.connect(self._show_memory)

    # What the engine does

    def set_engine(self, engine: EngineView) -> None:
        """The model and what it is doing."""
        self._engine = engine
        model = engine.model
        name, quant = (model.name, model.quant) if model is not None else ("", "")
        self.header.model.set_model(name, quant, engine.state, engine.progress)
        # How much the model remembers is known when it has started.
        self._show_progress()
        self._show_state()

    def failure_page(self) -> FailurePage:
        """The page of a failure, made when it is needed first."""
        if self._failure_page is None:
            from desktop.ui.chat.failure_page import FailurePage

            self._failure_page = FailurePage(self._theme)
            self._failure_page.chosen.connect(self.failure_chosen)
            self.stage.addWidget(self._failure_page)
        return self._failure_page

    def greeting(self) -> Greeting:
        """The page of a new chat, made when it is needed first."""
        if self._greeting is None:
            from desktop.ui.chat.pages import Greeting

            self._greeting = Greeting(self._theme)
            self._greeting.find_requested.connect(self.find_model_requested)
            self.stage.addWidget(self._greeting)
        return self._greeting

    def centre(self) -> QWidget:
        """What is shown between header and composer."""
        return self.stage.currentWidget()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        area = QRectF(self.rect())
        paint.box(QPainter(self), area, radius("lg"), theme.color("surface"), theme.color("border"))

    # Following

    def _show_state(self) -> None:
        conversation = self._conversation
        answering = conversation is not None and conversation.answering()
        if answering:
            state = ComposerState.ANSWERING
        elif self._engine.restarting:
            state = ComposerState.RESTARTING
        elif self._engine.state in (EngineState.READY, EngineState.BUSY):
            state = ComposerState.READY
        else:
            state = ComposerState.NO_MODEL
        self._show_centre()
        self.composer.set_state(state)

    def _show_centre(self) -> None:
        conversation = self._conversation
        if self._engine.failure is not None:
            page = self.failure_page()
            page.show_failure(self._engine.failure)
            self.stage.setCurrentWidget(page)
            return
        # A chat of the list is never empty: it is only being read, and a greeting would flash by.
        if conversation is None or (conversation.chat is None and conversation.count() == 0):
            model = self._engine.model
            greeting = self.greeting()
            temporary = conversation is not None and conversation.temporary
            greeting.show_state(model.name if model is not None else None, self._engine.starter, temporary)
            self.stage.setCurrentWidget(greeting)
        else:
            self.stage.setCurrentWidget(self.transcript)

    def _show_progress(self) -> None:
        conversation = self._conversation
        if conversation is None:
            self.header.meter.set_context(0, 0)
            return
        used, context = conversation.context()
        # An empty chat has nothing to measure yet.
        self.header.meter.set_context(used, context if used else 0, self._seen() if used and context else "")
        self.composer.set_speed(conversation.speed() if conversation.answering() else 0.0)

    def _seen(self) -> str:
        """What of the chat the model sees."""
        memory = self._conversation.memory()
        first = self._conversation.message(memory.begins) if memory.begins else None
        return wording.seen(memory, names.title_from_words(first.text) if first is not None else "")

    def _show_memory(self) -> None:
        conversation = self._conversation
        self.summary.tell(conversation.summarising() if conversation is not None else None)
        self._show_progress()

    def _show_chat(self) -> None:
        chat = self._conversation.chat if self._conversation is not None else None
        if self._conversation is not None and self._conversation.temporary:
            self.header.title.set_text(tr("Temporary chat"), False)
            return
        self.header.title.set_text((chat.title if chat is not None else "") or tr(UNTITLED), chat is not None)

    def _reset(self) -> None:
        # The draft is read together with the rows; what was typed meanwhile is the draft by now.
        draft = self._conversation.draft()
        if draft != self.composer.text():
            self.composer.set_text(draft)
        self._rows_changed()

    def _draft_returned(self, text: str) -> None:
        """What was sent could not be stored."""
        self._sent = None
        if not self.composer.text():
            self.composer.set_text(text)

    def _rows_changed(self, *_rows: int) -> None:
        if self._sent is not None and self._conversation.count() > self._sent_at:
            # The message is in the conversation now, so the box may let go of it, unless it was changed meanwhile.
            if self.composer.text().strip() == self._sent:
                self.composer.clear()
                self._conversation.set_draft("")
            self._sent = None
        self._show_centre()
        self._show_progress()

    # Doing

    def _submit(self, text: str) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        self._sent, self._sent_at = text, conversation.count()
        conversation.send(text)

    def _stop(self) -> None:
        if self._conversation is not None:
            self._conversation.stop()

    def _stop_summary(self) -> None:
        if self._conversation is not None:
            self._conversation.stop_summary()

    def open_menu(self) -> None:
        """What can be done with this chat."""
        conversation = self._conversation
        if conversation is None:
            return
        # Imported when it is opened first: the window does not wait for it at the start.
        from desktop.ui.menus import ChatMenu

        may_rename = conversation.chat is not None and not conversation.temporary
        menu = ChatMenu(self._theme, self, conversation.at_limit(), may_rename=may_rename)
        menu.rename_requested.connect(self.header.title.edit)
        menu.limit_chosen.connect(conversation.set_at_limit)
        menu.open_below(self.header.more)

    def _draft(self, text: str) -> None:
        if self._conversation is not None:
            self._conversation.set_draft(text)

    def _renamed(self, title: str) -> None:
        chat = self._conversation.chat if self._conversation is not None else None
        if chat is not None:
            self.renamed.emit(chat.id, title)
