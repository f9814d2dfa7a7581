"""Talking: what is stored when, and what each verb leaves behind."""

from __future__ import annotations

import pytest

from desktop.domain.chat import FinishReason, Role, Status, TitleOrigin
from desktop.errors import AppError
from tests.services.conftest import Home


def test_a_question_is_answered_and_both_are_in_the_database(home: Home) -> None:
    home.load(text="Forty-two.")
    home.ask("What is the answer?")
    assert home.texts() == ["What is the answer?", "Forty-two."]
    chat = home.conversation.chat
    assert chat is not None
    stored = home.house.stores.conversations.path(chat.id)
    assert [(message.role, message.text, message.status) for message in stored] == [
        (Role.USER, "What is the answer?", Status.COMPLETE),
        (Role.ASSISTANT, "Forty-two.", Status.COMPLETE),
    ]
    assert sum(len(part.tokens) for part in stored[1].parts) == stored[1].statistics.generated_tokens  # type: ignore[union-attr]
    assert stored[1].finish_reason is FinishReason.END


def test_the_question_is_committed_before_the_engine_hears_of_it(home: Home) -> None:
    home.load(prefill_s=0.5)
    home.send("Is it safe?")
    home.until(lambda: home.conversation.reading() is not None)
    chat = home.conversation.chat
    assert chat is not None
    stored = home.house.stores.conversations.path(chat.id)
    assert [(message.text, message.status) for message in stored] == [
        ("Is it safe?", Status.COMPLETE),
        ("", Status.GENERATING),
    ]
    home.until(lambda: not home.conversation.answering())


def test_thoughts_are_kept_apart_from_the_answer(home: Home) -> None:
    home.load(reasoning="Let me see.", text="Yes.")
    home.ask("Is it?")
    answer = home.conversation.message(1)
    assert answer is not None
    assert (answer.reasoning, answer.text) == ("Let me see.", "Yes.")


def test_a_title_is_made_of_the_first_words(home: Home) -> None:
    home.load()
    home.ask("How do I bake bread?")
    assert home.house.chats.chats()[0].title == "How do I bake bread?"
    assert home.house.chats.chats()[0].title_origin is TitleOrigin.WORDS


def test_stop_keeps_what_was_written(home: Home) -> None:
    home.load(rate=100, repeat=100)
    home.send("Tell me everything")
    home.until(lambda: home.conversation.speed() > 0)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000) as answered:
        home.conversation.stop()
    message = answered.args[0]
    assert message.status is Status.STOPPED
    assert message.text
    assert home.house.stores.conversations.message(message.id).text == message.text  # type: ignore[union-attr]


def test_carrying_on_writes_behind_what_is_there(home: Home) -> None:
    home.load(rate=100, repeat=100)
    home.send("Tell me everything")
    home.until(lambda: home.conversation.speed() > 0)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000) as answered:
        home.conversation.stop()
    begun = answered.args[0].text
    home.load(text=" The end.")
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000) as answered:
        home.conversation.carry_on(1)
    assert answered.args[0].text == begun + " The end."
    assert home.conversation.count() == 2


def test_answering_again_adds_a_version_and_keeps_the_old_one(home: Home) -> None:
    home.load(text="One.")
    home.ask("Say a number")
    home.load(text="Two.")
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000):
        home.conversation.regenerate(1)
    assert home.texts() == ["Say a number", "Two."]
    assert home.conversation.versions(1) == (1, 2)
    home.conversation.switch(1, -1)
    home.until(lambda: home.texts()[-1:] == ["One."])
    assert home.conversation.versions(1) == (0, 2)


def test_an_edited_question_is_a_version_beside_the_old_one(home: Home) -> None:
    home.load(text="Fine.")
    home.ask("How are you?")
    home.ask("And now?")
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000):
        home.conversation.edit(0, "How is the weather?")
    home.until(lambda: home.texts() == ["How is the weather?", "Fine."])
    assert home.conversation.versions(0) == (1, 2)
    home.conversation.switch(0, -1)
    home.until(lambda: home.texts() == ["How are you?", "Fine.", "And now?", "Fine."])


def test_the_version_that_is_shown_is_remembered(home: Home) -> None:
    home.load(text="One.")
    home.ask("Say a number")
    with home.qtbot.waitSignal(home.conversation.answered, timeout=5000):
        home.conversation.regenerate(1)
    home.conversation.switch(1, -1)
    chat = home.conversation.chat
    assert chat is not None
    home.house.chats.new_chat()
    home.house.chats.open(chat.id)
    home.until(lambda: home.conversation.count() == 2)
    assert home.conversation.versions(1) == (0, 2)


def test_an_empty_question_is_not_sent(home: Home) -> None:
    home.load()
    home.send("  \n ")
    assert not home.conversation.answering()
    assert home.conversation.count() == 0


def test_a_question_that_cannot_be_stored_comes_back(home: Home) -> None:
    home.load()

    def full(*_: object, **__: object) -> None:
        raise AppError("DISK_FULL", "The disk is full.")

    home.house.stores.conversations.add_turn = full  # type: ignore[method-assign, assignment]
    with home.qtbot.waitSignals([home.conversation.draft_returned, home.house.chats.refused], timeout=5000):
        home.send("Do not lose this")
    assert home.conversation.draft() == "Do not lose this"
    assert not home.conversation.answering()


def test_a_full_disk_while_answering_loses_no_word_that_is_on_screen(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.load(rate=20, text="Word by word by word. ", repeat=6)
    real, calls = home.house.stores.conversations.checkpoint, [0]

    def sometimes(message_id: int, parts: object) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise AppError("DISK_FULL", "The disk is full.")
        real(message_id, parts)  # type: ignore[arg-type]

    home.house.stores.conversations.checkpoint = sometimes  # type: ignore[method-assign, assignment]
    home.ask("Write")
    assert calls[0] >= 1
    assert home.texts()[1] == "Word by word by word. " * 6
    caplog.clear()


def test_a_draft_is_there_again(home: Home) -> None:
    home.load()
    home.ask("First")
    chat = home.conversation.chat
    assert chat is not None
    home.conversation.set_draft("half a thought")
    home.house.chats.new_chat()
    home.conversation.set_draft("another one")
    home.house.chats.open(chat.id)
    home.until(lambda: home.conversation.draft() == "half a thought")
    home.house.chats.new_chat()
    home.until(lambda: home.conversation.draft() == "another one")


def test_a_draft_is_on_disk_within_a_moment(home: Home) -> None:
    home.conversation.set_draft("typed and not sent")
    home.until(lambda: home.house.stores.conversations.draft(None) == "typed and not sent")


def test_the_context_meter_counts_what_the_next_prompt_begins_with(home: Home) -> None:
    home.load(text="1234" * 10, prompt_tokens=40)
    home.ask("Count")
    assert home.conversation.context() == (50, 8192)
