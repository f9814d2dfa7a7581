"""Real encrypted files in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.chat import Chat, Message, Part, PartKind
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.search import Search

KEY = bytes(range(32))


def text(words: str) -> tuple[Part, ...]:
    return (Part(PartKind.TEXT, words),)


class Clock:
    """Time that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "snug.db"


@pytest.fixture
def reopen(file: Path) -> Iterator[Callable[..., Database]]:
    """Opens the file of this test, as often as wanted."""
    opened: list[Database] = []

    def open_again(key: bytes = KEY, *, expect_existing: bool = True, salt: bytes = b"") -> Database:
        database = Database.open(file, key, backups=file.parent / "backups", expect_existing=expect_existing, salt=salt)
        opened.append(database)
        return database

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def database(reopen: Callable[..., Database]) -> Database:
    return reopen(expect_existing=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chats(database: Database, clock: Clock) -> Conversations:
    return Conversations(database, clock)


@pytest.fixture
def search(database: Database) -> Search:
    return Search(database)


Ask = Callable[..., tuple[Chat, Message, Message]]


@pytest.fixture
def ask(chats: Conversations) -> Ask:
    """A turn with little to type."""

    def turn(
        words: str = "hello",
        chat: Chat | None = None,
        parent: Message | None = None,
        writer: str = "w1",
        title: str = "",
    ) -> tuple[Chat, Message, Message]:
        return chats.add_turn(
            chat.id if chat else None,
            parent.id if parent else None,
            text(words),
            model_name="Tiny",
            model_key="k1",
            writer=writer,
            title=title or words,
        )

    return turn
