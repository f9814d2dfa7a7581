"""The list of chats."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.domain.chat import SearchHit, Status, TitleOrigin
from desktop.domain.glance import Glance
from desktop.domain.models import EngineState
from tests.services.conftest import WAIT, Home, open_house


def titles(home: Home) -> list[str]:
    return [chat.title for chat in home.house.chats.chats()]


def two_chats(home: Home) -> None:
    home.load(text="Fine.")
    home.ask("First chat")
    home.house.chats.new_chat()
    home.ask("Second chat")


def test_a_new_chat_is_listed_with_its_first_message_only(home: Home) -> None:
    home.house.chats.new_chat()
    assert titles(home) == []
    home.load()
    home.ask("Hello")
    assert titles(home) == ["Hello"]


def test_the_newest_chat_is_first(home: Home) -> None:
    two_chats(home)
    assert titles(home) == ["Second chat", "First chat"]


def test_a_name_that_a_person_gave_stays(home: Home) -> None:
    two_chats(home)
    chat = home.house.chats.chats()[0]
    home.house.chats.rename(chat.id, "  My  name ")
    home.until(lambda: "My name" in titles(home))
    home.house.chats._model_title(chat.id, "A model's idea")  # pyright: ignore[reportPrivateUsage]
    home.house.worker.wait(lambda: None)
    home.qtbot.wait(50)
    assert home.house.chats.chats()[0].title_origin is TitleOrigin.USER
    assert "My name" in titles(home)


def test_a_model_that_is_able_to_proposes_a_better_title(home: Home) -> None:
    home.load(text="Baking bread at home", parameters=4_000_000_000)
    home.ask("How do I, you know, well, the thing with the dough?")
    home.until(lambda: titles(home) == ["Baking bread at home"])
    assert home.house.chats.chats()[0].title_origin is TitleOrigin.MODEL


def test_a_deleted_chat_can_be_brought_back(home: Home) -> None:
    two_chats(home)
    chat = home.house.chats.chats()[1]
    with home.qtbot.waitSignal(home.house.chats.chat_deleted):
        home.house.chats.delete(chat.id)
    assert titles(home) == ["Second chat"]
    home.house.chats.undo_delete(chat.id)
    assert titles(home) == ["Second chat", "First chat"]
    home.until(lambda: home.texts() == ["First chat", "Fine."])


def test_it_can_be_brought_back_also_when_it_is_gone_from_the_disk(home: Home) -> None:
    two_chats(home)
    chats = home.house.chats
    chat = chats.chats()[1]
    with home.qtbot.waitSignal(chats.gone):
        chats.delete(chat.id)
        chats._deletions.purge()  # pyright: ignore[reportPrivateUsage]
    assert home.house.worker.wait(lambda: home.house.stores.conversations.get(chat.id)) is None
    chats.undo_delete(chat.id)
    home.until(lambda: home.texts() == ["First chat", "Fine."])


def test_after_a_while_nobody_can_bring_it_back(home: Home) -> None:
    two_chats(home)
    chats = home.house.chats
    chat = chats.chats()[1]
    chats.delete(chat.id)
    chats._deletions.purge()  # pyright: ignore[reportPrivateUsage]
    chats._deletions.let_go()  # pyright: ignore[reportPrivateUsage]
    chats.undo_delete(chat.id)
    assert titles(home) == ["Second chat"]
    assert home.house.worker.wait(lambda: home.house.stores.conversations.get(chat.id)) is None


def test_deleting_the_open_chat_shows_a_new_one(home: Home) -> None:
    two_chats(home)
    home.house.chats.delete(home.house.chats.chats()[0].id)
    assert home.conversation.chat is None
    assert home.conversation.count() == 0


def test_a_fork_is_a_chat_of_its_own(home: Home) -> None:
    home.load(text="Fine.")
    home.ask("One")
    home.ask("Two")
    message = home.conversation.message(1)
    assert message is not None
    original = home.conversation.chat
    home.house.chats.fork(message.id)
    home.until(lambda: home.conversation.chat != original and home.texts() == ["One", "Fine."])
    home.ask("Three")
    assert home.texts() == ["One", "Fine.", "Three", "Fine."]
    assert original is not None
    assert len(home.house.stores.conversations.path(original.id)) == 4


def test_an_answer_goes_on_while_another_chat_is_open(home: Home) -> None:
    home.load(rate=100, text="Slowly but surely. ", repeat=5)
    home.send("Write on")
    home.until(lambda: home.conversation.speed() > 0)
    first = home.conversation.chat
    assert first is not None
    home.house.chats.new_chat()
    assert home.conversation.count() == 0
    home.house.chats.open(first.id)
    assert home.conversation.answering()
    home.until(lambda: not home.conversation.answering())
    assert home.texts()[1] == "Slowly but surely. " * 5


def test_search_answers_the_newest_question_only(home: Home) -> None:
    two_chats(home)
    found: list[list[SearchHit]] = []
    home.house.chats.search("first", found.append)
    home.house.chats.search("second", found.append)
    home.until(lambda: bool(found))
    home.qtbot.wait(50)
    assert len(found) == 1
    assert {hit.chat_title for hit in found[0]} == {"Second chat"}


def test_the_chat_that_was_open_is_open_again(home: Home, qtbot: QtBot, tmp_path: Path) -> None:
    two_chats(home)
    home.house.chats.open(home.house.chats.chats()[1].id)
    home.until(lambda: home.texts() == ["First chat", "Fine."])
    home.house.close()
    again = open_house(tmp_path / "data")
    with qtbot.waitSignal(again.chats.ready):
        again.chats.start()
    qtbot.waitUntil(lambda: again.chats.current().count() == 2)
    assert again.chats.current().message(0).text == "First chat"  # type: ignore[union-attr]
    again.close()
    home.house = open_house(tmp_path / "data")


def test_a_list_of_which_the_beginning_is_shown_becomes_whole(home: Home, qtbot: QtBot, tmp_path: Path) -> None:
    two_chats(home)
    home.house.chats.new_chat()
    home.ask("Third chat")
    last = home.house.chats.current().chat
    assert last is not None
    opened = home.house.stores.conversations.opened(last.id)
    third, second, _ = home.house.chats.chats()
    home.house.close()
    home.house = open_house(tmp_path / "data")
    home.house.chats.start(Glance([third, second], 3, opened))
    assert titles(home) == ["Third chat", "Second chat"]
    # What is done before the rest is there is not undone by it.
    home.house.chats.rename(third.id, "My name")
    home.house.chats.delete(second.id)
    qtbot.waitUntil(lambda: "First chat" in titles(home), timeout=WAIT)
    home.house.worker.wait(lambda: None)
    assert titles(home)[-1] == "First chat"
    assert "Second chat" not in titles(home)
    qtbot.waitUntil(lambda: titles(home) == ["My name", "First chat"], timeout=WAIT)


def test_what_another_process_writes_is_noticed(home: Home, tmp_path: Path) -> None:
    two_chats(home)
    home.house.chats.look_for_changes()
    other = open_house(tmp_path / "data")
    other.worker.wait(lambda: other.stores.conversations.rename(1, "Renamed elsewhere", TitleOrigin.USER))
    home.house.chats.look_for_changes()
    home.until(lambda: "Renamed elsewhere" in titles(home))
    other.close()


def test_another_process_leaves_our_running_answer_alone(home: Home, tmp_path: Path) -> None:
    home.load(rate=50, repeat=100)
    home.send("Write on")
    home.until(lambda: home.conversation.speed() > 0)
    other = open_house(tmp_path / "data")
    other.worker.wait(lambda: None)
    message = home.conversation.message(1)
    assert message is not None
    assert home.house.stores.conversations.message(message.id).status is Status.GENERATING  # type: ignore[union-attr]
    other.close()


def test_closing_keeps_the_words_of_a_running_answer(home: Home, tmp_path: Path) -> None:
    home.load(rate=100, repeat=20)
    home.send("Write on")
    home.until(lambda: home.conversation.speed() > 0)
    written = home.texts()[1]
    home.house.close()
    again = open_house(tmp_path / "data")
    stored = again.stores.conversations.path(1)
    assert stored[1].status is Status.INTERRUPTED
    assert stored[1].text.startswith(written)
    home.house = again


def test_a_chat_may_be_deleted_while_it_is_answered(home: Home) -> None:
    home.load(rate=100, repeat=15)
    home.send("Write on")
    home.until(lambda: home.conversation.speed() > 0)
    chat = home.conversation.chat
    assert chat is not None
    refused: list[object] = []
    home.house.chats.refused.connect(refused.append)
    home.house.chats.delete(chat.id)
    home.house.chats._deletions.purge()  # pyright: ignore[reportPrivateUsage]
    home.until(lambda: home.house.models.state() is EngineState.READY)
    home.house.worker.wait(lambda: None)
    home.qtbot.wait(50)
    assert refused == []
    assert titles(home) == []
    home.ask("And now?")
    assert len(home.texts()) == 2


def test_deleting_the_chat_that_is_being_answered_frees_the_engine(home: Home) -> None:
    home.load(repeat=10_000, rate=50.0)
    home.send("Tell me everything")
    home.until(home.conversation.writing)
    chats, models = home.house.chats, home.house.models
    chat = home.conversation.chat
    assert chat is not None
    chats.delete(chat.id)
    home.until(lambda: models.state() is EngineState.READY)
    chats.undo_delete(chat.id)
    home.until(lambda: home.conversation.count() == 2 and not home.conversation.answering())
    answer = home.conversation.message(1)
    assert answer is not None
    assert answer.status is Status.STOPPED
    assert answer.text


def test_an_answer_can_be_stopped_before_its_question_is_stored(home: Home) -> None:
    home.load(repeat=10_000, rate=50.0)
    with home.qtbot.waitSignal(home.conversation.answered, timeout=WAIT) as ended:
        home.send("Tell me everything")
        home.conversation.stop()
    assert ended.args[0].status is Status.STOPPED


# Chats that do not stay


def files_with(home: Home, words: str) -> list[str]:
    """The decrypted database is looked through as well, by asking it."""
    with home.house.stores.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM part WHERE text LIKE ?", (f"%{words}%",)).scalar()
    return ["database"] if stored else []


def test_a_temporary_chat_is_answered_and_never_stored(home: Home) -> None:
    home.load(text="In hedges.")
    chats = home.house.chats
    chats.new_temporary()
    assert home.conversation.temporary
    home.ask("Where do hedgehogs sleep?")
    home.ask("And in winter?")
    assert home.texts() == ["Where do hedgehogs sleep?", "In hedges.", "And in winter?", "In hedges."]
    assert chats.chats() == []
    assert files_with(home, "hedge") == []
    chat = home.conversation.chat
    assert chat is not None
    assert chat.id > 1 << 40, "never taken for one that is stored"


def test_it_is_forgotten_when_it_is_left(home: Home) -> None:
    home.load(text="In hedges.")
    chats = home.house.chats
    chats.new_temporary()
    home.ask("Where do hedgehogs sleep?")
    with home.qtbot.waitSignal(chats.noticed, timeout=WAIT) as noticed:
        chats.new_chat()
    assert noticed.args == ["Temporary chat forgotten"]
    assert not home.conversation.temporary
    assert home.conversation.count() == 0
    home.ask("Do they snore?")
    assert [chat.title for chat in chats.chats()] == ["Do they snore?"]


def test_leaving_it_in_mid_answer_frees_the_engine(home: Home) -> None:
    home.load(rate=50, text="word " * 400)
    chats = home.house.chats
    chats.new_temporary()
    home.send("Tell me a long story.")
    home.until(home.conversation.writing)
    chats.new_temporary()
    assert home.conversation.count() == 0
    home.load(text="In hedges.")
    home.ask("Where do hedgehogs sleep?")
    assert home.texts() == ["Where do hedgehogs sleep?", "In hedges."]


def test_what_another_process_writes_does_not_end_it(home: Home) -> None:
    home.load(text="In hedges.")
    chats = home.house.chats
    chats.new_temporary()
    home.ask("Where do hedgehogs sleep?")
    chats._reread()  # pyright: ignore[reportPrivateUsage]
    home.house.worker.wait(lambda: None)
    home.until(lambda: home.conversation.temporary)
    assert home.conversation.count() == 2


def test_days_are_kept_and_taken_back(home: Home) -> None:
    home.load(text="In hedges.")
    home.ask("Where do hedgehogs sleep?")
    chats = home.house.chats
    [chat] = chats.chats()
    chats.keep_for(chat.id, 30)
    home.until(lambda: chats.kept_for(chat.id) == 30)
    assert home.house.stores.retention.all() == {chat.id: 30}
    chats.keep_for(chat.id, None)
    home.until(lambda: chats.kept_for(chat.id) is None)
