"""Keeps what the engine knows of each chat, so that none is read twice: when it is left, when nothing happens for a
while, and at the end; and brings it back when the chat is opened, also after a restart.

The engine keeps the recent ones in its own memory (``engine.prompt_cache``) and tells which; this is about the files,
and about what is read ahead while somebody types. Nothing depends on any of it: what fails costs time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.models import EngineState
from desktop.errors import AppError
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.child.bulk import Bulk
    from desktop.engine import protocol
    from desktop.services.conversation import Conversation
    from desktop.services.models import ModelService
    from desktop.services.state_files import StateFiles

log = logging.getLogger(__name__)

IDLE_MS = 30_000
PAUSE_MS = 250
"""Typing pauses after so long without a key."""
CLOSING_S = 3.0


class PromptCache(QObject):
    """One for the window's engine.

    Signals:
        kept: number of a chat whose state is on disk now.
        held: a ``protocol.Held``: the chats that need not be read, and the tokens of the one in use.
    """

    kept = Signal(object)
    held = Signal(object)

    def __init__(self, models: ModelService, files: StateFiles) -> None:
        super().__init__()
        self._models = models
        self._files = files
        # A thread of its own: it waits for the engine, which may be in the middle of an answer.
        self._worker = Worker("states", self)
        self._shown: Conversation | None = None
        self._reads_ahead, self._on_battery = True, False
        self._here: set[int] = set()
        self._changed: set[int] = set()
        self._names: set[str] = set()
        """The files that there are: a chat is brought back before anything else reaches the engine."""
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.keep_all)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._read_ahead)
        models.loading.connect(self._loading)
        models.loaded.connect(self._loaded)
        models.held.connect(self._held)
        models.set_farewell(self._farewell)

    def set_reading_ahead(self, *, on: bool, on_battery: bool) -> None:
        """Whether what is typed is read at once, and whether also without a mains supply."""
        self._reads_ahead, self._on_battery = on, on_battery

    def set_limit(self, most_bytes: int) -> None:
        """What the states may take on disk; 0: as much as Snug finds right."""
        self._worker.run(lambda: self._files.limit(most_bytes))

    # --- what happens to chats

    def show(self, conversation: Conversation) -> None:
        """This chat is looked at now; what was looked at before is kept."""
        if self._shown is conversation:
            return
        if self._shown is not None:
            self._shown.typed.disconnect(self._pause.start)
        self.keep_all()
        self._shown = conversation
        conversation.typed.connect(self._pause.start)
        self._bring_in()

    def answered(self, chat: int) -> None:
        """The engine knows more of this chat than the disk does."""
        self._changed.add(chat)
        self._idle.start()

    def forget(self, chat: int) -> None:
        """A chat is deleted, or was never to be stored: nothing of it stays, here or in the engine."""
        self._changed.discard(chat)
        self._here.discard(chat)
        if self._models.running_engine() is not None:
            self._models.engine.forget(chat)
        self._worker.run(lambda: self._files.forget([chat]))

    # --- keeping

    def keep_all(self, then: Callable[[], None] | None = None) -> None:
        """Write down what the engine knows and the disk does not."""
        self._idle.stop()
        for chat in sorted(self._changed):
            self._keep(chat)
        self._changed.clear()
        if then is not None:
            self._worker.run(lambda: None, lambda _: then())

    def _farewell(self, then: Callable[[], None]) -> None:
        """The model goes, and what it knows with it: that is written down first, if there is anything, as far as three
        seconds go."""
        engine = self._models.running_engine()
        if engine is None or not self._changed:
            then()
            return
        engine.stop_all()
        self.keep_all(then)
        QTimer.singleShot(round(CLOSING_S * 1000), self, then)

    def close(self) -> None:
        """The app ends: what is worth it is on disk when this returns, or after three seconds nothing more is."""
        self._idle.stop()
        self._pause.stop()
        engine = self._models.running_engine()
        if engine is None or not self._changed:
            return
        engine.stop_all()
        self.keep_all()
        engine.flush()
        with suppress(TimeoutError):
            self._worker.wait(lambda: None, CLOSING_S)

    def end(self) -> None:
        """After the engine is gone: nothing waits for it any more."""
        self._worker.shut()

    def _keep(self, chat: int) -> None:
        engine, kind = self._models.running_engine(), self._models.state_kind()
        bulk = engine.bulk if engine is not None else None
        if engine is None or bulk is None or not kind:
            return
        engine.keep(chat)

        def work() -> bool:
            from desktop.child.bulk import Broken

            blocks = bulk.read()
            try:
                written = self._files.write(chat, kind, blocks)
                for _ in blocks:
                    pass  # what a full disk left over
            except Broken:
                return False
            return written

        def then(written: bool) -> None:
            if written:
                self._names.add(self._files.name(chat, kind))
                self.kept.emit(chat)

        self._worker.run(work, then)

    # --- bringing back

    def _loading(self) -> None:
        self._worker.run(self._files.names, self._names.update)

    def _loaded(self) -> None:
        self._here.clear()
        self._changed.clear()
        self._bring_in()

    def _held(self, event: protocol.Held) -> None:
        self._here = set(event.chats)
        self.held.emit(event)

    def _number(self) -> int:
        chat = self._shown.chat if self._shown is not None else None
        return chat.id if chat is not None else 0

    def _bring_in(self) -> None:
        """The chat that is looked at is likely to be asked about next."""
        chat, kind, engine = self._number(), self._models.state_kind(), self._models.running_engine()
        if not chat or not kind or engine is None:
            return
        bulk = engine.bulk
        if chat in self._here:
            engine.open_chat(chat)
        elif self._files.name(chat, kind) in self._names and bulk is not None:
            engine.restore(chat)
            self._worker.run(
                lambda: _send(bulk, self._files.read(chat, kind)), lambda sent: self._sent(chat, kind, sent)
            )

    def _sent(self, chat: int, kind: str, sent: bool) -> None:
        if not sent:
            self._names.discard(self._files.name(chat, kind))

    # --- reading ahead

    def _read_ahead(self) -> None:
        shown = self._shown
        if shown is None or self._models.state() is not EngineState.READY or not self._reads_ahead:
            return
        if not (self._on_battery or _has_power()):
            return

        def then(messages: Sequence[protocol.PromptMessage]) -> None:
            if shown is self._shown and self._models.state() is EngineState.READY:
                self._models.engine.read_ahead(self._number(), messages)

        shown.with_draft(then)


def _send(bulk: Bulk, pieces: Generator[bytes]) -> bool:
    from desktop.child.bulk import Broken

    try:
        bulk.write(pieces)
    except (Broken, OSError) as error:
        log.info("a state was not brought back: %s", type(error).__name__)
    except AppError as error:
        log.info("a state was damaged and is gone (%s)", error.detail)
    else:
        return True
    return False


def _has_power() -> bool:
    """Not on battery: what is read ahead may be for nothing."""
    import psutil  # with the first use: the window does not wait for it

    battery = psutil.sensors_battery()
    return battery is None or bool(battery.power_plugged)
