"""The answer of one chat while it comes: how far it is, how it ends, and what is said of one that failed."""

from __future__ import annotations

from desktop.domain.chat import Message, Role, Status
from desktop.domain.models import EngineState
from desktop.services.answering import Answering
from tests.services.conftest import Home


def test_stop_works_while_the_question_is_being_stored(home: Home) -> None:
    home.load(rate=100, repeat=100)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000) as answered:
        home.send("Tell me everything")
        assert home.conversation.running_row() is None
        home.conversation.stop()
    assert answered.args[0].status is Status.STOPPED
    assert answered.args[0].text == ""


def test_an_engine_that_dies_leaves_an_interrupted_answer_with_its_words(home: Home) -> None:
    home.load(rate=200, repeat=50, die_after=20)
    home.send("Tell me")
    home.until(lambda: home.conversation.count() == 2)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000) as answered:
        pass
    message = answered.args[0]
    assert message.status is Status.INTERRUPTED
    assert message.text.startswith("Hello. This")
    words = home.conversation.failure_text(1)
    assert words is not None
    assert words[0] == "The model stopped before it finished"
    home.until(lambda: home.house.models.state() is EngineState.READY)


def test_a_message_that_is_too_long_is_told_so_after_the_next_start_too(home: Home) -> None:
    answering = Answering(home.house.chats.current()._desk)  # pyright: ignore[reportPrivateUsage]
    lost = Message(2, 1, 1, Role.ASSISTANT, (), Status.INTERRUPTED, model_name="Qwen3 4B", failure="TOO_LONG")
    assert answering.failure_text(lost) == (
        "This message is too long",
        "Your message is saved. Your message is too long for Qwen3 4B. Shorten it, split it into "
        "parts, or keep fewer messages in memory.",
        "",
    )


def test_an_engine_that_keeps_dying_is_not_started_for_ever(home: Home) -> None:
    home.load(die_after=0, die_with="SIGSEGV")
    for _ in range(3):
        home.until(lambda: home.house.models.state() is EngineState.READY)
        home.ask("Hello?")
    assert home.house.models.state() is EngineState.FAILED
    assert home.house.models.failure() is not None


def test_progress_is_told_before_the_first_word(home: Home) -> None:
    home.load(prefill_s=1.0, prompt_tokens=3251)
    home.send("Read this")
    home.until(lambda: (home.conversation.progress() or ("",))[0].startswith("Reading"))
    text, fraction = home.conversation.progress() or ("", None)
    assert text.endswith("of 3,251")
    assert fraction is not None
    assert 0 <= fraction < 1
    home.until(lambda: not home.conversation.answering())
    assert home.conversation.progress() is None
