"""A model that nobody asks anything gives its memory back, and is there again when it is wanted."""

from __future__ import annotations

import os

import pytest

from desktop.domain.models import EngineState
from tests.services.conftest import Home

MOMENT = 0.05 / 60
LONG = "tell me about rain " * 40


@pytest.fixture
def loaded(home: Home) -> Home:
    home.load()
    return home


def state(home: Home) -> EngineState:
    return home.house.models.state()


def rest(home: Home) -> None:
    home.house.resting.set_minutes(MOMENT)
    home.until(lambda: state(home) is EngineState.NOT_LOADED)
    home.house.resting.set_minutes(0)


def test_after_a_while_the_engine_is_gone(loaded: Home) -> None:
    pid = loaded.house.models.engine.pid
    rest(loaded)
    loaded.until(lambda: not os.path.exists(f"/proc/{pid}"))  # noqa: PTH110
    assert loaded.house.models.current() is not None
    assert loaded.house.models.failure() is None


def test_the_next_question_brings_it_back_with_what_it_knew(loaded: Home) -> None:
    loaded.ask(LONG)
    rest(loaded)
    loaded.ask("And snow?")
    assert state(loaded) is EngineState.READY
    message = loaded.conversation.message(3)
    assert message is not None
    assert message.statistics is not None
    assert message.statistics.cached_tokens > 100


def test_so_does_the_first_letter_of_it(loaded: Home) -> None:
    rest(loaded)
    loaded.conversation.set_draft("W")
    assert state(loaded) is EngineState.LOADING
    loaded.until(lambda: state(loaded) is EngineState.READY)


def test_it_does_not_rest_while_it_answers(loaded: Home) -> None:
    loaded.load(text="word " * 40, rate=100)
    loaded.house.resting.set_minutes(MOMENT)
    loaded.send("Hello")
    loaded.until(lambda: state(loaded) is EngineState.BUSY)
    loaded.until(lambda: state(loaded) is not EngineState.BUSY)
    assert loaded.conversation.count() == 2
    last = loaded.conversation.message(1)
    assert last is not None
    assert last.text.count("word") == 40


def test_it_never_rests_when_the_user_does_not_want_that(loaded: Home) -> None:
    loaded.house.resting.set_minutes(0)
    assert not loaded.house.resting._timer.isActive()
    loaded.house.resting.set_minutes(15)
    assert loaded.house.resting._timer.isActive()
