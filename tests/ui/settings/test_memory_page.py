"""Models and memory: what is shown is what holds, and each control sends what was chosen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.chat import AtLimit
from desktop.services.memory_settings import MemoryChoices
from desktop.ui.settings.memory_page import MemoryPage
from desktop.ui.theme import Theme
from tests.ui.settings.stand_ins import FakeMemory


@pytest.fixture
def memory() -> FakeMemory:
    return FakeMemory()


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, memory: FakeMemory) -> MemoryPage:
    page = MemoryPage(theme, memory)
    qtbot.addWidget(page)
    page.show()
    return page


def shown(page: MemoryPage) -> tuple[object, ...]:
    selects = (page.rests, page.states, page.limit)
    return (*(select.current() for select in selects), page.ahead.isChecked(), page.battery.isChecked())


def test_it_shows_what_holds(page: MemoryPage, memory: FakeMemory) -> None:
    assert shown(page) == ("After 15 minutes", "Automatic", "Forget the oldest part", True, False)
    memory.now = MemoryChoices(0, 8, reads_ahead_on_battery=True, at_limit=AtLimit.SUMMARISE)
    memory.changed.emit()
    assert shown(page) == ("Never", "8 GB", "Summarise the oldest part", True, True)


def test_each_control_sends_what_was_chosen(page: MemoryPage, memory: FakeMemory) -> None:
    page.rests.chosen.emit(2)
    page.states.chosen.emit(1)
    page.limit.chosen.emit(1)
    page.battery.click()
    assert memory.calls == [
        {"rests_after": 60},
        {"states_gb": 1},
        {"at_limit": AtLimit.STOP},
        {"reads_ahead_on_battery": True},
    ]
    assert shown(page) == ("After 60 minutes", "1 GB", "Stop and say so", True, True)


def test_what_is_not_read_at_all_is_not_read_on_battery(page: MemoryPage, memory: FakeMemory) -> None:
    page.battery.click()
    page.ahead.click()
    assert memory.calls[-1] == {"reads_ahead": False}
    assert not page.battery.isEnabled()
    assert not page.battery.isChecked()
    page.ahead.click()
    assert page.battery.isChecked()
