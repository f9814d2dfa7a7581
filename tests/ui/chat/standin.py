"""A conversation for tests: the source a transcript reads, with everything in memory."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import Message, Part, PartKind, Role, Statistics, Status
from desktop.domain.context import Memory


def user(text: str, id: int = 1) -> Message:
    return Message(id, 1, None, Role.USER, (Part(PartKind.TEXT, text),))


def reply(text: str, id: int = 2, *, thoughts: str = "", status: Status = Status.COMPLETE) -> Message:
    parts = [Part(PartKind.REASONING, thoughts)] if thoughts else []
    if text:
        parts.append(Part(PartKind.TEXT, text))
    cost = Statistics(100, 0, 318, 300.0, 317 / 42 * 1000, 4000.0) if status is not Status.GENERATING else None
    return Message(id, 1, id - 1, Role.ASSISTANT, tuple(parts), status, model_name="DeepSeek R1 8B", statistics=cost)


def many(count: int) -> list[Message]:
    """A conversation of so many messages of different heights."""
    messages: list[Message] = []
    for number in range(count):
        if number % 2:
            messages.append(reply(f"Answer {number}.\n\n" + "- and a point\n" * (number % 7), number + 1))
        else:
            messages.append(user(f"Question {number}", number + 1))
    return messages


class StandIn(QObject):
    """Messages by row."""

    reset = Signal()
    rows_inserted = Signal(int, int)
    row_changed = Signal(int)
    loaded = Signal(int, int)
    streamed = Signal(int, object, str)
    progress_changed = Signal()
    memory_changed = Signal()

    def __init__(self, messages: list[Message] | None = None) -> None:
        super().__init__()
        self.messages = list(messages or [])
        self.missing: set[int] = set()
        self.asked: list[int] = []
        self.version: dict[int, tuple[int, int]] = {}
        self.failures: dict[int, tuple[str, str, str]] = {}
        self.now: tuple[str, float | None] | None = None
        self.remembered = Memory()

    def count(self) -> int:
        return len(self.messages)

    def message(self, row: int) -> Message | None:
        self.asked.append(row)
        return None if row in self.missing else self.messages[row]

    def versions(self, row: int) -> tuple[int, int]:
        return self.version.get(row, (0, 1))

    def progress(self) -> tuple[str, float | None] | None:
        return self.now

    def running_row(self) -> int | None:
        for row, message in enumerate(self.messages):
            if message.status is Status.GENERATING:
                return row
        return None

    def failure_text(self, row: int) -> tuple[str, str, str] | None:
        return self.failures.get(row)

    def memory(self) -> Memory:
        return self.remembered

    # What a service would do

    def remember(self, memory: Memory) -> None:
        self.remembered = memory
        self.memory_changed.emit()

    def add(self, *messages: Message) -> None:
        first = len(self.messages)
        self.messages.extend(messages)
        self.rows_inserted.emit(first, len(self.messages) - 1)

    def write(self, row: int, delta: str, kind: PartKind = PartKind.TEXT) -> None:
        message = self.messages[row]
        parts = list(message.parts)
        if parts and parts[-1].kind is kind:
            parts[-1] = Part(kind, parts[-1].text + delta)
        else:
            parts.append(Part(kind, delta))
        self.messages[row] = message._replace(parts=tuple(parts))
        self.streamed.emit(row, kind, delta)

    def change(self, row: int, **values: object) -> None:
        self.messages[row] = self.messages[row]._replace(**values)  # type: ignore[arg-type]
        self.row_changed.emit(row)

    def say_progress(self, text: str | None, fraction: float | None = None) -> None:
        self.now = None if text is None else (text, fraction)
        self.progress_changed.emit()
