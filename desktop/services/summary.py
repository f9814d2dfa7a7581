"""One summary: what was said in a part of a chat, in few words, written by the model itself.

Runs in the engine's second sequence, beside the chat where both have room. A part that is longer than the context is
read in pieces, each with what came of those before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import Message, PartKind, Role, Sampling
from desktop.domain.models import EngineFailure

if TYPE_CHECKING:
    from desktop.engine import protocol
    from desktop.engine.client import EngineClient

LONGEST = 1024
"""Tokens of a note, and of what a model thinks before it writes it."""
WORDS = 200
_READING_SHARE = 0.8
"""Reading is this much of a piece's work; the rest is writing."""


class Summary(QObject):
    """Asks for the summary of some messages.

    Signals:
        progressed: ``fraction`` is another one.
        finished: the summary; empty if nothing came of it.
    """

    progressed = Signal()
    finished = Signal(str)

    def __init__(
        self, engine: EngineClient, context_length: int, characters: float, parent: QObject | None = None
    ) -> None:
        """``characters``: how many of them a token takes."""
        super().__init__(parent)
        self._engine = engine
        self._context = context_length
        # Half of the context for what is read; the other half is for the words around it, the note, and surprises.
        self._piece = max(200, int(context_length * characters / 2))
        self._pieces: list[str] = []
        self._at = 0
        self._note = ""
        self._written: list[str] = []
        self._part = 0.0
        self._request: int | None = None

    @property
    def fraction(self) -> float:
        """How far it is, 0 to 1."""
        return (self._at + self._part) / max(1, len(self._pieces))

    def start(self, messages: Sequence[Message], note: str = "") -> None:
        """Ask. ``note`` is what is remembered of everything before these messages."""
        text = "\n\n".join(f"{_SPEAKERS[message.role]}: {message.text.strip()}" for message in messages if message.text)
        self._note = note
        self._pieces = [text[at : at + self._piece] for at in range(0, len(text), self._piece)]
        self._ask()

    def stop(self) -> None:
        """Give up; ``finished`` does not follow."""
        request, self._request = self._request, None
        if request is not None:
            self._engine.stop(request)

    def _ask(self) -> None:
        from desktop.engine import protocol
        from desktop.engine.client import Request

        limit = min(LONGEST, self._context // 4)
        before = f"What is known from before:\n{self._note[: self._piece // 2]}\n\n" if self._note else ""
        text = (
            "Below is a part of a conversation. Write a short note for yourself, so that you can go on with the "
            "conversation without that part: names, facts, numbers, decisions, and what was asked for. At most "
            f"{min(WORDS, limit // 2)} words, nothing else.\n\n{before}{self._pieces[self._at]}"
        )
        messages = [protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)])]
        self._written, self._part = [], 0.0
        listener = Request(0, on_prefill=self._read, on_token=self._wrote, on_done=self._done, on_failed=self._failed)
        sampling = Sampling(temperature=0.3, max_tokens=limit)
        # The chat begins with another prompt afterwards, so it is read anew in any case.
        self._request = self._engine.generate(
            messages, sampling, listener, sequence=protocol.SIDE_SEQUENCE, takes_room=True
        )
        self.progressed.emit()

    def _read(self, event: protocol.Prefill) -> None:
        self._part = _READING_SHARE * event.done / max(1, event.total)
        self.progressed.emit()

    def _wrote(self, kind: PartKind, text: str, _: list[int]) -> None:
        if kind is PartKind.TEXT:
            self._written.append(text)

    def _done(self, _: protocol.Done) -> None:
        if self._request is None:
            return
        self._note = "".join(self._written).strip()
        self._at += 1
        if self._note and self._at < len(self._pieces):
            self._ask()
        else:
            self._end(self._note)

    def _failed(self, _: EngineFailure) -> None:
        if self._request is not None:
            self._end("")

    def _end(self, text: str) -> None:
        self._request = None
        self.finished.emit(text)


_SPEAKERS = {Role.USER: "User", Role.ASSISTANT: "Assistant", Role.SYSTEM: "System"}
