"""Several graphics cards: the chosen ones compute, the answer stays the same, and one that goes takes nothing along."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.chat import PartKind, Role, Sampling
from desktop.domain.memory import Device
from desktop.domain.models import EngineFailure, EngineState, FailureKind, LoadOptions
from desktop.engine import failure, protocol
from desktop.engine.client import EngineClient, Request
from tests.fixtures.card_engine import command
from tests.fixtures.rpc_device import endpoints, has_rpc, rpc_devices

pytestmark = [pytest.mark.model, pytest.mark.skipif(not has_rpc(), reason="llama.cpp was built without RPC")]

WAIT = 100_000
LITTLE = 16 * 1024 * 1024
"""Bytes. What a server keeps when all that lay there is gone again; half of the model's layers are 40 MiB and more."""
QUESTION = [protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, "Why does it rain?")])]
USUAL = LoadOptions(context_length=512)


class Computer:
    """One with two cards, and an engine."""

    def __init__(self, qtbot: QtBot, model: Path, servers: list[subprocess.Popen[bytes]]) -> None:
        self._qtbot = qtbot
        self._model = model
        self.servers = servers
        self._idle = [held(server) for server in servers]
        self.engine = EngineClient(lambda: command(endpoints(servers)))
        self.cards: tuple[Device, ...] = ()
        self.failures: list[EngineFailure] = []
        self.engine.measured.connect(self._measured)
        self.engine.failed.connect(self.failures.append)

    def load(self, options: LoadOptions) -> EngineState:
        self.engine.load(str(self._model), options)
        self._qtbot.waitUntil(lambda: self.engine.state in (EngineState.READY, EngineState.FAILED), timeout=WAIT)
        return self.engine.state

    def until_taken(self, *expected: bool) -> None:
        """Until something lies on just these cards, as their servers' memory shows: what the engine before had there
        goes when that has ended."""

        def taken() -> tuple[bool, ...]:
            now = map(held, self.servers)
            return tuple(bytes_now - idle > LITTLE for bytes_now, idle in zip(now, self._idle, strict=True))

        self._qtbot.waitUntil(lambda: taken() == expected, timeout=WAIT)

    def answer(self) -> list[int]:
        written: list[int] = []
        over: list[object] = []
        request = Request(0, on_token=lambda _, __, tokens: written.extend(tokens), on_done=over.append)
        self.engine.generate(QUESTION, Sampling(temperature=0.0, max_tokens=12), request)
        self._qtbot.waitUntil(lambda: bool(over), timeout=WAIT)
        return written

    def _measured(self, event: protocol.Measured) -> None:
        self.cards = event.room.cards


def held(server: subprocess.Popen[bytes]) -> int:
    """Bytes that a process has for itself."""
    import psutil

    memory = psutil.Process(server.pid).memory_info()
    return int(memory.rss - memory.shared)


@pytest.fixture
def computer(qtbot: QtBot, starter: Path) -> Iterator[Computer]:
    with rpc_devices(2) as servers:
        found = Computer(qtbot, starter, servers)
        yield found
        found.engine.shut()


@pytest.mark.timeout(180)  # five loads, each into other processes
def test_what_is_chosen_computes_and_the_answer_is_the_same(computer: Computer) -> None:
    assert computer.load(USUAL._replace(gpu_layers=0)) is EngineState.READY
    said = computer.answer()
    computer.until_taken(False, False)
    second = computer.cards[1].name
    for options, taken in (
        (USUAL, (True, True)),
        (USUAL._replace(devices=(second,)), (False, True)),
        (USUAL._replace(tensor_split=(1.0, 0.0)), (True, False)),
        # Shares of another number of cards mean nothing.
        (USUAL._replace(tensor_split=(1.0,)), (True, True)),
    ):
        assert computer.load(options) is EngineState.READY
        assert computer.answer() == said
        computer.until_taken(*taken)
    assert computer.failures == []


def test_a_card_that_goes_while_it_computes_is_named_as_the_reason(computer: Computer, qtbot: QtBot) -> None:
    assert computer.load(USUAL) is EngineState.READY
    second = computer.cards[1].name
    heard: list[EngineFailure] = []
    request = Request(0, on_token=lambda *_: computer.servers[1].kill(), on_failed=heard.append)
    computer.engine.generate(QUESTION, Sampling(temperature=0.0, max_tokens=400), request)
    qtbot.waitUntil(lambda: bool(heard), timeout=WAIT)
    assert heard[0].kind is FailureKind.DEVICE_LOST
    assert "graphics card" in failure.sentence(heard[0], "A").happened
    computer.servers[1].wait()

    assert computer.load(USUAL._replace(devices=(second,))) is EngineState.FAILED
    assert computer.failures[-1].kind is FailureKind.MISSING_DEVICE
    assert failure.sentence(computer.failures[-1], "A").happened == (
        f"A graphics card that A was to use is not there now: {second}."
    )
    # With what is left, and with the processor alone, it goes on.
    for options in (USUAL, USUAL._replace(devices=(second,), gpu_layers=0)):
        assert computer.load(options) is EngineState.READY
        assert len(computer.answer()) == 12
