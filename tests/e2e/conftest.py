"""Houses that are killed, and what is found afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop import house as houses
from desktop import unlocking
from desktop.domain.chat import Message, Status
from desktop.services.instance import Mark
from tests.fixtures.keychains import FileKeychain
from tests.services.conftest import WAIT, Home, open_house

ROOT = Path(__file__).resolve().parents[2]
WORDS = " ".join(f"word{number}" for number in range(400))
KILLS = int(os.environ.get("SNUG_TEST_KILLS", "10"))
"""How many of each kind. The benchmark asks for more."""
SLOW = "fake:" + json.dumps({"rate": 200, "text": WORDS})
"""Some 660 tokens, three seconds: every word has its number, so that nothing can be lost or doubled unseen."""


@dataclass(slots=True)
class Kept:
    """What a driver had acknowledged before it was killed."""

    killed_at: float
    questions: dict[int, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    pieces: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    finished: dict[int, str] = field(default_factory=dict)
    engine: int = 0
    heard: set[str] = field(default_factory=set)

    @property
    def running(self) -> int | None:
        """The answer that was being written, if the kill came between two of its tokens."""
        last = self.answers[-1] if self.answers else None
        return last if last in self.pieces and last not in self.finished else None

    def received(self, answer: int, before: float) -> str:
        """What had been given out of an answer so many seconds before the kill."""
        return "".join(text for at, text in self.pieces.get(answer, []) if at <= self.killed_at - before)


class Driven:
    """A driver process. It runs until it is killed or has asked everything."""

    def __init__(self, data: Path, model: str, questions: int) -> None:
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.driver", str(data), model, str(questions)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def end(self) -> None:
        """Nothing of it outlives its test."""
        if self._process.poll() is None:
            self.kill()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)

    def wait_for(self, what: str) -> None:
        """Until it has said so."""
        mark = f'"what": "{what}"'
        deadline = time.monotonic() + 40
        while not any(mark in line for line in list(self._lines)):
            assert time.monotonic() < deadline, f"no {what}: {self._lines[-3:]}"
            assert self._process.poll() is None, "the driver ended early"
            time.sleep(0.005)

    def wait_until_writing(self) -> None:
        """Until the newest word is one of an answer that goes on."""
        deadline = time.monotonic() + 40
        while '"what": "got"' not in self._lines[-1]:
            assert time.monotonic() < deadline, f"it writes nothing: {self._lines[-3:]}"
            time.sleep(0.001)

    def wait(self) -> Kept:
        """Until it has asked everything."""
        assert self._process.wait(timeout=50) == 0
        return self._gather(time.monotonic())

    def kill(self) -> Kept:
        """SIGKILL, now."""
        at = time.monotonic()
        self._process.kill()
        self._process.wait(timeout=10)
        return self._gather(at)

    def _gather(self, at: float) -> Kept:
        # The engine may hold the other end of stdout for a moment longer.
        self._reader.join(timeout=10)
        assert not self._reader.is_alive()
        assert self._process.stdout is not None
        self._process.stdout.close()
        kept = Kept(at)
        for line in self._lines:
            if line.endswith("\n"):
                _note(kept, json.loads(line))
        return kept


def _note(kept: Kept, event: dict[str, Any]) -> None:
    kept.heard.add(event["what"])
    match event["what"]:
        case "engine":
            kept.engine = event["pid"]
        case "stored" if event["user"]:
            kept.questions[event["id"]] = event["text"]
        case "stored":
            kept.answers.append(event["id"])
        case "got":
            kept.pieces.setdefault(event["id"], []).append((event["at"], event["text"]))
        case "answered":
            kept.finished[event["id"]] = event["text"]
        case _:
            pass


def reopened(data: Path, ids: list[int]) -> dict[int, Message]:
    """Open the database as the next start does, and read these messages."""
    paths = unlocking.prepare(data)
    stores = houses.open_stores(paths, FileKeychain.beside(paths.data))
    mark = Mark(paths.locks).hold()
    try:
        stores.conversations.interrupt_orphans(mark.alive)
        with stores.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            count = connection.exec_driver_sql("SELECT count(*) FROM message WHERE status = 'generating'").scalar()
            assert count == 0
        return {message.id: message for message in stores.conversations.messages(ids)}
    finally:
        mark.release()
        stores.database.close()


def check(kept: Kept, found: dict[int, Message], allowed_s: float) -> None:
    """Nothing acknowledged is lost: questions and finished answers whole, the cut answer up to ``allowed_s`` ago."""
    for number, text in kept.questions.items():
        assert found[number].text == text
        assert found[number].status is Status.COMPLETE
    for number, text in kept.finished.items():
        assert (found[number].text, found[number].status) == (text, Status.COMPLETE)
    for number in kept.answers:
        if number in kept.finished:
            continue
        message = found[number]
        # The kill may fall between the last transaction and the word of it.
        assert message.status in (Status.INTERRUPTED, Status.COMPLETE)
        everything = kept.received(number, 0)
        assert everything.startswith(message.text) or message.text.startswith(everything)
        assert len(message.text) >= len(kept.received(number, allowed_s))


Drive = Callable[..., Driven]


@pytest.fixture
def drive() -> Iterator[Drive]:
    """Starts drivers."""
    started: list[Driven] = []

    def start(data: Path, model: str, questions: int = 1_000_000) -> Driven:
        started.append(Driven(data, model, questions))
        return started[-1]

    yield start
    for driven in started:
        driven.end()


@pytest.fixture
def home(qtbot: QtBot, tmp_path: Path) -> Iterator[Home]:
    """A living app with a fake engine."""
    house = open_house(tmp_path / "data")
    with qtbot.waitSignal(house.chats.ready, timeout=WAIT):
        house.chats.start()
    yield Home(house, qtbot)
    house.close()
