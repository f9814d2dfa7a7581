"""A house in which words get everywhere they can get: chat, answer, title, system prompt, draft, search, a folder.

``python -m tests.e2e.sweep_driver DATA KEYCHAIN MODEL MARKER…``; says ``busy`` on stdout while an answer is written and
goes on until its stdin ends. Without a keychain folder (``-``) the database is an ordinary one: the control.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop import house as houses
from desktop import unlocking
from desktop.child.surroundings import command_for
from desktop.domain.models import EngineState
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from tests.fixtures.keychains import FileKeychain
from tests.fixtures.unkeyed import use_no_key


def main() -> None:
    data, keychain, model, *markers = sys.argv[1:]
    text, title, system, draft, searched, folder = markers
    if keychain == "-":
        use_no_key()
    logging.getLogger().setLevel(logging.DEBUG)
    app = QCoreApplication([])
    paths = unlocking.prepare(Path(data))
    logging.getLogger().setLevel(logging.DEBUG)
    worker = Worker("storage")
    place = FileKeychain(Path(keychain)) if keychain != "-" else FileKeychain.beside(Path(data))
    stores = worker.wait(lambda: houses.open_stores(paths, place))
    house = houses.furnish(
        paths, SettingsFile(paths.settings), worker, stores, launcher=lambda: command_for("--engine")
    )
    said: list[str] = []

    def ask() -> None:
        if house.models.engine.state is EngineState.READY and not said:
            said.append("asked")
            house.chats.new_chat()
            conversation = house.chats.current()
            conversation.created.connect(created)
            conversation.streamed.connect(streamed)
            conversation.send(f"Repeat these words and tell a long story: {text}")

    def created(chat: object) -> None:
        chats = house.chats
        chats.rename(chat.id, title)  # type: ignore[attr-defined]
        chats.set_system_prompt(chat.id, system)  # type: ignore[attr-defined]
        house.folders.create(folder, then=lambda made: house.folders.set_open(made.id, True))

    def streamed(*_: object) -> None:
        if len(said) == 1:
            said.append("streamed")
            house.chats.current().set_draft(draft)
            house.chats.current().save_draft()
            house.chats.search(searched, lambda _: house.chats.search(text, lambda _: tell()))

    def tell() -> None:
        house.upkeep.back_up()
        house.upkeep.backed_up.connect(lambda _: print("busy", flush=True))

    house.models.changed.connect(ask)
    house.chats.ready.connect(lambda: house.models.start(model))
    house.chats.start()
    threading.Thread(target=lambda: (sys.stdin.read(), app.exit()), daemon=True).start()
    app.exec()
    house.close()


if __name__ == "__main__":
    main()
