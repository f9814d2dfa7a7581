"""From a request to events, with the starter model: what is said when, and what is read before it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.chat import FinishReason, PartKind, Role
from desktop.domain.models import LoadOptions
from desktop.engine import protocol
from desktop.engine.failing import Abort
from desktop.engine.generation import Generation
from desktop.engine.runtime import Runtime
from desktop.engine.sequences import SMALLEST_STEP
from desktop.engine.templates import Template

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def loaded(starter: Path) -> Iterator[tuple[Runtime, Template]]:
    runtime = Runtime(str(starter), LoadOptions(context_length=512), Abort(), lambda _: None)
    yield runtime, Template(runtime.facts().template, runtime.special("bos"), runtime.special("eos"))
    runtime.close()


class Chat:
    """Asks, and keeps the history."""

    def __init__(self, runtime: Runtime, template: Template) -> None:
        self.runtime = runtime
        self.history: list[protocol.PromptMessage] = []
        self.sent: list[tuple[protocol.Event, ...]] = []
        self._template = template
        runtime.sequences.forget(0)

    def ask(self, text: str, tokens: int = 8) -> Generation:
        self.history.append(protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)]))
        return self.go_on(tokens)

    def go_on(self, tokens: int = 8) -> Generation:
        request = protocol.Generate(1, list(self.history), temperature=0.0, max_tokens=tokens)
        self.sent.clear()
        generation = Generation(self.runtime, self._template, request, self._send)
        generation.run()
        written = [event for event in self.events if isinstance(event, protocol.Token)]
        part = protocol.PromptPart(
            PartKind.TEXT, "".join(event.text for event in written), [one for event in written for one in event.tokens]
        )
        self.history.append(protocol.PromptMessage(Role.ASSISTANT, [part]))
        return generation

    @property
    def events(self) -> list[protocol.Event]:
        return [event for together in self.sent for event in together]

    @property
    def done(self) -> protocol.Done:
        done = self.events[-1]
        assert isinstance(done, protocol.Done)
        return done

    def _send(self, *events: protocol.Event) -> None:
        self.sent.append(events)


@pytest.fixture
def chat(loaded: tuple[Runtime, Template]) -> Callable[[], Chat]:
    return lambda: Chat(*loaded)


def test_the_end_of_the_reading_comes_together_with_the_first_token(chat: Callable[[], Chat]) -> None:
    talk = chat()
    talk.ask("Hello")
    prefill, token = next(together for together in talk.sent if len(together) > 1)
    assert isinstance(prefill, protocol.Prefill)
    assert prefill.done == prefill.total == talk.done.prompt_tokens
    assert isinstance(token, protocol.Token)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_reading_is_told_beforehand_where_it_takes_a_moment(
    chat: Callable[[], Chat], monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    talk = chat()
    monkeypatch.setattr(talk.runtime.sequences, "reads_at_once", lambda _: at_once)
    talk.ask("Hello")
    told = [event.done for event in talk.events if isinstance(event, protocol.Prefill)]
    total = talk.done.prompt_tokens
    assert told == ([total] if at_once else [0, total])


def test_how_long_a_reading_takes_is_known_after_the_first_one(starter: Path) -> None:
    runtime = Runtime(str(starter), LoadOptions(context_length=1024), Abort(), lambda _: None)
    assert not runtime.sequences.reads_at_once(1)
    runtime.sequences.read(0, list(range(100, 100 + 2 * SMALLEST_STEP)), lambda _: None)
    assert runtime.sequences.reads_at_once(1)
    assert not runtime.sequences.reads_at_once(100_000)
    runtime.close()


def test_what_the_next_turn_begins_with_is_read_ahead(chat: Callable[[], Chat]) -> None:
    talk = chat()
    generation = talk.ask("Hello")
    held = talk.runtime.sequences.held(0)
    generation.read_ahead()
    ahead = talk.runtime.sequences.held(0)
    # The last token of the answer, and what the template puts between it and the next question.
    assert 1 < ahead - held <= SMALLEST_STEP
    talk.ask("Why?")
    assert talk.done.cached_tokens == ahead


def test_an_answer_that_is_carried_on_with_is_not_disturbed(chat: Callable[[], Chat]) -> None:
    talk = chat()
    talk.ask("Name a colour.", 4).read_ahead()
    begun = talk.history[-1].parts[0]
    generation = talk.go_on(4)
    assert talk.done.cached_tokens == talk.done.prompt_tokens - 1
    more = talk.history.pop().parts[0]
    talk.history[-1] = protocol.PromptMessage(
        Role.ASSISTANT, [protocol.PromptPart(PartKind.TEXT, begun.text + more.text, begun.tokens + more.tokens)]
    )
    generation.read_ahead()
    ahead = talk.runtime.sequences.held(0)
    talk.ask("Why?")
    assert talk.done.cached_tokens == ahead


def aside(talk: Chat, text: str, *, takes_room: bool = False) -> protocol.Done:
    """Ask something beside the chat, as a title is asked for."""
    question = protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)])
    request = protocol.Generate(
        2, [question], temperature=0.0, max_tokens=8, sequence=protocol.SIDE_SEQUENCE, takes_room=takes_room
    )
    told: list[protocol.Event] = []
    Generation(talk.runtime, talk._template, request, lambda *events: told.extend(events)).run()
    assert isinstance(told[-1], protocol.Done)
    return told[-1]


def test_what_is_asked_beside_the_chat_leaves_nothing_behind(chat: Callable[[], Chat]) -> None:
    talk = chat()
    talk.ask("Hello")
    held = talk.runtime.sequences.held(0)
    assert aside(talk, "Write a title.").generated_tokens > 0
    assert (talk.runtime.sequences.held(0), talk.runtime.sequences.held(1)) == (held, 0)


def test_what_is_asked_beside_the_chat_never_takes_the_chat_s_room(chat: Callable[[], Chat]) -> None:
    talk = chat()
    talk.ask("word " * 300)
    held = talk.runtime.sequences.held(0)
    done = aside(talk, "word " * 300)
    assert (done.generated_tokens, done.reason) == (0, FinishReason.STOPPED)
    assert talk.runtime.sequences.held(0) == held


def test_what_is_worth_it_takes_the_chat_s_room(chat: Callable[[], Chat]) -> None:
    talk = chat()
    talk.ask("word " * 300)
    assert aside(talk, "word " * 300, takes_room=True).reason is not FinishReason.STOPPED
    assert talk.runtime.sequences.held(0) == 0
