"""What the engine knows of a chat is kept when it is left, and there again when it is opened."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.models import EngineState
from desktop.services import prompt_cache
from desktop.services.prompt_cache import PromptCache
from tests.services.conftest import WAIT, Home, open_house

LONG = "tell me about rain " * 40


@pytest.fixture
def loaded(home: Home) -> Home:
    home.load()
    return home


@pytest.fixture
def again(loaded: Home, tmp_path: Path, qtbot: QtBot) -> Iterator[Home]:
    """Snug was closed after a question, and is open again, with the same model."""
    loaded.ask(LONG)
    loaded.house.close()
    house = open_house(tmp_path / "data")
    with qtbot.waitSignal(house.chats.ready, timeout=WAIT):
        house.chats.start()
    yield Home(house, qtbot)
    house.close()


def states(home: Home) -> list[Path]:
    return sorted(home.house.paths.states.glob("*.state"))


def keep(home: Home) -> None:
    """Until what is to be written down is."""
    with home.qtbot.waitSignal(home.house.cache.kept, timeout=WAIT):
        home.house.cache.keep_all()


def cached(home: Home) -> int:
    """Tokens that the last answer did not have to read."""
    message = home.conversation.message(home.conversation.count() - 1)
    assert message is not None
    assert message.statistics is not None
    return message.statistics.cached_tokens


def test_leaving_a_chat_writes_it_down(loaded: Home) -> None:
    loaded.ask(LONG)
    assert states(loaded) == []
    with loaded.qtbot.waitSignal(loaded.house.cache.kept, timeout=WAIT):
        loaded.house.chats.new_chat()
    assert len(states(loaded)) == 1


def test_so_does_choosing_another_model(loaded: Home) -> None:
    models = loaded.house.models
    first = models.current()
    assert first is not None
    loaded.ask(LONG)
    with loaded.qtbot.waitSignal(loaded.house.cache.kept, timeout=WAIT):
        loaded.load(text="Another one.")
    assert len(states(loaded)) == 1
    models.choose(first.id)
    assert models.state() is EngineState.LOADING
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT) as held:
        loaded.until(lambda: models.state() is EngineState.READY)
    assert held.args[0].tokens > 100
    loaded.ask("And snow?")
    assert cached(loaded) == held.args[0].tokens


def test_the_model_that_was_chosen_last_is_the_one_that_is_loaded(loaded: Home) -> None:
    models = loaded.house.models
    first = models.current()
    assert first is not None
    loaded.load(text="Another one.")
    loaded.ask(LONG)
    second = models.current()
    assert second is not None
    models.choose(first.id)
    models.choose(second.id)
    assert models.current() == second
    loaded.until(lambda: models.state() is EngineState.READY)
    loaded.ask("And snow?")
    assert loaded.texts()[-1] == "Another one."


def test_so_does_a_while_in_which_nothing_happens(loaded: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded.house.cache._idle, "start", loaded.house.cache._idle.timeout.emit)
    with loaded.qtbot.waitSignal(loaded.house.cache.kept, timeout=WAIT):
        loaded.ask(LONG)


def test_and_the_end(again: Home) -> None:
    assert len(states(again)) == 1


def test_a_chat_in_which_nothing_was_said_since_is_not_written_again(loaded: Home) -> None:
    loaded.ask(LONG)
    keep(loaded)
    [file] = states(loaded)
    before = file.stat().st_mtime_ns
    loaded.house.chats.new_chat()
    loaded.house.cache._worker.wait(lambda: None)
    assert file.stat().st_mtime_ns == before


def test_the_chat_that_is_open_is_brought_back_when_the_model_is_there(again: Home) -> None:
    with again.qtbot.waitSignal(again.house.cache.held, timeout=WAIT) as held:
        again.load()
    assert held.args[0].tokens > 100
    again.ask("And snow?")
    assert cached(again) == held.args[0].tokens


def test_one_that_is_opened_later_is_brought_back_then(again: Home) -> None:
    chat = again.house.chats.chats()[0]
    again.house.chats.new_chat()
    again.load()
    with again.qtbot.waitSignal(again.house.cache.held, timeout=WAIT):
        again.house.chats.open(chat.id)
    again.until(lambda: again.conversation.count() == 2)
    again.ask("And snow?")
    assert cached(again) > 100


def test_one_that_the_engine_still_has_needs_no_file(loaded: Home) -> None:
    loaded.ask(LONG)
    keep(loaded)
    [file] = states(loaded)
    chat = loaded.house.chats.chats()[0]
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT):
        loaded.house.chats.new_chat()
        loaded.house.models.engine.open_chat(chat.id)
    file.unlink()
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT):
        loaded.house.chats.open(chat.id)
    loaded.until(lambda: loaded.conversation.count() == 2)
    loaded.ask("And snow?")
    assert cached(loaded) > 100


def test_a_damaged_file_is_read_again_in_silence(again: Home) -> None:
    [file] = states(again)
    file.write_bytes(file.read_bytes()[:-3])
    with again.qtbot.waitSignal(again.house.cache.held, timeout=WAIT) as held:
        again.load()
    assert held.args[0].tokens == 0
    again.ask("And snow?")
    assert cached(again) == 0
    assert file not in states(again)


def test_a_file_of_another_model_is_left_alone(again: Home) -> None:
    files = states(again)
    again.load(text="Another one.")
    again.ask("And snow?")
    assert cached(again) == 0
    assert states(again) == files


def test_a_temporary_chat_is_on_no_disk_and_leaves_the_engine(loaded: Home) -> None:
    chats = loaded.house.chats
    chats.new_temporary()
    loaded.ask(LONG)
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT) as held:
        chats.new_chat()
    assert held.args[0].chats == []
    loaded.house.cache.keep_all()
    loaded.house.cache._worker.wait(lambda: None)
    assert states(loaded) == []


def test_a_deleted_chat_leaves_nothing_once_it_cannot_come_back(loaded: Home) -> None:
    loaded.ask(LONG)
    keep(loaded)
    chat = loaded.house.chats.chats()[0]
    loaded.house.chats.delete(chat.id)
    assert len(states(loaded)) == 1
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT) as held:
        loaded.house.chats._deletions.purging.timeout.emit()
    assert held.args[0].chats == []
    loaded.house.cache._worker.wait(lambda: None)
    assert states(loaded) == []


def test_what_is_of_no_chat_goes_at_the_next_start(again: Home, tmp_path: Path) -> None:
    [file] = states(again)
    lost = file.with_name("4711-" + file.name.partition("-")[2])
    lost.write_bytes(b"")
    again.house.close()
    house = open_house(tmp_path / "data")
    house.worker.wait(lambda: None)
    assert not lost.exists()
    assert file.exists()
    house.close()


def test_an_engine_that_dies_meanwhile_costs_nothing(loaded: Home) -> None:
    loaded.ask(LONG)
    pid = loaded.house.models.engine.pid
    os.kill(pid, signal.SIGSTOP)
    loaded.house.cache.keep_all()
    os.kill(pid, signal.SIGKILL)
    loaded.until(lambda: loaded.house.models.state() is EngineState.READY and loaded.house.models.engine.pid != pid)
    loaded.house.cache._worker.wait(lambda: None)
    assert states(loaded) == []
    loaded.ask("And snow?")
    keep(loaded)
    assert len(states(loaded)) == 1


def test_a_full_disk_costs_nothing_either(loaded: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    loaded.ask(LONG)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        loaded.house.cache.keep_all()
        loaded.house.models.engine.flush()
        loaded.house.cache._worker.wait(lambda: None)
    assert states(loaded) == []
    loaded.ask("And snow?")
    keep(loaded)
    assert len(states(loaded)) == 1


# Reading ahead


def test_what_is_being_typed_is_read_when_typing_pauses(loaded: Home) -> None:
    loaded.ask("Hello")
    with loaded.qtbot.waitSignal(loaded.house.cache.held, timeout=WAIT) as held:
        loaded.conversation.set_draft(LONG)
    assert held.args[0].tokens > len(LONG) // 5
    loaded.ask(LONG + "and about snow, please.")
    assert cached(loaded) == held.args[0].tokens


def test_a_draft_of_nothing_is_not_read(loaded: Home) -> None:
    heard: list[object] = []
    loaded.conversation.with_draft(heard.append)
    loaded.conversation.set_draft("  ")
    loaded.conversation.with_draft(heard.append)
    assert heard == []


def test_on_battery_nothing_is_read_ahead(loaded: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(loaded.house.models.engine, "read_ahead", lambda *_: asked.append(1))
    monkeypatch.setattr(prompt_cache, "_has_power", lambda: False)
    loaded.conversation.set_draft("Hello")
    loaded.qtbot.waitUntil(lambda: not loaded.house.cache._pause.isActive(), timeout=WAIT)
    assert asked == []
    monkeypatch.setattr(prompt_cache, "_has_power", lambda: True)
    loaded.conversation.set_draft("Hello there")
    loaded.qtbot.waitUntil(lambda: asked == [1], timeout=WAIT)


def test_only_the_chat_that_is_looked_at_is_read_ahead(loaded: Home) -> None:
    cache: PromptCache = loaded.house.cache
    loaded.ask("Hello")
    old = loaded.conversation
    loaded.house.chats.new_chat()
    cache._pause.stop()
    old.typed.emit()
    assert not cache._pause.isActive()
    loaded.conversation.set_draft("x")
    assert cache._pause.isActive()
