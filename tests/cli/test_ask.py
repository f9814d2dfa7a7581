"""``snug ask`` and ``snug chat``, with the starter model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Snug, text_of

pytestmark = pytest.mark.model

FIGURES = {"prompt_tokens", "cached_tokens", "generated_tokens", "first_token_ms", "tokens_per_second"}


def test_the_answer_streams_as_text(snug: Snug) -> None:
    result = snug.run("ask", "--temperature", "0", "--max-tokens", "5", "Say hello")
    assert result.code == 0
    assert result.err == ""
    [line] = result.out.splitlines()
    assert len(line.split()) > 1


def test_events_tell_the_prompt_then_the_words_then_the_end(snug: Snug, starter: Path) -> None:
    events = snug.ask("Say hello", "--model", str(starter), "--max-tokens", "6")
    kinds = [event["event"] for event in events]
    assert kinds == sorted(kinds, key=["prefill", "token", "done"].index)
    # Tokens that follow each other fast travel together.
    assert 1 <= kinds.count("token") <= 6
    assert kinds.count("done") == 1
    reading = [event for event in events if event["event"] == "prefill"]
    assert reading[-1]["done"] == reading[-1]["total"]
    done = events[-1]
    assert done.keys() > FIGURES
    assert done["text"] == text_of(events)
    assert done["prompt_tokens"] == reading[-1]["total"]
    assert done["generated_tokens"] == 6
    assert done["first_token_ms"] > 0
    assert done["tokens_per_second"] > 0
    [question, answer] = snug.messages(done["chat"])
    assert (question["role"], question["text"]) == ("user", "Say hello")
    assert (answer["role"], answer["text"], answer["message"]) == ("assistant", done["text"], done["message"])


def test_the_same_seed_gives_the_same_answer(snug: Snug) -> None:
    options = ("--seed", "7", "--temperature", "1", "--max-tokens", "8")
    first, second = (snug.ask("Tell me a story", *options) for _ in range(2))
    assert first[-1]["text"] == second[-1]["text"]
    assert first[-1]["chat"] != second[-1]["chat"]
    other = snug.ask("Tell me a story", "--seed", "8", *options[2:])
    assert other[-1]["text"] != first[-1]["text"]


def test_a_chat_goes_on_with_what_was_said(snug: Snug) -> None:
    begun = snug.ask("My name is Ada.", "--max-tokens", "4")[-1]
    went_on = snug.ask("What is my name?", "--chat", str(begun["chat"]), "--max-tokens", "4")[-1]
    assert went_on["chat"] == begun["chat"]
    assert went_on["prompt_tokens"] > begun["prompt_tokens"] + begun["generated_tokens"]
    messages = snug.messages(begun["chat"])
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert [message["text"] for message in messages][::2] == ["My name is Ada.", "What is my name?"]


def test_a_system_prompt_is_part_of_the_prompt(snug: Snug) -> None:
    plain = snug.ask("Hello", "--max-tokens", "1")[-1]
    told = snug.ask("Hello", "--max-tokens", "1", "--system", "Answer like a pirate. " * 20)[-1]
    assert told["prompt_tokens"] > plain["prompt_tokens"] + 60


def test_the_question_may_come_from_standard_input(snug: Snug) -> None:
    result = snug.run("ask", "-", "--json", "--max-tokens", "2", stdin="How are you?\nReally?")
    assert result.code == 0
    assert snug.messages(result.events[-1]["chat"])[0]["text"] == "How are you?\nReally?"


def test_the_loop_answers_each_line_in_one_chat(snug: Snug) -> None:
    result = snug.run("chat", "--json", "--max-tokens", "3", stdin="One\n\nTwo\n")
    assert result.code == 0
    first, second = result.of("done")
    assert first["chat"] == second["chat"]
    assert second["cached_tokens"] > 0
    assert [message["text"] for message in snug.messages(first["chat"])][::2] == ["One", "Two"]


def test_a_question_longer_than_the_context_is_refused_in_words_and_kept(snug: Snug) -> None:
    question = "never " * 9000
    result = snug.run("ask", "-", "--max-tokens", "2", stdin=question)
    assert result.code == 1
    [line] = result.err.splitlines()
    assert "too long" in line
    assert "words" in line
    [chat] = snug.chats()
    assert snug.messages(chat["chat"])[0]["text"].strip() == question.strip()
