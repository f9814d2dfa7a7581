"""Models and memory: when a model rests, what is kept of chats, what is read ahead, and what happens at the limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from desktop.services.memory_settings import MemoryChoices
from desktop.translation import tr, tr_count
from desktop.ui.menus import AT_LIMIT
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.parts.select import Select
from desktop.ui.parts.toggles import Switch
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Theme, size

RESTS_AFTER = (5, 15, 60, 0)
STATES_GB = (0, 1, 2, 4, 8, 16)
_AROUND = 50
"""What a field has beside its words, in pixels."""


class MemorySettings(Protocol):
    """What the page needs of the service."""

    changed: Any

    def choices(self) -> MemoryChoices: ...
    def choose(self, **fields: object) -> None: ...


class MemoryPage(Page):
    """Each control sends its field."""

    def __init__(self, theme: Theme, memory: MemorySettings) -> None:
        super().__init__(theme, tr("Models and memory"), size("settingsContentMax"), centred=False)
        self.setObjectName("memoryPage")
        self._memory = memory
        self.rests = self._select(theme, tr("Let the model rest"), "restsAfter", [_minutes(n) for n in RESTS_AFTER])
        self.rests.chosen.connect(lambda place: memory.choose(rests_after=RESTS_AFTER[place]))
        self.states = self._select(theme, tr("Room for read chats"), "statesCap", [_room(n) for n in STATES_GB])
        self.states.chosen.connect(lambda place: memory.choose(states_gb=STATES_GB[place]))
        self.ahead = Switch(theme, tr("Read while you type"))
        self.ahead.setObjectName("readsAhead")
        self.ahead.clicked.connect(lambda on: memory.choose(reads_ahead=on))
        self.battery = Switch(theme, tr("Also on battery"))
        self.battery.setObjectName("readsAheadOnBattery")
        self.battery.clicked.connect(lambda on: memory.choose(reads_ahead_on_battery=on))
        self.limit = self._select(theme, tr("When memory is full"), "usualLimit", list(map(tr, AT_LIMIT.values())))
        self.limit.chosen.connect(lambda place: memory.choose(at_limit=list(AT_LIMIT)[place]))
        models = Card(
            theme,
            Row(
                theme,
                "timer",
                tr("Let the model rest"),
                tr("After so long without a question its memory goes back to the system. The next question wakes it."),
                self.rests,
            ),
            Row(
                theme,
                "keyboard",
                tr("Read while you type"),
                tr("The first word of the answer comes sooner. Until you send it, nobody but the model sees it."),
                self.ahead,
            ),
            Row(
                theme, "unplug", tr("Also on battery"), tr("Reading takes power, sometimes for nothing."), self.battery
            ),
        )
        chats = Card(
            theme,
            Row(
                theme,
                "hard-drive",
                tr("Room for read chats"),
                tr("What the model has read of a chat is kept, encrypted, so that it goes on without reading again."),
                self.states,
            ),
            Row(
                theme,
                "brain",
                tr("When memory is full"),
                tr("For new chats. Each chat’s menu changes its own."),
                self.limit,
            ),
        )
        column = self.column
        column.addWidget(Label(theme, tr("Models and memory"), "title"))
        column.addSpacing(14)
        column.addWidget(models)
        column.addSpacing(28)
        column.addWidget(Label(theme, tr("Chats"), "heading"))
        column.addSpacing(12)
        column.addWidget(chats)
        column.addSpacing(24)
        column.addStretch(1)
        memory.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is chosen now."""
        choices = self._memory.choices()
        _show(self.rests, RESTS_AFTER, choices.rests_after)
        _show(self.states, STATES_GB, choices.states_gb)
        self.ahead.setChecked(choices.reads_ahead)
        self.battery.setChecked(choices.reads_ahead and choices.reads_ahead_on_battery)
        self.battery.setEnabled(choices.reads_ahead)
        self.limit.set_current(list(AT_LIMIT).index(choices.at_limit))

    def _select(self, theme: Theme, name: str, key: str, options: list[str]) -> Select:
        select = Select(theme, name, options)
        select.setObjectName(key)
        widest = max(select.fontMetrics().horizontalAdvance(option) for option in options)
        select.setMinimumWidth(widest + _AROUND)
        return select


def _show(select: Select, values: Sequence[int], chosen: int) -> None:
    """The chosen value, or the next larger one that is offered: somebody may have chosen it elsewhere."""
    select.set_current(values.index(chosen) if chosen in values else len(values) - 1)


def _minutes(count: int) -> str:
    return tr_count(count, "After 1 minute", "After %n minutes") if count else tr("Never")


def _room(gigabytes: int) -> str:
    return f"{gigabytes} {tr('GB')}" if gigabytes else tr("Automatic")
