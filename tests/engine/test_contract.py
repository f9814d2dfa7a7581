"""What every engine does, asked of the fake and of the real one with the starter model."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from pytestqt.qtbot import QtBot

from desktop.child.bulk import Broken
from desktop.child.surroundings import command_for
from desktop.domain.chat import FinishReason, PartKind, Role, Sampling
from desktop.domain.models import EngineFailure, EngineState, FailureKind, LoadOptions
from desktop.engine import fake, protocol
from desktop.engine.client import EngineClient, Request

LOAD_MS, ANSWER_MS = 30_000, 30_000
QUESTION = "Tell me about rain, and where it comes from. " * 12
OTHER = "What do cats eat, and why do they sleep so much? " * 12


class Heard:
    """Listens to one request and keeps what it hears."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.tokens: list[int] = []
        self.prefill: list[protocol.Prefill] = []
        self.fractions: list[float] = []
        self.benchmarked: list[protocol.Benchmarked] = []
        self.done: protocol.Done | None = None
        self.failed: EngineFailure | None = None

    def request(self) -> Request:
        return Request(
            0,
            on_prefill=self.prefill.append,
            on_token=self._token,
            on_done=self._done,
            on_failed=self._failed,
            on_progress=self.fractions.append,
            on_benchmarked=self.benchmarked.append,
        )

    def over(self) -> bool:
        return self.done is not None or self.failed is not None

    def _token(self, kind: PartKind, text: str, tokens: list[int]) -> None:
        if kind is PartKind.TEXT:
            self.text += text
        else:
            self.reasoning += text
        self.tokens += tokens

    def _done(self, done: protocol.Done) -> None:
        self.done = done

    def _failed(self, failure: EngineFailure) -> None:
        self.failed = failure


def ask(text: str) -> list[protocol.PromptMessage]:
    return [protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)])]


def gone(pid: int) -> bool:
    if os.name == "nt":
        return not psutil.pid_exists(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


class EngineContract:
    """Everything here holds for any engine. ``path`` is a model that answers, ``slow_path`` one that takes its time."""

    launcher: Callable[[], tuple[str, list[str]]]
    path: str
    slow_path: str
    slow_question: str

    @pytest.fixture
    def engine(self, qtbot: QtBot) -> Iterator[EngineClient]:
        engine = EngineClient(type(self).launcher)
        yield engine
        pid = engine.pid
        engine.shut()
        assert pid == 0 or gone(pid)

    def load(self, engine: EngineClient, qtbot: QtBot, path: str | None = None) -> None:
        with qtbot.waitSignal(engine.loaded, timeout=LOAD_MS):
            engine.load(path or self.path, LoadOptions(context_length=4096))

    def answer(self, engine: EngineClient, qtbot: QtBot, text: str = "Hello", max_tokens: int = 12) -> Heard:
        heard = Heard()
        engine.generate(ask(text), Sampling(temperature=0.0, max_tokens=max_tokens), heard.request())
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        return heard

    def test_loading_tells_how_far_it_is_and_what_was_loaded(self, engine: EngineClient, qtbot: QtBot) -> None:
        fractions: list[float] = []
        engine.progressed.connect(fractions.append)
        assert engine.state is EngineState.NOT_LOADED
        with qtbot.waitSignal(engine.loaded, timeout=LOAD_MS) as loaded:
            engine.load(self.path, LoadOptions(context_length=4096))
            assert engine.state is EngineState.LOADING
        assert engine.state is EngineState.READY
        assert loaded.args[0].context_length == 4096
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0

    def test_an_answer_has_prompt_tokens_then_text_then_one_end(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        heard = self.answer(engine, qtbot)
        assert heard.text
        assert heard.done is not None
        assert heard.done.generated_tokens == len(heard.tokens)
        assert heard.prefill[-1].done == heard.prefill[-1].total == heard.done.prompt_tokens
        assert heard.done.first_token_ms > 0
        assert engine.state is EngineState.READY

    def test_a_limit_of_tokens_is_kept(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        heard = self.answer(engine, qtbot, max_tokens=3)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.LENGTH
        assert heard.done.generated_tokens == 3

    def test_a_question_may_be_asked_while_the_model_loads(self, engine: EngineClient, qtbot: QtBot) -> None:
        engine.load(self.path, LoadOptions(context_length=4096))
        assert self.answer(engine, qtbot).text

    def test_questions_are_answered_in_order(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        order: list[int] = []
        requests = [Request(0, on_done=lambda done: order.append(done.id)) for _ in range(3)]
        numbers = [engine.generate(ask("Hi"), Sampling(max_tokens=2), request) for request in requests]
        qtbot.waitUntil(lambda: len(order) == 3, timeout=ANSWER_MS)
        assert order == numbers

    def test_stop_ends_an_answer_and_the_next_one_works(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        number = engine.generate(ask("Tell me a long story"), Sampling(temperature=1.0, seed=1), heard.request())
        qtbot.waitUntil(lambda: len(heard.tokens) > 3, timeout=ANSWER_MS)
        engine.stop(number)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.STOPPED
        assert self.answer(engine, qtbot, max_tokens=2).text

    def test_stop_works_in_the_middle_of_a_prompt(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        number = engine.generate(ask(self.slow_question), Sampling(), heard.request())
        qtbot.waitUntil(lambda: len(heard.prefill) > 1, timeout=ANSWER_MS)
        engine.stop(number)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.STOPPED
        assert heard.text == ""
        assert heard.prefill[-1].done < heard.prefill[-1].total

    def test_stopping_what_has_not_begun_ends_it_too(self, engine: EngineClient, qtbot: QtBot) -> None:
        engine.load(self.slow_path, LoadOptions(context_length=4096))
        heard = Heard()
        engine.stop(engine.generate(ask("Hi"), Sampling(), heard.request()))
        qtbot.waitUntil(heard.over, timeout=LOAD_MS)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.STOPPED
        assert heard.text == ""

    def long_chat(self) -> list[protocol.PromptMessage]:
        """Some 900 tokens by anybody's count: a system prompt, eight turns, the second of them kept, and a question."""
        said = [
            protocol.PromptMessage(role, [protocol.PromptPart(PartKind.TEXT, f"{number} green apples. " * 12)])
            for number in range(8)
            for role in (Role.USER, Role.ASSISTANT)
        ]
        said[3] = msgspec.structs.replace(said[3], pinned=True)
        system = protocol.PromptMessage(Role.SYSTEM, [protocol.PromptPart(PartKind.TEXT, "Be brief.")])
        return [system, *said, *ask("What did I count?")]

    def answer_in_small_context(self, engine: EngineClient, qtbot: QtBot, **more: Any) -> Heard:
        heard = Heard()
        with qtbot.waitSignal(engine.loaded, timeout=LOAD_MS):
            engine.load(self.path, LoadOptions(context_length=512))
        engine.generate(self.long_chat(), Sampling(temperature=0.0, max_tokens=4), heard.request(), **more)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        return heard

    def test_what_does_not_fit_is_left_out_and_told_and_what_is_pinned_stays(
        self, engine: EngineClient, qtbot: QtBot
    ) -> None:
        heard = self.answer_in_small_context(engine, qtbot)
        assert heard.text
        prefill, messages = heard.prefill[-1], self.long_chat()
        assert messages[prefill.begins].role is Role.USER
        # Before that one everything is left out but the system prompt and the turn with the pinned message.
        assert prefill.begins > 5
        assert prefill.dropped == prefill.begins - 3
        assert prefill.total + 128 <= 512

    def test_a_cut_holds_for_the_next_turn(self, engine: EngineClient, qtbot: QtBot) -> None:
        begins = self.answer_in_small_context(engine, qtbot).prefill[-1].begins
        heard = Heard()
        more = [*self.long_chat(), *ask("Why?")]
        engine.generate(more, Sampling(temperature=0.0, max_tokens=4), heard.request(), since=begins)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.prefill[-1].begins == begins

    def test_a_chat_of_which_nothing_may_be_left_out_is_not_answered(self, engine: EngineClient, qtbot: QtBot) -> None:
        heard = self.answer_in_small_context(engine, qtbot, may_drop=False)
        assert heard.failed is not None
        assert heard.failed.kind is FailureKind.FULL
        assert heard.failed.numbers[0] > heard.failed.numbers[1] == 512
        assert not heard.text
        assert engine.state is EngineState.READY

    def test_what_has_to_stay_may_be_too_long(self, engine: EngineClient, qtbot: QtBot) -> None:
        with qtbot.waitSignal(engine.loaded, timeout=LOAD_MS):
            engine.load(self.path, LoadOptions(context_length=512))
        heard = Heard()
        pinned = [msgspec.structs.replace(message, pinned=True) for message in self.long_chat()]
        engine.generate(pinned, Sampling(), heard.request())
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.failed is not None
        assert heard.failed.kind is FailureKind.TOO_LONG

    @pytest.mark.skipif(os.name == "nt", reason="signals")
    @pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT"])
    def test_a_death_in_mid_answer_is_a_failure_and_not_a_silence(
        self, engine: EngineClient, qtbot: QtBot, name: str
    ) -> None:
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        engine.generate(ask("Tell me a long story"), Sampling(seed=1), heard.request())
        qtbot.waitUntil(lambda: len(heard.tokens) > 3, timeout=ANSWER_MS)
        os.kill(engine.pid, getattr(signal, name))
        qtbot.waitUntil(heard.over, timeout=5000)
        assert heard.failed is not None
        assert heard.failed.kind is (FailureKind.OUT_OF_MEMORY if name == "SIGKILL" else FailureKind.CRASHED)
        assert engine.state is EngineState.FAILED
        assert heard.text
        self.load(engine, qtbot)
        assert self.answer(engine, qtbot).text

    def test_what_is_enforced_is_told_at_any_time_also_in_mid_answer(self, engine: EngineClient, qtbot: QtBot) -> None:
        def assert_proved() -> None:
            with qtbot.waitSignal(engine.proved, timeout=LOAD_MS) as proved:
                engine.probe()
            proof = proved.args[0]
            if sys.platform == "linux":
                assert proof.facts.status["NStgid"].split()[-1] == str(engine.pid)
            assert {attempt.refused for attempt in proof.attempts} <= {True, False, None}
            assert len(proof.attempts) == len({attempt.what for attempt in proof.attempts}) > 0

        assert_proved()  # in a process that was started for it, without a model
        assert engine.state is EngineState.NOT_LOADED
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        engine.generate(ask(self.slow_question), Sampling(temperature=0.0), heard.request())
        assert_proved()
        assert not heard.over()

    def turn(self, engine: EngineClient, qtbot: QtBot, chat: int, text: str = QUESTION) -> protocol.Done:
        """An answer in a chat."""
        heard = Heard()
        engine.generate(ask(text), Sampling(temperature=0.0, max_tokens=4), heard.request(), chat=chat)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.done is not None
        return heard.done

    def kept(self, engine: EngineClient, qtbot: QtBot, chat: int) -> list[bytes] | None:
        """What comes over the bulk pipe for a chat; None: the engine gave up."""
        assert engine.bulk is not None
        engine.keep(chat)
        engine.flush()
        try:
            return list(map(bytes, engine.bulk.read()))
        except Broken:
            return None

    def test_the_state_of_a_chat_survives_the_engine(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        first = self.turn(engine, qtbot, 7)
        assert first.cached_tokens == 0
        state = self.kept(engine, qtbot, 7)
        assert state is not None
        self.load(engine, qtbot)
        assert engine.bulk is not None
        with qtbot.waitSignal(engine.held, timeout=ANSWER_MS) as held:
            engine.restore(7)
            engine.flush()
            engine.bulk.write(state)
        assert held.args[0].chats == [7]
        assert self.turn(engine, qtbot, 7).cached_tokens >= first.prompt_tokens - 1

    def test_another_chat_in_between_costs_nothing(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        first = self.turn(engine, qtbot, 7)
        self.turn(engine, qtbot, 8, OTHER)
        assert self.turn(engine, qtbot, 7).cached_tokens >= first.prompt_tokens - 1

    def test_a_chat_that_is_forgotten_is_read_again(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        self.turn(engine, qtbot, 7)
        with qtbot.waitSignal(engine.held, timeout=ANSWER_MS) as held:
            engine.forget(7)
        assert held.args[0].chats == []
        assert self.kept(engine, qtbot, 7) is None
        assert self.turn(engine, qtbot, 7).cached_tokens == 0

    def test_what_was_read_ahead_need_not_be_read(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        with qtbot.waitSignal(engine.held, timeout=ANSWER_MS) as held:
            engine.read_ahead(7, ask(QUESTION))
        assert held.args[0].tokens > 64
        assert self.turn(engine, qtbot, 7, QUESTION + " And why?").cached_tokens == held.args[0].tokens

    def test_reading_ahead_gives_way_to_a_question(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot, self.slow_path)
        engine.read_ahead(7, ask(self.slow_question))
        assert self.turn(engine, qtbot, 8, "Hello").generated_tokens > 0

    def test_a_benchmark_measures_each_length_and_ends(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        heard = Heard()
        engine.benchmark([8, 16], 2, 2, heard.request())
        assert engine.state is EngineState.BUSY
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.END
        assert [measured.length for measured in heard.benchmarked] == [8, 16]
        for measured in heard.benchmarked:
            assert measured.reading > 0
            assert measured.writing > 0
            assert measured.own_bytes > 10_000_000
        assert heard.fractions == sorted(heard.fractions)
        assert heard.fractions[-1] == 1.0
        assert engine.state is EngineState.READY

    def test_a_length_that_has_no_room_is_not_measured(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        limit = 1 << 20
        heard = Heard()
        engine.benchmark([32, limit], 1, 4, heard.request())
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.failed is not None
        assert heard.failed.kind is FailureKind.TOO_LONG
        assert heard.failed.numbers[0] == limit + 4
        assert heard.benchmarked == []

    def test_stop_ends_a_benchmark(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        number = engine.benchmark([3000], 1000, 32, heard.request())
        qtbot.waitUntil(lambda: bool(heard.fractions), timeout=ANSWER_MS)
        engine.stop(number)
        qtbot.waitUntil(heard.over, timeout=ANSWER_MS)
        assert heard.done is not None
        assert heard.done.reason is FinishReason.STOPPED
        assert heard.benchmarked == []

    def test_a_benchmark_gives_way_to_a_question(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot, self.slow_path)
        heard = Heard()
        engine.benchmark([3000], 1000, 32, heard.request())
        assert self.answer(engine, qtbot, max_tokens=2).text
        assert heard.done is not None
        assert heard.done.reason is FinishReason.STOPPED

    def test_a_benchmark_leaves_what_is_known_of_a_chat(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        question = ask("word salad " * 100)
        first, again = Heard(), Heard()
        greedy = Sampling(temperature=0.0, max_tokens=2)
        engine.generate(question, greedy, first.request(), chat=7)
        qtbot.waitUntil(first.over, timeout=ANSWER_MS)
        measured = Heard()
        with qtbot.waitSignal(engine.held, timeout=ANSWER_MS) as held:
            engine.benchmark([16], 1, 2, measured.request())
        assert held.args[0].chats == [7]
        qtbot.waitUntil(measured.over, timeout=ANSWER_MS)
        engine.generate(question, greedy, again.request(), chat=7)
        qtbot.waitUntil(again.over, timeout=ANSWER_MS)
        assert first.done is not None
        assert again.done is not None
        assert again.done.cached_tokens >= first.done.prompt_tokens - 1
        assert again.tokens == first.tokens

    def test_unloading_ends_the_process(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        pid = engine.pid
        engine.unload()
        assert engine.state is EngineState.NOT_LOADED
        qtbot.waitUntil(lambda: gone(pid), timeout=8000)

    def test_who_wants_the_models_file_is_told_when_the_process_is_gone(
        self, engine: EngineClient, qtbot: QtBot
    ) -> None:
        self.load(engine, qtbot)
        pid = engine.pid
        told: list[bool] = []
        engine.unload()
        engine.when_gone(lambda: told.append(gone(pid)))
        assert not told
        qtbot.waitUntil(lambda: bool(told), timeout=8000)
        assert told == [True]
        engine.when_gone(lambda: told.append(True))
        assert told == [True, True]

    def test_loading_another_model_begins_a_fresh_process(self, engine: EngineClient, qtbot: QtBot) -> None:
        self.load(engine, qtbot)
        first = engine.pid
        self.load(engine, qtbot)
        assert engine.pid != first
        qtbot.waitUntil(lambda: gone(first), timeout=8000)

    def test_a_file_that_is_not_there_is_a_bad_file(self, engine: EngineClient, qtbot: QtBot) -> None:
        with qtbot.waitSignal(engine.failed, timeout=LOAD_MS) as failed:
            engine.load("nowhere.gguf", LoadOptions())
        assert failed.args[0].kind is FailureKind.BAD_FILE
        assert engine.state is EngineState.FAILED


class TestFakeEngine(EngineContract):
    launcher = staticmethod(fake.command)
    path = "fake:{}"
    slow_path = 'fake:{"rate": 60, "repeat": 50, "prefill_s": 0.3, "benchmark_s": 20}'
    slow_question = "a long question"


@pytest.mark.model
class TestRealEngine(EngineContract):
    launcher = staticmethod(lambda: command_for("--engine"))
    slow_question = "word salad again and again " * 500

    @pytest.fixture(autouse=True)
    def _model(self, starter: Path) -> None:
        type(self).path = type(self).slow_path = str(starter)


class TestMisbehaviour:
    """What a real engine does only by accident."""

    @pytest.fixture
    def engine(self, qtbot: QtBot) -> Iterator[EngineClient]:
        engine = EngineClient(fake.command)
        yield engine
        engine.shut()

    def failure(self, engine: EngineClient, qtbot: QtBot, script: str, timeout: int = 10_000) -> EngineFailure:
        heard = Heard()
        engine.load(f"fake:{script}", LoadOptions())
        engine.generate(ask("Hi"), Sampling(), heard.request())
        qtbot.waitUntil(heard.over, timeout=timeout)
        assert heard.failed is not None
        return heard.failed

    def test_a_line_that_is_no_message_ends_the_child(self, engine: EngineClient, qtbot: QtBot) -> None:
        failure = self.failure(engine, qtbot, '{"garbage_after": 3, "rate": 100}')
        assert failure.kind is FailureKind.PROTOCOL

    def test_a_model_that_aborts_while_loading_is_told_so(self, engine: EngineClient, qtbot: QtBot) -> None:
        failure = self.failure(engine, qtbot, '{"die_loading": "SIGABRT"}')
        assert failure.kind is FailureKind.CRASHED
        assert failure.detail.startswith("SIGABRT while loading")

    @pytest.mark.parametrize("kind", [FailureKind.OUT_OF_MEMORY, FailureKind.UNSUPPORTED_MODEL])
    def test_a_failure_to_load_has_its_kind(self, engine: EngineClient, qtbot: QtBot, kind: FailureKind) -> None:
        assert self.failure(engine, qtbot, f'{{"fail_load": "{kind.value}"}}').kind is kind

    def test_an_engine_that_hangs_is_ended(
        self, engine: EngineClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        from desktop.engine import client

        monkeypatch.setattr(client, "HUNG_MS", 700)
        monkeypatch.setattr(client, "LOAD_QUIET_MS", 700)
        assert self.failure(engine, qtbot, '{"hang_after": 3}').kind is FailureKind.HUNG
        caplog.clear()

    def test_a_program_that_is_not_there_is_a_failure(self, qtbot: QtBot) -> None:
        engine = EngineClient(lambda: ("/nowhere/at/all", []))
        with qtbot.waitSignal(engine.failed, timeout=5000) as failed:
            engine.load("fake:{}", LoadOptions())
        assert failed.args[0].kind is FailureKind.CRASHED

    def test_a_child_whose_parent_is_gone_ends_at_once(self) -> None:
        import subprocess

        program, arguments = fake.command()
        child = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        started = time.monotonic()
        child.stdin.close()
        assert child.wait(timeout=5) == 0
        assert time.monotonic() - started < 2
        child.stdout.close()
