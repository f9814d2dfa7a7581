"""A house without a window that asks one question after the other, and says on stdout what it has been given.

``python -m tests.e2e.driver FOLDER MODEL QUESTIONS``: MODEL is a path (``fake:{…}`` too). One line of JSON for each
thing that happens; times are ``time.monotonic``, which is the same clock in every process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop import house as houses
from desktop import unlocking
from desktop.child.surroundings import command_for
from desktop.domain.chat import Message, PartKind, Role
from desktop.domain.models import EngineState, InstalledModel
from desktop.domain.trust import Check
from desktop.engine import fake
from desktop.house import House
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from tests.fixtures.keychains import FileKeychain


def say(what: str, **values: object) -> None:
    """One line, in one write: what arrives was said before the kill, whole."""
    os.write(1, (json.dumps({"what": what, "at": time.monotonic(), **values}) + "\n").encode())


class Driver:
    """Sends the next question as soon as the last one is answered."""

    def __init__(self, house: House, model: str, questions: int) -> None:
        self._house = house
        self._model = model
        self._left = questions
        self._number = 0
        self._shown = -1
        house.models.changed.connect(self._changed)
        house.chats.ready.connect(self._begin)

    def start(self) -> None:
        self._house.chats.start()

    def _begin(self) -> None:
        self._house.chats.new_chat()
        conversation = self._house.chats.current()
        conversation.rows_inserted.connect(self._inserted)
        conversation.streamed.connect(self._streamed)
        conversation.answered.connect(self._answered)
        store, path = self._house.stores.library, self._model
        fake = InstalledModel(0, path, "Model", "Q4_0", key=path, checked=Check(1.0))
        model = self._house.worker.wait(lambda: store.by_path(path) or store.add(fake))
        self._house.models._added(model)  # pyright: ignore[reportPrivateUsage]

    def _changed(self) -> None:
        engine = self._house.models.engine
        if engine.state is EngineState.READY and engine.pid != self._shown:
            self._shown = engine.pid
            say("engine", pid=engine.pid)
            self._ask()

    def _ask(self) -> None:
        if not self._left:
            QCoreApplication.quit()
            return
        self._left -= 1
        self._number += 1
        self._house.chats.current().send(f"Question {self._number} of {os.getpid()}: tell me a long story.")

    def _inserted(self, first: int, last: int) -> None:
        conversation = self._house.chats.current()
        for row in range(first, last + 1):
            message = conversation.message(row)
            assert message is not None
            say("stored", id=message.id, user=message.role is Role.USER, text=message.text)

    def _streamed(self, row: int, kind: PartKind, text: str) -> None:
        message = self._house.chats.current().message(row)
        assert message is not None
        say("got", id=message.id, text=text)

    def _answered(self, message: Message) -> None:
        say("answered", id=message.id, text=message.text, status=message.status.value)
        self._ask()


def main() -> None:
    data, model, questions = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    app = QCoreApplication([])
    say("opening")
    paths = unlocking.prepare(data)
    worker = Worker("storage")
    stores = worker.wait(lambda: houses.open_stores(paths, FileKeychain.beside(paths.data)))
    say("opened")
    launcher = fake.command if model.startswith(fake.PREFIX) else lambda: command_for("--engine")
    house = houses.furnish(paths, SettingsFile(paths.settings), worker, stores, launcher=launcher)
    driver = Driver(house, model, questions)
    driver.start()
    app.exec()
    house.close()


if __name__ == "__main__":
    main()
