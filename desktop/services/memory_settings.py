"""What the user wants of memory in general: when a model rests, what is kept of chats, what is read ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from PySide6.QtCore import QObject, Signal

from desktop.domain.chat import AtLimit
from desktop.services.resting import MINUTES

if TYPE_CHECKING:
    from desktop.services.tasks import Worker
    from desktop.storage.options import Json, Options

KEY = "memory"
GB = 1 << 30


class MemoryChoices(NamedTuple):
    """As chosen, or as Snug does it by itself."""

    rests_after: int = MINUTES
    """Minutes without a question; 0: never."""
    states_gb: int = 0
    """What the states of chats may take on disk; 0: Snug decides."""
    reads_ahead: bool = True
    """Whether the model reads while somebody types."""
    reads_ahead_on_battery: bool = False
    at_limit: AtLimit = AtLimit.DROP
    """Of new chats."""

    @property
    def states_bytes(self) -> int:
        return self.states_gb * GB


class MemorySettings(QObject):
    """Kept in the options, which are read once.

    Signals:
        changed: ``choices`` says something else.
    """

    changed = Signal()

    def __init__(self, worker: Worker, options: Options) -> None:
        super().__init__()
        self._worker = worker
        self._options = options
        self._choices = MemoryChoices()
        worker.run(lambda: options.get(KEY), self._read)

    def choices(self) -> MemoryChoices:
        return self._choices

    def choose(self, **fields: object) -> None:
        """Choose something (fields of ``MemoryChoices``); it counts at once."""
        self._set(self._choices._replace(**fields))  # pyright: ignore[reportArgumentType]
        # Only what differs is kept, so that a better choice of Snug's reaches everybody else.
        usual = MemoryChoices()._asdict()
        changed: dict[str, Json] = {
            name: value for name, value in self._choices._asdict().items() if value != usual[name]
        }
        self._worker.run(lambda: self._options.put(KEY, changed))

    def _read(self, stored: Json) -> None:
        self._set(choices_of(stored))

    def _set(self, choices: MemoryChoices) -> None:
        if choices != self._choices:
            self._choices = choices
            self.changed.emit()


def choices_of(stored: object) -> MemoryChoices:
    """Choices from what was stored; what makes no sense is Snug's own choice."""
    usual = MemoryChoices()._asdict()
    known: dict[str, Any] = {}
    for name, value in (cast("dict[str, Any]", stored) if isinstance(stored, dict) else {}).items():
        if name == "at_limit" and value in list(AtLimit):
            known[name] = AtLimit(value)
        elif name in usual and type(value) is type(usual[name]) and value >= 0:
            known[name] = value
    return MemoryChoices(**known)
