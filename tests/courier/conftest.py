"""A real courier and a hub on this computer, both for a whole file of tests."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from desktop.child.surroundings import environment
from desktop.child.wire import Decoder, encode
from desktop.courier import protocol
from desktop.courier.protocol import Command, Event
from desktop.domain.hub import HubFailure
from tests.fixtures.hub import COMMIT, FakeHub, fingerprint, running

Of = TypeVar("Of")
WAIT = 40.0
REPO, FILE = "maker/Tiny-GGUF", "tiny.gguf"


def model(size: int, seed: int = 1) -> bytes:
    """Bytes that begin like a model."""
    return b"GGUF" + random.Random(seed).randbytes(size - 4)


class Talk:
    """A courier process, spoken to in its lines."""

    def __init__(self, endpoint: str, folder: Path, *, arguments: tuple[str, ...] = ("--sealed",), **more: str) -> None:
        self.folder = folder
        told = environment({protocol.FOLDERS_VARIABLE: json.dumps([str(folder)]), "HF_ENDPOINT": endpoint, **more})
        command = [sys.executable, "-m", "tests.fixtures.courier_process", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told)
        self.heard: list[Event] = []
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._numbers = count(1)
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, command: Command) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(command))
        self.process.stdin.flush()

    def until(self, *kinds: type[Of], id: int | None = None) -> Of:
        """The next event of these kinds."""
        while True:
            event = self._events.get(timeout=WAIT)
            assert event is not None, "the courier ended"
            self.heard.append(event)
            if isinstance(event, kinds) and id in (None, event.id):  # type: ignore[attr-defined]
                return event

    def ask(self, kind: type[Command], **values: Any) -> Any:
        """A request, and its answer."""
        number = self.begin(kind, **values)
        return self.answer(number)

    def begin(self, kind: type[Command], **values: Any) -> int:
        number = next(self._numbers)
        self.say(kind(id=number, purpose=values.pop("purpose", "Test"), allowed_by="a test", **values))  # type: ignore[call-arg]
        return number

    def answer(self, number: int) -> Any:
        """What a request comes to in the end."""
        answers = (protocol.Found, protocol.Described, protocol.Peeked, protocol.Fetched, protocol.Downloaded)
        return self.until(*answers, protocol.Failed, id=number)

    def connections(self) -> list[protocol.Connection]:
        """Those that were over when the last answer came."""
        return [each for each in self.heard if isinstance(each, protocol.Connection) and not each.open]

    def download(self, data: bytes, **values: Any) -> dict[str, Any]:
        """What asks for a model in full."""
        asked: dict[str, Any] = {"repo": REPO, "revision": COMMIT, "file": FILE, "size": len(data)}
        asked |= {"sha256": fingerprint(data), "target": str(self.folder / values.get("file", FILE))}
        return asked | values

    def end(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            return self.process.wait(WAIT)
        finally:
            self.process.kill()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def _listen(self) -> None:
        decoder: Decoder[Event] = Decoder(Event)
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._events.put(decoder.message(line.strip()))
        self._events.put(None)


@pytest.fixture(scope="module")
def the_hub() -> Iterator[FakeHub]:
    with running() as hub:
        yield hub


@pytest.fixture(scope="module")
def the_courier(the_hub: FakeHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    talk = Talk(the_hub.endpoint, tmp_path_factory.mktemp("models"))
    talk.until(protocol.Hello)
    yield talk
    talk.end()


@pytest.fixture
def hub(the_hub: FakeHub) -> FakeHub:
    """The hub of this file, with nothing of the test before."""
    the_hub.repos.clear()
    the_hub.seen.clear()
    the_hub.troubles.clear()
    the_hub.sent = 0
    return the_hub


@pytest.fixture
def courier(the_courier: Talk) -> Talk:
    """The courier of this file, with an empty folder."""
    the_courier.heard.clear()
    for left in the_courier.folder.iterdir():
        left.unlink()
    return the_courier


def kind_of(answer: object) -> HubFailure:
    assert isinstance(answer, protocol.Failed), answer
    return answer.kind


def has_no_kept_files(folder: Path) -> bool:
    return os.listdir(folder) == []  # noqa: PTH208
