"""When a chat is longer than the context: what the model sees, what it is told instead, and who decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.child.surroundings import command_for
from desktop.domain.chat import AtLimit, Status
from desktop.domain.context import Memory, Note
from desktop.domain.models import EngineState, LoadOptions
from desktop.services import chat_memory, summary
from desktop.services.conversation import Conversation
from tests.services.conftest import WAIT, Home, open_house

LONG = "words that take some room, " * 8
"""About fifty tokens, as the fake engine counts."""


@pytest.fixture(autouse=True)
def idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_memory, "IDLE_MS", 0)


def talk(home: Home, turns: int) -> None:
    for number in range(turns):
        home.ask(f"{number}: {LONG}")


def reopen(home: Home) -> Conversation:
    """The chat as it is read from the disk."""
    chat = home.conversation.chat
    assert chat is not None
    home.house.chats.new_chat()
    with home.qtbot.waitSignal(home.house.chats.opened, timeout=WAIT):
        home.house.chats.open(chat.id)
    home.until(lambda: home.conversation.count() > 0)
    return home.conversation


def stored_notes(home: Home) -> list[Note]:
    chat = home.conversation.chat
    assert chat is not None
    return list(home.house.worker.wait(lambda: home.house.stores.conversations.opened(chat.id)).notes)


# Leaving out


def test_a_chat_that_fits_is_seen_whole(home: Home) -> None:
    home.load(holds=1000)
    talk(home, 2)
    assert home.conversation.memory() == Memory()


def test_what_no_longer_fits_is_told_once_and_where_memory_begins_is_known(home: Home) -> None:
    home.load(holds=300)
    told: list[str] = []
    home.house.chats.noticed.connect(told.append)
    talk(home, 8)
    assert len(told) == 1
    assert told[0].startswith("This chat is longer than the model can hold")
    memory = home.conversation.memory()
    assert 0 < memory.begins < 14
    assert memory.begins == memory.unseen
    assert memory.begins % 2 == 0


def test_a_cut_holds_until_it_has_to_move(home: Home) -> None:
    home.load(holds=600)
    begins: list[int] = []
    for number in range(16):
        home.ask(f"{number}: {LONG}")
        begins.append(home.conversation.memory().begins)
    moved = {row for row in begins if row}
    assert 1 < len(moved) < len([row for row in begins if row])
    assert begins == sorted(begins)


def test_where_memory_begins_is_known_after_opening_the_chat_again(home: Home) -> None:
    home.load(holds=300)
    talk(home, 8)
    memory = home.conversation.memory()
    assert reopen(home).memory() == memory
    home.ask("One more?")
    assert home.conversation.memory().begins >= memory.begins


def test_a_message_that_is_kept_in_memory_is_seen_for_ever(home: Home) -> None:
    home.load(holds=400)
    talk(home, 1)
    changed: list[int] = []
    home.conversation.row_changed.connect(changed.append)
    home.conversation.keep_in_memory(0, True)
    home.until(lambda: changed == [0])
    talk(home, 8)
    memory = home.conversation.memory()
    assert memory.unseen == memory.begins - 2
    first = reopen(home).message(0)
    assert first is not None
    assert first.pinned


def test_a_forked_chat_begins_its_memory_at_the_same_place(home: Home) -> None:
    home.load(holds=300)
    talk(home, 8)
    memory, old = home.conversation.memory(), home.conversation
    last = home.conversation.message(15)
    assert last is not None
    home.house.chats.fork(last.id)
    home.until(lambda: home.conversation is not old and home.conversation.count() == 16)
    assert home.conversation.memory() == memory


# Stopping


def test_a_full_chat_that_is_to_stop_keeps_the_question_and_answers_nothing(home: Home) -> None:
    home.load(holds=300)
    home.conversation.set_at_limit(AtLimit.STOP)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT):
        home.send(f"0: {LONG}")
    assert home.conversation.at_limit() is AtLimit.STOP
    while home.conversation.failure_text(home.conversation.count() - 1) is None:
        home.ask(f"{home.conversation.count()}: {LONG}")
        assert home.conversation.count() < 20
    row = home.conversation.count() - 1
    question, answer = home.conversation.message(row - 1), home.conversation.message(row)
    assert question is not None
    assert answer is not None
    assert LONG in question.text
    assert (answer.text, answer.status) == ("", Status.INTERRUPTED)
    title, sentence, _ = home.conversation.failure_text(row) or ("", "", "")
    assert title == "Memory is full"
    assert "Your message is saved." in sentence
    assert "When memory is full" in sentence
    assert home.house.models.state() is EngineState.READY
    assert reopen(home).failure_text(row) == (title, sentence, "")


def test_another_choice_answers_the_question_that_was_kept(home: Home) -> None:
    home.load(holds=300)
    talk(home, 4)
    home.conversation.set_at_limit(AtLimit.STOP)
    home.ask(LONG)
    home.ask(LONG)
    row = home.conversation.count() - 1
    assert home.conversation.failure_text(row) is not None
    home.conversation.set_at_limit(AtLimit.DROP)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT) as answered:
        home.conversation.regenerate(row)
    assert answered.args[0].text
    assert home.conversation.memory().begins > 0


def test_the_choice_is_stored_with_the_chat(home: Home) -> None:
    home.load()
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    home.ask("First?")
    assert reopen(home).at_limit() is AtLimit.SUMMARISE
    home.conversation.set_at_limit(AtLimit.STOP)
    assert reopen(home).at_limit() is AtLimit.STOP
    # Another name changes nothing else.
    chat = home.conversation.chat
    assert chat is not None
    home.house.chats.rename(chat.id, "Another name")
    home.until(lambda: home.conversation.chat is not None and home.conversation.chat.title == "Another name")
    assert home.conversation.at_limit() is AtLimit.STOP


# Summarising


def summarised(home: Home, **script: object) -> Note:
    """A chat whose oldest part was summarised before anything was left out."""
    home.load(holds=500, side_text="They counted words.", **script)
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    dropped: list[str] = []
    home.house.chats.noticed.connect(dropped.append)
    while home.conversation.memory().note is None:
        assert home.conversation.count() < 20
        home.ask(f"{home.conversation.count()}: {LONG}")
        used, limit = home.conversation.context()
        if used * 4 >= limit * 3:
            home.until(lambda: home.conversation.memory().note is not None)
    assert dropped == []
    note = home.conversation.memory().note
    assert note is not None
    return note


def test_the_oldest_part_is_summarised_before_memory_is_full(home: Home) -> None:
    note = summarised(home)
    assert (note.text, note.model_name, note.edited) == ("They counted words.", "Fake 1B", False)
    memory = home.conversation.memory()
    assert home.conversation.row_of(note.message_id) == memory.begins - 1
    assert memory.unseen == memory.begins > 0
    assert stored_notes(home) == [note]
    before = home.conversation.context()[0]
    home.ask("And now?")
    assert home.conversation.memory() == memory
    assert home.conversation.context()[0] < before


def test_the_note_is_there_again_and_can_be_corrected_and_deleted(home: Home) -> None:
    note = summarised(home)
    conversation = reopen(home)
    assert conversation.memory().note == note
    conversation.correct_note("They counted apples.")
    home.until(lambda: conversation.memory().note == note._replace(text="They counted apples.", edited=True))
    assert reopen(home).memory().note == note._replace(text="They counted apples.", edited=True)
    home.conversation.forget_note()
    home.until(lambda: home.conversation.memory().note is None)
    assert stored_notes(home) == []
    home.conversation.put_note_back(note)
    home.until(lambda: home.conversation.memory().note == note)
    assert stored_notes(home) == [note]


def test_the_note_stands_in_the_prompt_in_the_place_of_the_part(home: Home) -> None:
    note = summarised(home)
    asked: list[str] = []
    home.conversation.set_draft("And now?")
    home.conversation.with_draft(
        lambda messages: asked.extend("".join(part.text for part in message.parts) for message in messages)
    )
    home.until(lambda: bool(asked))
    assert note.text in asked[0]
    assert len(asked) == 1 + home.conversation.count() - home.conversation.memory().begins + 1


def test_a_branch_that_leaves_before_the_note_does_not_know_it(home: Home) -> None:
    summarised(home)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT):
        home.conversation.edit(0, "Something else")
    assert home.conversation.memory() == Memory()


def test_a_question_comes_before_a_summary(home: Home) -> None:
    home.load(holds=500, side_text="A very slow note. " * 20, rate=40, text="Yes.")
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    while home.conversation.summarising() is None:
        home.ask(f"{home.conversation.count()}: {LONG}")
        used, limit = home.conversation.context()
        if used * 4 >= limit * 3:
            home.until(lambda: home.conversation.summarising() is not None)
    home.send("Short?")
    assert home.conversation.summarising() is None
    home.until(lambda: not home.conversation.answering())
    assert home.conversation.memory().note is None
    # It is tried again after the answer.
    home.until(lambda: home.conversation.summarising() is not None)


def test_a_summary_that_the_user_stops_is_not_begun_again(home: Home) -> None:
    home.load(holds=500, side_text="A very slow note. " * 20, rate=40, text="Yes.")
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    told: list[str] = []
    home.house.chats.noticed.connect(told.append)
    talk(home, 7)
    home.until(lambda: home.conversation.summarising() is not None)
    home.conversation.stop_summary()
    assert home.conversation.summarising() is None
    assert told[-1].startswith("Not summarised")
    home.ask("Short?")
    home.qtbot.wait(50)
    assert home.conversation.summarising() is None


@pytest.mark.parametrize("script", [{"side_fails": "OUT_OF_MEMORY"}, {"side_text": "   "}])
def test_what_cannot_be_summarised_is_left_out_and_that_is_said(home: Home, script: dict[str, object]) -> None:
    home.load(holds=500, **script)
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    told: list[str] = []
    home.house.chats.noticed.connect(told.append)
    while not told:
        assert home.conversation.memory() == Memory()
        home.ask(f"{home.conversation.count()}: {LONG}")
        used, limit = home.conversation.context()
        if used * 4 >= limit * 3:
            home.until(lambda: bool(told))
    assert told[0].startswith("The oldest part could not be summarised")
    talk(home, 4)
    assert home.conversation.memory().begins > 0
    assert home.conversation.memory().note is None


def test_a_summary_that_was_late_stands_for_what_was_left_out(home: Home) -> None:
    home.load(holds=500, side_text="They counted words.")
    talk(home, 12)
    begins = home.conversation.memory().begins
    assert begins > 0
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    home.until(lambda: home.conversation.memory().note is not None)
    assert home.conversation.memory().begins >= begins


def test_a_long_part_is_read_in_pieces(home: Home) -> None:
    home.load(holds=300, side_text="They counted words.")
    talk(home, 30)
    home.conversation.set_at_limit(AtLimit.SUMMARISE)
    fractions: list[float] = []
    home.conversation.memory_changed.connect(lambda: fractions.append(home.conversation.summarising() or 0.0))
    home.until(lambda: home.conversation.memory().note is not None)
    assert any(0.0 < fraction < 0.5 for fraction in fractions)


# With a real model


@pytest.fixture
def real(qtbot: QtBot, tmp_path: Path, starter: Path) -> Iterator[Home]:
    # One thread: two that wait for each other are slow where others want the processors too.
    house = open_house(tmp_path / "data", lambda: command_for("--engine"), LoadOptions(context_length=512, threads=1))
    with qtbot.waitSignal(house.chats.ready, timeout=WAIT):
        house.chats.start()
    house.models.start(str(starter))
    home = Home(house, qtbot)
    home.until(lambda: house.models.state() is EngineState.READY)
    home.conversation.sampling = home.conversation.sampling._replace(temperature=0.0, max_tokens=4)
    yield home
    house.close()


@pytest.mark.model
@pytest.mark.parametrize("choice", AtLimit)
def test_the_starter_model_with_a_small_context(real: Home, choice: AtLimit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "LONGEST", 16)
    real.conversation.set_at_limit(choice)
    # Three of these fill three quarters; the fourth is too many.
    for number in range(4):
        real.ask(f"{number}. Tom has {number} apples. " + "He likes them a lot. " * 17)
        if choice is AtLimit.SUMMARISE and real.conversation.context()[0] * 4 >= 512 * 3:
            real.until(lambda: real.conversation.memory().note is not None)
            break
    memory, last = real.conversation.memory(), real.conversation.count() - 1
    match choice:
        case AtLimit.DROP:
            assert memory.unseen == memory.begins > 0
            assert real.conversation.failure_text(last) is None
        case AtLimit.STOP:
            assert memory.begins == 0
            assert (real.conversation.failure_text(last) or ("",))[0] == "Memory is full"
        case AtLimit.SUMMARISE:
            assert memory.note is not None
            assert memory.note.text.strip()
            real.ask("How many apples has Tom?")
            assert real.conversation.memory() == memory
