"""A chat's messages as the engine wants them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from desktop.domain import context
from desktop.domain.chat import AtLimit, Message, Part, PartKind, Role
from desktop.domain.context import Memory, Note
from desktop.engine.protocol import Prefill, PromptMessage, PromptPart

SPOKEN = (PartKind.TEXT, PartKind.REASONING)
REMEMBERED = "What was said before, in short; the words themselves are no longer in memory:"


class Asking(NamedTuple):
    """What the engine is asked with, and which messages of the history that is."""

    messages: list[PromptMessage]
    rows: list[int]
    """The messages of the history behind the system prompt."""
    start: int
    """The one that the memory begins with after a note; 0: there is none."""
    hidden: int
    """How many the note stands for."""
    since: int
    """Index into ``messages`` where the memory began the last time; 0 where it began with all of them."""
    at_limit: AtLimit
    note: Note | None

    def memory(self, read: Prefill) -> Memory:
        """What the engine says that it sees, in rows of the history."""
        head = len(self.messages) - len(self.rows)
        begins = self.rows[read.begins - head] if read.begins > head else self.start
        return Memory(begins, self.hidden + read.dropped, self.note)


def asking(
    system_prompt: str,
    history: Sequence[Message],
    model_key: str,
    notes: Iterable[Note] = (),
    since: int = 0,
    at_limit: AtLimit = AtLimit.DROP,
) -> Asking:
    """The request for an answer to this history. ``since``: the row that the memory began with the last time."""
    note, start = covered(history, notes)
    rows = context.kept(history, start)
    remembered = f"{REMEMBERED}\n\n{note.text}" if note is not None else ""
    system = "\n\n".join(text for text in (system_prompt.strip() and system_prompt, remembered) if text)
    messages = prompt_messages(system, [history[row] for row in rows], model_key)
    head = len(messages) - len(rows)
    index = head + rows.index(since) if since > start and since in rows else 0
    return Asking(messages, rows, start, len(history) - len(rows), index, at_limit, note)


def covered(history: Sequence[Message], notes: Iterable[Note]) -> tuple[Note | None, int]:
    """The note that reaches furthest, and the message that comes behind what it stands for."""
    by_message = {note.message_id: note for note in notes}
    for row in range(len(history) - 1, 0, -1):
        note = by_message.get(history[row - 1].id)
        if note is not None and history[row].role is Role.USER:
            return note, row
    return None, 0


def prompt_messages(system_prompt: str, messages: Iterable[Message], model_key: str) -> list[PromptMessage]:
    """The history for ``Generate``. Token ids go along only for answers of this very model."""
    result: list[PromptMessage] = []
    if system_prompt.strip():
        result.append(PromptMessage(Role.SYSTEM, [PromptPart(PartKind.TEXT, system_prompt)]))
    for message in messages:
        same_model = bool(message.model_key) and message.model_key == model_key
        parts = [_part(part, same_model) for part in message.parts if part.kind in SPOKEN]
        result.append(PromptMessage(message.role, parts, message.pinned))
    return result


def _part(part: Part, same_model: bool) -> PromptPart:
    return PromptPart(part.kind, part.text, list(part.tokens) if same_model else [])


class Growing:
    """The parts of an answer while they are written. Text and tokens are joined only when somebody asks."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self._kinds: list[PartKind] = []
        self._texts: list[list[str]] = []
        self._tokens: list[list[int]] = []
        for part in parts:
            self.add(part.kind, part.text, part.tokens)

    def add(self, kind: PartKind, text: str, tokens: Iterable[int]) -> None:
        """Append to the last part, or begin another one where the kind changes."""
        if not self._kinds or self._kinds[-1] is not kind:
            if not text and self._kinds:
                # Tokens without text of their own (the end of a tag) stay with what they follow.
                self._tokens[-1].extend(tokens)
                return
            self._kinds.append(kind)
            self._texts.append([])
            self._tokens.append([])
        if text:
            self._texts[-1].append(text)
        self._tokens[-1].extend(tokens)

    def parts(self) -> tuple[Part, ...]:
        """What there is by now."""
        return tuple(
            Part(kind, "".join(texts), tuple(tokens))
            for kind, texts, tokens in zip(self._kinds, self._texts, self._tokens, strict=True)
        )

    @property
    def kind(self) -> PartKind | None:
        """Kind of the part that is being written."""
        return self._kinds[-1] if self._kinds else None
