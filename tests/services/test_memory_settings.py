"""What is chosen of memory in general counts at once, and is there again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.chat import AtLimit
from desktop.services import prompt_cache
from desktop.services.memory_settings import MemoryChoices, choices_of
from tests.services.conftest import WAIT, Home, open_house


def test_it_is_there_again_after_a_restart(home: Home, tmp_path: Path, qtbot: QtBot) -> None:
    memory = home.house.memory
    assert memory.choices() == MemoryChoices()
    memory.choose(rests_after=5, at_limit=AtLimit.STOP)
    chosen = memory.choices()
    home.house.close()
    house = open_house(tmp_path / "data")
    qtbot.waitUntil(lambda: house.memory.choices() == chosen, timeout=WAIT)
    assert chosen == MemoryChoices(rests_after=5, at_limit=AtLimit.STOP)
    assert house.chats.current().at_limit() is AtLimit.STOP
    assert house.resting._minutes == 5
    house.close()


def test_new_chats_do_what_was_chosen_and_others_their_own(home: Home) -> None:
    home.load()
    home.ask("Hello")
    home.house.memory.choose(at_limit=AtLimit.SUMMARISE)
    assert home.conversation.at_limit() is AtLimit.DROP
    home.house.chats.new_chat()
    assert home.conversation.at_limit() is AtLimit.SUMMARISE
    home.conversation.set_at_limit(AtLimit.STOP)
    home.house.memory.choose(at_limit=AtLimit.DROP)
    assert home.conversation.at_limit() is AtLimit.STOP
    home.house.chats.new_temporary()
    assert home.conversation.at_limit() is AtLimit.DROP


def test_it_says_when_is_read_ahead(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.load()
    cache, memory = home.house.cache, home.house.memory
    asked: list[int] = []
    monkeypatch.setattr(home.house.models.engine, "read_ahead", lambda *_: asked.append(1))
    monkeypatch.setattr(prompt_cache, "_has_power", lambda: False)

    def type_something(text: str) -> int:
        home.conversation.set_draft(text)
        home.until(lambda: not cache._pause.isActive())
        asked.append(0)
        home.conversation.with_draft(lambda _: asked.append(2))
        home.until(lambda: 2 in asked)
        count = asked.count(1)
        asked.clear()
        return count

    assert type_something("One") == 0
    memory.choose(reads_ahead_on_battery=True)
    assert type_something("One two") == 1
    memory.choose(reads_ahead=False)
    assert type_something("One two three") == 0


def test_what_states_take_is_limited_at_once(home: Home) -> None:
    files = home.house.stores.states
    for chat in (1, 2):
        files.write(chat, "kind", [b"x" * 1000])
    assert files.known() == {1, 2}
    files.limit(1500)
    assert len(files.known()) == 1
    home.house.memory.choose(states_gb=1)
    home.house.cache._worker.wait(lambda: None)
    assert files._most() == 1 << 30
    home.house.memory.choose(states_gb=0)
    home.house.cache._worker.wait(lambda: None)
    assert files._most() > 1 << 20


@pytest.mark.parametrize(
    ("stored", "choices"),
    [
        ({"rests_after": 60, "unheard_of": 1}, MemoryChoices(rests_after=60)),
        ({"rests_after": -1, "states_gb": "much", "reads_ahead": 0}, MemoryChoices()),
        ({"at_limit": "explode", "reads_ahead": False}, MemoryChoices(reads_ahead=False)),
        (None, MemoryChoices()),
        ([1], MemoryChoices()),
    ],
)
def test_what_makes_no_sense_any_more_is_left_out(stored: object, choices: MemoryChoices) -> None:
    assert choices_of(stored) == choices
