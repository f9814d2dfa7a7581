"""The engine dies at every moment of its life. The app goes on: the words are kept, the next question is answered."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.child.surroundings import command_for
from desktop.domain.chat import Message, Status
from desktop.domain.models import EngineState
from desktop.engine import client
from tests.e2e.conftest import KILLS, WORDS
from tests.engine.test_contract import gone
from tests.services.conftest import WAIT, Home, open_house

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

SIGNALS = ("SIGKILL", "SIGSEGV", "SIGABRT")


def begin(home: Home, tokens: int) -> None:
    """Ask, and wait until so many pieces of the answer have come. A real model may answer in fewer: then again, in a
    chat of its own."""
    for _ in range(5):
        seen = Counter[str]()

        def count(*_: object, seen: Counter[str] = seen) -> None:
            seen["pieces"] += 1

        def ended(*_: object, seen: Counter[str] = seen) -> None:
            seen["ended"] += 1

        conversation = home.conversation
        conversation.streamed.connect(count)
        conversation.answered.connect(ended)
        home.send("Tell me a long story.")
        home.until(lambda seen=seen: seen["pieces"] >= tokens or seen["ended"])
        conversation.streamed.disconnect(count)
        conversation.answered.disconnect(ended)
        if not seen["ended"]:
            return
        home.house.chats.new_chat()
    raise AssertionError("five answers in a row were too short")


def kill(home: Home, name: str) -> Message:
    """Kill the engine and wait for what becomes of the answer."""
    pid = home.house.models.engine.pid
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT) as answered:
        os.kill(pid, getattr(signal, name))
    home.until(lambda: gone(pid))
    return answered.args[0]


def stored(home: Home, message: Message) -> Message:
    found = home.house.stores.conversations.message(message.id)
    assert found is not None
    return found


def next_one_works(home: Home) -> None:
    begin(home, 3)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT) as answered:
        home.conversation.stop()
    # A real model may have come to its end by itself.
    assert answered.args[0].status in (Status.STOPPED, Status.COMPLETE)
    assert answered.args[0].text


def kill_in_answers(home: Home, kills: int, most_tokens: int) -> int:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    landed = 0
    for number in range(kills):
        home.house.chats.new_chat()
        begin(home, chance.randint(1, most_tokens))
        row = home.conversation.running_row()
        assert row is not None
        running = home.conversation.message(row)
        assert running is not None
        message = kill(home, SIGNALS[number % len(SIGNALS)])
        # The answer may have ended in the moment of the kill.
        assert message.status in (Status.INTERRUPTED, Status.COMPLETE)
        assert message.text.startswith(running.text)
        assert stored(home, message).text == message.text
        assert stored(home, message).status is message.status
        landed += bool(running.text) and message.status is Status.INTERRUPTED
        next_one_works(home)
        assert home.conversation.count() in (2, 4)
    print(f"seed {seed}: {kills} kills of the engine, {landed} between tokens of a running answer")
    return landed


@pytest.mark.timeout(120)
def test_deaths_in_mid_answer_keep_the_words_and_the_next_question_is_answered(home: Home) -> None:
    home.load(rate=200, text=WORDS)
    assert kill_in_answers(home, KILLS, 100) >= KILLS * 0.8
    assert len(home.house.chats.chats()) == KILLS


@pytest.fixture
def real_home(qtbot: QtBot, tmp_path: Path, starter: Path) -> Iterator[Home]:
    house = open_house(tmp_path / "data", lambda: command_for("--engine"))
    house.models.start(str(starter))
    qtbot.waitUntil(lambda: house.models.state() is EngineState.READY, timeout=WAIT)
    yield Home(house, qtbot)
    house.close()


@pytest.mark.model
def test_the_same_with_the_real_engine(real_home: Home) -> None:
    assert kill_in_answers(real_home, KILLS // 4, 12) >= KILLS // 4 - 1


@pytest.mark.parametrize("name", SIGNALS)
def test_a_death_while_the_prompt_is_read(home: Home, name: str) -> None:
    home.load(prefill_s=2.0)
    home.send("Read this first.")
    home.until(lambda: (reading := home.conversation.reading()) is not None and reading.done > 0)
    message = kill(home, name)
    assert (message.status, message.text) == (Status.INTERRUPTED, "")
    home.load(text="Hello again.")
    home.ask("Still there?")
    assert home.texts() == ["Read this first.", "", "Still there?", "Hello again."]


def test_a_death_while_loading_waits_for_the_user_and_loses_nothing(home: Home) -> None:
    home.load(text="Hello.")
    home.ask("First")
    models = home.house.models
    for name in SIGNALS:
        with home.qtbot.waitSignal(models.failed, timeout=WAIT) as failed:
            home.load(die_loading=name)
        assert models.state() is EngineState.FAILED
        assert failed.args[0].safe == "Your chats are safe."
    home.load(text="Here I am.")
    home.ask("Second")
    assert home.texts() == ["First", "Hello.", "Second", "Here I am."]


def test_an_engine_that_was_stopped_in_mid_answer_is_noticed(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "HUNG_MS", 800)
    home.load(rate=200, text=WORDS)
    begin(home, 20)
    message = kill(home, "SIGSTOP")
    caplog.clear()  # it says so in the log
    assert message.status is Status.INTERRUPTED
    assert message.failure == "HUNG"
    assert message.text
    next_one_works(home)
