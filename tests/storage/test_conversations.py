"""Chats, turns, answers and drafts, as the app uses them."""

from __future__ import annotations

import pytest

from desktop.domain.chat import (
    AtLimit,
    Chat,
    FinishReason,
    Message,
    Node,
    Part,
    PartKind,
    Role,
    Statistics,
    Status,
    TitleOrigin,
)
from desktop.domain.context import Note
from desktop.errors import AppError
from desktop.storage import index
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.search import Search
from desktop.storage.tables import metadata
from tests.storage.conftest import Ask, Clock, text

STATISTICS = Statistics(prompt_tokens=10, cached_tokens=4, generated_tokens=3, first_token_ms=1.5, generation_ms=30.0)


def finish(chats: Conversations, answer: Message, words: str = "an answer") -> Message:
    return chats.finish(answer.id, text(words), Status.COMPLETE, FinishReason.END, STATISTICS)


# A turn


def test_the_first_turn_makes_the_chat(chats: Conversations, ask: Ask, clock: Clock) -> None:
    chat, question, answer = ask("What is rain?", title="What is rain?")
    assert chat == Chat(chat.id, "What is rain?", TitleOrigin.WORDS, clock.now, clock.now, active_leaf=answer.id)
    assert question == Message(question.id, chat.id, None, Role.USER, text("What is rain?"), Status.COMPLETE, clock.now)
    assert answer == Message(
        answer.id, chat.id, question.id, Role.ASSISTANT, (), Status.GENERATING, clock.now, "Tiny", "k1"
    )
    assert chats.get(chat.id) == chat
    assert chats.opened(chat.id).tree.nodes() == [
        Node(question.id, None, Role.USER),
        Node(answer.id, question.id, Role.ASSISTANT),
    ]


def test_a_turn_clears_the_draft_it_came_from(chats: Conversations, ask: Ask) -> None:
    chats.save_draft(None, "new")
    chat, _, answer = ask()
    assert chats.draft(None) == ""
    chats.save_draft(None, "another new one")
    chats.save_draft(chat.id, "more")
    ask("more", chat, answer)
    assert chats.draft(chat.id) == ""
    assert chats.draft(None) == "another new one"


def test_a_turn_that_fails_leaves_nothing(
    chats: Conversations, ask: Ask, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats.save_draft(None, "typed")

    def fail(*_: object) -> None:
        raise RuntimeError("the last step")

    monkeypatch.setattr(index, "add_message", fail)
    with pytest.raises(RuntimeError):
        ask("lost words")
    monkeypatch.undo()
    assert chats.list() == []
    assert chats.draft(None) == "typed"
    assert search.find("lost") == []
    chat, question, _ = ask("kept words")
    assert chats.opened(chat.id).tree.nodes()[0].id == question.id


def test_a_turn_in_a_chat_that_is_gone(chats: Conversations, ask: Ask) -> None:
    chat, _, answer = ask()
    chats.delete(chat.id)
    with pytest.raises(AppError) as caught:
        ask("again", chat, answer)
    assert caught.value.code == "CHAT_GONE"


def test_a_parent_in_another_chat_is_a_bug(ask: Ask) -> None:
    chat, _, _ = ask()
    _, _, elsewhere = ask()
    with pytest.raises(ValueError, match="another chat"):
        ask("mixed up", chat, elsewhere)


def test_the_chat_written_in_last_is_first_even_if_the_clock_goes_back(
    chats: Conversations, ask: Ask, clock: Clock
) -> None:
    first, _, answer = ask("first")
    second, _, _ = ask("second")
    clock.now -= 365 * 86400
    assert [chat.id for chat in chats.list()] == [second.id, first.id]
    ask("more", first, answer)
    assert [chat.id for chat in chats.list()] == [first.id, second.id]


# Answers


def test_parts_come_back_as_they_were(chats: Conversations, ask: Ask) -> None:
    _, _, answer = ask()
    parts = (
        Part(PartKind.REASONING, "hm\0m", (1, 2, 2**31 - 1)),
        Part(PartKind.TEXT, "", ()),
        Part(PartKind.TOOL_CALL, '{"a": 1}', (7,)),
        Part(PartKind.TEXT, "Grüße 東京 🙂\n", tuple(range(1000))),
    )
    done = chats.finish(answer.id, parts, Status.STOPPED, FinishReason.STOPPED, STATISTICS)
    assert done.parts == parts
    assert (done.status, done.finish_reason, done.statistics) == (Status.STOPPED, FinishReason.STOPPED, STATISTICS)
    assert chats.messages([answer.id]) == [done]


def test_half_a_surrogate_does_not_lose_the_message(chats: Conversations, ask: Ask) -> None:
    _, question, answer = ask("broken \ud83d here")
    assert chats.messages([question.id])[0].text == "broken \ufffd here"
    chats.checkpoint(answer.id, text("\ud83d\ude42 joined"))
    assert chats.messages([answer.id])[0].text == "🙂 joined"


def test_messages_come_in_the_order_asked_for(chats: Conversations, ask: Ask) -> None:
    _, question, answer = ask()
    assert [message.id for message in chats.messages([answer.id, 999, question.id])] == [answer.id, question.id]
    assert chats.messages([]) == []


def test_a_running_answer_shows_its_words_so_far(chats: Conversations, ask: Ask) -> None:
    _, _, answer = ask()
    chats.checkpoint(answer.id, (Part(PartKind.TEXT, "so", (5,)),))
    chats.checkpoint(answer.id, (Part(PartKind.TEXT, "so far", (5, 6)),))
    found = chats.message(answer.id)
    assert found
    assert (found.status, found.parts) == (Status.GENERATING, (Part(PartKind.TEXT, "so far", (5, 6)),))


def test_a_late_checkpoint_does_nothing(chats: Conversations, ask: Ask, database: Database) -> None:
    _, _, answer = ask()
    done = finish(chats, answer)
    chats.checkpoint(answer.id, text("late"))
    chats.checkpoint(12345, text("never was"))
    assert chats.message(answer.id) == done
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM checkpoint").scalar() == 0


def test_another_answer_stands_beside_the_first(chats: Conversations, ask: Ask) -> None:
    chat, question, answer = ask()
    finish(chats, answer)
    other = chats.add_answer(question.id, model_name="Big", model_key="k2", writer="w1")
    assert (other.parent_id, other.status, other.model_name) == (question.id, Status.GENERATING, "Big")
    found = chats.get(chat.id)
    assert found
    assert found.active_leaf == other.id
    assert [node.id for node in chats.opened(chat.id).tree.nodes()] == [question.id, answer.id, other.id]


def test_an_answer_is_carried_on(chats: Conversations, ask: Ask, search: Search) -> None:
    _, _, answer = ask("q")
    chats.finish(answer.id, text("begun"), Status.STOPPED, FinishReason.STOPPED, None)
    again = chats.reopen_answer(answer.id, "w2")
    assert (again.status, again.finish_reason, again.text) == (Status.GENERATING, None, "begun")
    assert search.find("begun") == []
    finish(chats, again, "begun and ended")
    assert len(search.find("begun")) == 1
    assert len(search.find("ended")) == 1


def test_only_an_ended_answer_can_be_carried_on(chats: Conversations, ask: Ask) -> None:
    _, question, answer = ask()
    for message in (question, answer):
        with pytest.raises(ValueError, match="carried on"):
            chats.reopen_answer(message.id, "w2")


def test_finishing_twice_indexes_once(chats: Conversations, ask: Ask, search: Search) -> None:
    _, _, answer = ask("q")
    finish(chats, answer, "oranges")
    finish(chats, answer, "apples")
    assert search.find("oranges") == []
    assert len(search.find("apples")) == 1


def test_finishing_a_message_that_is_gone(chats: Conversations, ask: Ask) -> None:
    chat, _, answer = ask()
    chats.delete(chat.id)
    chats.purge_deleted()
    with pytest.raises(AppError) as caught:
        finish(chats, answer)
    assert caught.value.code == "MESSAGE_GONE"


def test_answers_of_dead_writers_become_interrupted(chats: Conversations, ask: Ask, search: Search) -> None:
    _, _, with_words = ask("one", writer="dead")
    chats.checkpoint(with_words.id, text("half an answer"))
    _, _, without = ask("two", writer="dead")
    _, _, carried = ask("three", writer="dead")
    chats.finish(carried.id, text("kept"), Status.STOPPED, FinishReason.STOPPED, STATISTICS)
    chats.reopen_answer(carried.id, "dead")
    _, _, running = ask("four", writer="alive")
    assert chats.interrupt_orphans(lambda writer: writer == "alive") == 3
    found = chats.messages([with_words.id, without.id, carried.id, running.id])
    assert [message.status for message in found] == [Status.INTERRUPTED] * 3 + [Status.GENERATING]
    assert [message.text for message in found] == ["half an answer", "", "kept", ""]
    assert len(search.find("half")) == 1
    assert chats.interrupt_orphans(lambda writer: writer == "alive") == 0


# A chat


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (TitleOrigin.WORDS, TitleOrigin.NONE, False),
        (TitleOrigin.WORDS, TitleOrigin.MODEL, True),
        (TitleOrigin.MODEL, TitleOrigin.WORDS, False),
        (TitleOrigin.USER, TitleOrigin.MODEL, False),
        (TitleOrigin.MODEL, TitleOrigin.USER, True),
        (TitleOrigin.USER, TitleOrigin.USER, True),
    ],
)
def test_a_lesser_title_never_replaces_a_better_one(
    chats: Conversations, ask: Ask, search: Search, before: TitleOrigin, after: TitleOrigin, taken: bool
) -> None:
    chat, _, _ = ask("q")
    chats.rename(chat.id, "earlier", before)
    assert chats.rename(chat.id, "later", after) is taken
    found = chats.get(chat.id)
    assert found
    assert (found.title, found.title_origin) == (("later", after) if taken else ("earlier", before))
    assert [hit.chat_title for hit in search.find("later")] == (["later"] if taken else [])


def test_pinning_and_the_system_prompt(chats: Conversations, ask: Ask) -> None:
    chat, _, _ = ask()
    chats.set_pinned(chat.id, True)
    chats.set_system_prompt(chat.id, "Be brief.")
    found = chats.get(chat.id)
    assert found
    assert (found.pinned, found.system_prompt) == (True, "Be brief.")


def test_the_active_leaf_must_be_in_the_chat(chats: Conversations, ask: Ask) -> None:
    chat, question, _ = ask()
    _, _, elsewhere = ask()
    chats.set_active_leaf(chat.id, question.id)
    assert [message.id for message in chats.path(chat.id)] == [question.id]
    with pytest.raises(ValueError, match="another chat"):
        chats.set_active_leaf(chat.id, elsewhere.id)


def test_a_fork_copies_the_way_to_a_message(chats: Conversations, ask: Ask, search: Search) -> None:
    chat, question, answer = ask("walnut question")
    chats.set_system_prompt(chat.id, "Be brief.")
    done = chats.finish(
        answer.id, (Part(PartKind.TEXT, "walnut answer", (1, 2)),), Status.COMPLETE, FinishReason.END, STATISTICS
    )
    ask("afterwards", chat, answer)
    forked = chats.fork(answer.id)
    assert (forked.title, forked.title_origin, forked.system_prompt) == (chat.title, chat.title_origin, "Be brief.")
    copy = chats.path(forked.id)
    assert [(m.role, m.parts, m.status, m.statistics) for m in copy] == [
        (m.role, m.parts, m.status, m.statistics) for m in (question, done)
    ]
    assert [m.parent_id for m in copy] == [None, copy[0].id]
    assert forked.active_leaf == copy[-1].id
    assert len([hit for hit in search.find("walnut") if hit.chat_id == forked.id and hit.message_id]) == 2
    later, _, _ = ask("on", forked, copy[-1])
    assert later.id == forked.id
    assert len(chats.opened(chat.id).tree) == 4


def test_a_fork_of_a_running_answer_is_interrupted(chats: Conversations, ask: Ask) -> None:
    _, _, answer = ask()
    chats.checkpoint(answer.id, text("so far"))
    copy = chats.path(chats.fork(answer.id).id)[-1]
    assert (copy.status, copy.text) == (Status.INTERRUPTED, "so far")


def test_a_deleted_chat_is_hidden_until_it_is_brought_back(chats: Conversations, ask: Ask, search: Search) -> None:
    chat, _, _ = ask("hazelnut")
    chats.delete(chat.id)
    assert chats.list() == []
    assert chats.get(chat.id) is None
    assert search.find("hazelnut") == []
    chats.undelete(chat.id)
    assert [found.id for found in chats.list()] == [chat.id]
    assert len(search.find("hazelnut")) == 2


def test_a_chat_that_is_purged_comes_back_from_memory_as_it_was(
    chats: Conversations, ask: Ask, search: Search, database: Database
) -> None:
    def everything() -> dict[str, list[tuple[object, ...]]]:
        with database.read() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }

    chat, _, _ = ask("hazelnut")
    ask("walnut")
    chats.rename(chat.id, "Nuts", TitleOrigin.USER)
    chats.save_draft(chat.id, "half a thought")
    before = everything()
    chats.delete(chat.id)
    assert chats.purge_deleted(keep=True) == 1
    assert search.find("hazelnut") == []
    assert len(everything()["message"]) == 2
    chats.undelete(chat.id)
    assert everything() == before
    assert len(search.find("hazelnut")) == 1
    assert len(search.find("Nuts")) >= 1


def test_what_was_let_go_cannot_be_brought_back(chats: Conversations, ask: Ask) -> None:
    chat, _, _ = ask("hazelnut")
    chats.delete(chat.id)
    chats.purge_deleted(keep=True)
    chats.let_go()
    with pytest.raises(AppError):
        chats.undelete(chat.id)


def test_purging_removes_what_was_deleted_and_nothing_else(
    chats: Conversations, ask: Ask, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.storage import purge

    monkeypatch.setattr(purge, "SLICE", 3)
    kept, _, _ = ask("kept")
    gone, _, answer = ask("gone")
    for number in range(5):
        _, _, answer = ask(f"gone {number}", gone, answer)
    chats.checkpoint(answer.id, text("gone too"))
    chats.save_draft(gone.id, "gone as well")
    chats.delete(gone.id)
    assert chats.purge_deleted(older_than_s=10) == 0
    clock.now += 20
    assert chats.purge_deleted(older_than_s=10) == 1
    assert chats.purge_deleted() == 0
    assert [chat.id for chat in chats.list()] == [kept.id]
    with database.read() as connection:
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("chat", "message", "part", "checkpoint", "draft", "message_words", "title_words")
        }
    assert counts == {
        "chat": 1, "message": 2, "part": 1, "checkpoint": 0, "draft": 0, "message_words": 1, "title_words": 1
    }  # fmt: skip


def test_ids_are_never_used_again(chats: Conversations, ask: Ask) -> None:
    chat, _, answer = ask()
    chats.delete(chat.id)
    chats.purge_deleted()
    again, question, _ = ask()
    assert again.id > chat.id
    assert question.id > answer.id


# Drafts


def test_drafts_are_kept_by_chat(chats: Conversations, ask: Ask) -> None:
    chat, _, _ = ask()
    assert chats.draft(chat.id) == ""
    chats.save_draft(chat.id, "in the chat")
    chats.save_draft(None, "for a new one")
    chats.save_draft(chat.id, "in the chat, longer")
    assert (chats.draft(chat.id), chats.draft(None)) == ("in the chat, longer", "for a new one")
    chats.save_draft(None, "")
    assert chats.draft(None) == ""


# The context limit


def test_a_chat_keeps_what_is_to_be_done_when_it_is_full(chats: Conversations, ask: Ask) -> None:
    chat, _, _ = ask("a question")
    assert chat.at_limit is AtLimit.DROP
    chats.set_at_limit(chat.id, AtLimit.STOP)
    assert chats.get(chat.id) == chat._replace(at_limit=AtLimit.STOP)


def test_a_message_is_kept_in_memory_until_it_is_let_go(chats: Conversations, ask: Ask) -> None:
    _, question, _ = ask("a question")
    assert chats.set_in_memory(question.id, True) == question._replace(pinned=True)
    assert chats.message(question.id) == question._replace(pinned=True)
    assert chats.set_in_memory(question.id, False) == question


def test_a_note_is_corrected_and_removed(chats: Conversations, ask: Ask) -> None:
    chat, question, answer = ask("a question")
    note = Note(answer.id, "they spoke of \ud800 rain", "Fake 1B")
    chats.set_note(note)
    assert chats.opened(chat.id).notes == [note._replace(text="they spoke of � rain")]
    chats.set_note(Note(answer.id, "they spoke of snow", "Fake 1B", edited=True))
    assert chats.opened(chat.id).notes == [Note(answer.id, "they spoke of snow", "Fake 1B", edited=True)]
    chats.remove_note(answer.id)
    assert chats.opened(chat.id).notes == []
    with pytest.raises(AppError):
        chats.set_note(Note(question.id + 1000, "of nothing"))


def test_a_fork_keeps_the_choice_the_notes_and_what_is_kept(chats: Conversations, ask: Ask) -> None:
    chat, _, answer = ask("first")
    finish(chats, answer)
    _, second, later = ask("second", chat, answer)
    finish(chats, later)
    _, _, last = ask("third", chat, later)
    chats.set_at_limit(chat.id, AtLimit.SUMMARISE)
    chats.set_in_memory(second.id, True)
    chats.set_note(Note(answer.id, "of the first", "Fake 1B"))
    chats.set_note(Note(last.id, "of what is not copied", "Fake 1B"))
    forked = chats.opened(chats.fork(later.id).id)
    assert forked.chat is not None
    assert forked.chat.at_limit is AtLimit.SUMMARISE
    assert [message.pinned for message in forked.messages] == [False, False, True, False]
    assert forked.notes == [Note(forked.path[1], "of the first", "Fake 1B")]


def test_notes_go_with_their_chat(chats: Conversations, ask: Ask, database: Database) -> None:
    chat, _, answer = ask("a question")
    chats.set_note(Note(answer.id, "something private"))
    chats.delete(chat.id)
    chats.purge_deleted()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM note").scalar() == 0
