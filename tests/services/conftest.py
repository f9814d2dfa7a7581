"""Services over a real encrypted database and a real child process (the fake engine)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import house as houses
from desktop import unlocking
from desktop.domain.models import EngineState, InstalledModel, LoadOptions
from desktop.domain.trust import Check
from desktop.engine import fake
from desktop.house import House
from desktop.services.conversation import Conversation
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from tests.fixtures.keychains import FileKeychain

WAIT = 40_000


@dataclass(slots=True)
class Home:
    """A house with a fake engine, and shorthands for tests."""

    house: House
    qtbot: QtBot

    @property
    def conversation(self) -> Conversation:
        return self.house.chats.current()

    def load(self, **script: object) -> None:
        """Load a fake model that does what the script says."""
        store = self.house.stores.library
        path = "fake:" + json.dumps(script)
        fake = InstalledModel(0, path, "Fake 1B", "Q4_0", key=path, checked=Check(1.0))
        model = self.house.worker.wait(lambda: store.by_path(path) or store.add(fake))
        models = self.house.models
        models._added(model)  # pyright: ignore[reportPrivateUsage]
        self.qtbot.waitUntil(lambda: models.state() in (EngineState.READY, EngineState.FAILED), timeout=WAIT)

    def send(self, text: str) -> None:
        self.conversation.send(text)

    def ask(self, text: str) -> None:
        """Send and wait for the end of the answer."""
        with self.qtbot.waitSignal(self.conversation.answered, timeout=WAIT):
            self.send(text)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def texts(self) -> list[str]:
        messages = [self.conversation.message(row) for row in range(self.conversation.count())]
        return [message.text if message else "?" for message in messages]


def open_house(
    data: Path,
    launcher: Callable[[], tuple[str, list[str]]] = fake.command,
    load_options: LoadOptions | None = None,
) -> House:
    """A house on ``data``, with its key in the tests' keychain."""
    paths = unlocking.prepare(data)
    worker = Worker("storage")
    stores = worker.wait(lambda: houses.open_stores(paths, FileKeychain.beside(paths.data)))
    return houses.furnish(
        paths, SettingsFile(paths.settings), worker, stores, launcher=launcher, load_options=load_options
    )


@pytest.fixture
def home(qtbot: QtBot, tmp_path: Path) -> Iterator[Home]:
    house = open_house(tmp_path / "data")
    with qtbot.waitSignal(house.chats.ready, timeout=WAIT):
        house.chats.start()
    yield Home(house, qtbot)
    house.close()
