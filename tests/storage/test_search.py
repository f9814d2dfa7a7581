"""Finding words: by their beginnings, in any script, whatever is typed."""

# letters that look alike are the point

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.chat import FinishReason, Part, PartKind, SearchHit, Status, TitleOrigin
from desktop.storage.conversations import Conversations
from desktop.storage.search import RANKED_AT_MOST, Search
from desktop.storage.snippets import Snippets
from desktop.storage.words import MAX_WORDS, index_form, phrase, pieces
from tests.storage.conftest import Ask, text


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.spans]


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("The quick brown fox", "quick"),
        ("The quick brown fox", "QUI bro"),
        ("The quick brown fox", "fox quick"),
        ("Grüße aus Köln", "gruße koln"),
        ("ＦＵＬＬ width", "full"),
        ("don't stop", "don't"),
        ("error: foo_bar(42)", "foo_bar"),
        ("version 3.11.4", "3.11"),
        ("東京都に住んでいます", "東京"),
        ("東京都に住んでいます", "都"),
        ("東京都に住んでいます", "京都に住"),
        ("我们去关中", "中"),
        ("Python中文文档", "中文文档"),
        ("Python中文文档", "pyth 文档"),
        ("안녕하세요 세계", "안녕하세요"),
        ("안녕하세요 세계", "세"),
        ("naïve café", "cafe"),
        ("a AND b", "and"),
        ("привет, мир", "ПРИВ"),
        ("𠮷野家で食べた", "𠮷野"),
    ],
)
def test_words_are_found(ask: Ask, search: Search, said: str, query: str) -> None:
    chat, question, _ = ask(said, title="-")
    hits = search.find(query)
    assert [(hit.chat_id, hit.message_id) for hit in hits] == [(chat.id, question.id)]
    assert hits[0].spans, "the find is marked"


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("The quick brown fox", "uick"),
        ("The quick brown fox", "quick wolf"),
        ("東京都", "京東"),
        ("大阪と東京", "阪東"),
        ("hello", "NOT hello"),
        ("hello", "hello OR"),
        ("hello", "words:hello"),
    ],
)
def test_what_is_not_said_is_not_found(ask: Ask, search: Search, said: str, query: str) -> None:
    ask(said, title="-")
    assert search.find(query) == []


@pytest.mark.parametrize("query", ["", "   ", '"', "*", "()", "-", "^", "\0", '" OR ""', "_", "...", "\ud800", "{}:"])
def test_what_is_no_word_finds_nothing_and_fails_nothing(ask: Ask, search: Search, query: str) -> None:
    ask("hello")
    assert search.find(query) == []


def test_titles_come_first_and_say_so(ask: Ask, search: Search, chats: Conversations) -> None:
    _, question, _ = ask("about gardens", title="-")
    chat, _, _ = ask("something", title="-")
    chats.rename(chat.id, "My gardens", TitleOrigin.USER)
    hits = search.find("garden")
    assert [(hit.chat_title, hit.message_id) for hit in hits] == [("My gardens", None), ("-", question.id)]
    assert [marked(hit) for hit in hits] == [["garden"], ["garden"]]


def test_reasoning_is_not_searched(ask: Ask, search: Search, chats: Conversations) -> None:
    _, _, answer = ask("q")
    parts = (Part(PartKind.REASONING, "thoughts"), Part(PartKind.TEXT, "words"))
    chats.finish(answer.id, parts, Status.COMPLETE, FinishReason.END, None)
    assert search.find("thoughts") == []
    assert [hit.message_id for hit in search.find("words")] == [answer.id]


def test_an_answer_is_found_once_it_is_finished(ask: Ask, search: Search, chats: Conversations) -> None:
    _, _, answer = ask("q")
    chats.checkpoint(answer.id, text("persimmon"))
    assert search.find("persimmon") == []
    chats.finish(answer.id, text("persimmon"), Status.COMPLETE, FinishReason.END, None)
    assert len(search.find("persimmon")) == 1


def test_rare_words_are_ranked(ask: Ask, search: Search) -> None:
    _, best, _ = ask("plum plum plum", title="-")
    ask("a very long message with many words and only a single plum in it " * 3, title="-")
    assert search.find("plum")[0].message_id == best.id


def test_common_words_give_the_newest(ask: Ask, search: Search) -> None:
    asked = [ask("the same", title="-")[1].id for _ in range(RANKED_AT_MOST + 5)]
    assert [hit.message_id for hit in search.find("same", 3)] == asked[:-4:-1]


def test_no_more_than_asked_for(ask: Ask, search: Search) -> None:
    for _ in range(5):
        ask("pear", title="pear")
    assert len(search.find("pear", 7)) == 7
    assert search.find("pear", 0) == []


def test_a_snippet_is_one_line_around_the_find() -> None:
    before, after = "one two three\n" * 40, " four five six" * 40
    snippet, spans = Snippets(["needle"]).cut(before + "Needle" + after)
    assert snippet.startswith("…")
    assert snippet.endswith("…")
    assert "\n" not in snippet
    assert [snippet[start:end] for start, end in spans] == ["Needle"]
    assert len(snippet) < 200


def test_too_many_words_are_cut() -> None:
    assert len(pieces(" ".join(str(number) for number in range(100)))) == MAX_WORDS


def test_pairs() -> None:
    assert index_form("東京都").split() == ["東京", "京都", "都"]
    assert phrase("東京都") == '"東京 京都"'
    assert phrase("都") == '"都" *'
    assert phrase("word") == '"word" *'


ANY_TEXT = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("abc ABC \"*():^-+'_東京都のア한국어éüßİǆﬁ½²\u0301\u00ad\u200b")
    )
)
SLOW_START = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW_START
@given(query=ANY_TEXT)
def test_nothing_that_is_typed_is_an_operator(search: Search, query: str) -> None:
    search.find(query)


# Letters as they are written today: a few exotic ones are no letters for SQLite's tables of Unicode 6.1.
WORD = st.text(alphabet="abcxyzABCéüñçабвгд0123456789東京都一丁のアイ한국", min_size=1, max_size=12)


@SLOW_START
@given(words=st.lists(WORD, min_size=1, max_size=8), data=st.data())
def test_every_word_is_found_by_its_beginning(ask: Ask, search: Search, words: list[str], data: st.DataObject) -> None:
    _, question, _ = ask(" ".join(words), title="-")
    word = data.draw(st.sampled_from(words))
    beginning = word[: data.draw(st.integers(1, len(word)))]
    hits = search.find(beginning, 10_000)
    found = [hit for hit in hits if hit.message_id == question.id]
    assert len(found) == 1
    assert found[0].spans


@given(said=ANY_TEXT, query=ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_spans_lie_within_the_snippet(said: str, query: str) -> None:
    snippet, spans = Snippets(pieces(query)).cut(said)
    end = 0
    for start, stop in spans:
        assert end <= start < stop <= len(snippet)
        end = stop
