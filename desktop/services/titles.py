"""Better titles: while nothing else is to do, a model that is able to is asked for one.

Runs in the engine's second sequence, so the chat's own place in the KV cache stays as it is, and gives way at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import names
from desktop.domain.chat import Chat, Message, PartKind, Role, Sampling
from desktop.domain.models import EngineState

if TYPE_CHECKING:
    from desktop.engine import protocol
    from desktop.services.desk import Desk

IDLE_MS = 1500
ABLE_PARAMETERS = 900_000_000
"""Smaller models write titles that are worse than the first words."""
MAX_TOKENS = 24
EXCERPT = 800


class Titles(QObject):
    """Proposes titles, one at a time.

    Signals:
        proposed: chat id, title.
    """

    proposed = Signal(int, str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._waiting: tuple[Chat, Message] | None = None
        self._request: int | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._ask)

    def propose(self, chat: Chat, answer: Message) -> None:
        """Ask for a title of this chat once the engine has been idle for a moment."""
        if self._desk.models.parameters() >= ABLE_PARAMETERS and answer.parent_id is not None and answer.text:
            self._waiting = (chat, answer)
            self._idle.start()

    def cancel(self) -> None:
        """Something else wants the engine."""
        self._idle.stop()
        if self._request is not None:
            self._desk.engine.stop(self._request)
            self._request = None

    def _ask(self) -> None:
        if self._waiting is None or self._desk.engine.state is not EngineState.READY:
            return
        (chat, answer), self._waiting = self._waiting, None
        store, parent = self._desk.conversations, answer.parent_id
        assert parent is not None

        def then(found: object) -> None:
            if isinstance(found, Message) and self._desk.engine.state is EngineState.READY:
                self._generate(chat.id, found.text, answer.text)

        self._desk.worker.run(lambda: store.message(parent), then)

    def _generate(self, chat_id: int, question: str, answer: str) -> None:
        from desktop.engine import protocol
        from desktop.engine.client import Request

        text = (
            "Write a title for this conversation: at most five words, no quotation marks, nothing else.\n\n"
            f"Question: {question[:EXCERPT]}\n\nAnswer: {answer[:EXCERPT]}"
        )
        messages = [protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)])]
        words: list[str] = []

        def on_token(kind: PartKind, piece: str, _: list[int]) -> None:
            if kind is PartKind.TEXT:
                words.append(piece)

        def on_done(_: protocol.Done) -> None:
            finished, self._request = self._request is not None, None
            title = names.title_from_model("".join(words))
            if finished and title:
                self.proposed.emit(chat_id, title)

        self._request = self._desk.engine.generate(
            messages,
            Sampling(temperature=0.3, max_tokens=MAX_TOKENS),
            Request(0, on_token=on_token, on_done=on_done),
            sequence=protocol.SIDE_SEQUENCE,
        )
