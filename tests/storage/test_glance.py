"""What the window shows first, read before the stores are open."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.domain.folders import Folder
from desktop.storage import glance as glances
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.folders import FolderStore
from desktop.storage.glance import LAST_CHAT, glance
from desktop.storage.options import Options
from tests.storage.conftest import KEY, Ask


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list begins with three chats here."""
    monkeypatch.setattr(glances, "FIRST_CHATS", 3)


def titles(file: Path) -> list[str]:
    found = glance(file, KEY)
    assert found is not None
    return [chat.title for chat in found.chats]


def test_a_short_list_is_seen_whole(file: Path, ask: Ask) -> None:
    ask("one")
    ask("two")
    found = glance(file, KEY)
    assert found is not None
    assert found.number == 2
    assert titles(file) == ["two", "one"]


def test_of_a_long_list_the_newest_and_the_pinned_chats_are_seen(file: Path, chats: Conversations, ask: Ask) -> None:
    pinned, _, _ = ask("pinned")
    for words in ("one", "two", "three", "four"):
        ask(words)
    chats.set_pinned(pinned.id, True)
    deleted, _, _ = ask("deleted")
    chats.delete(deleted.id)
    found = glance(file, KEY)
    assert found is not None
    assert found.number == 5
    assert titles(file) == ["four", "three", "two", "pinned"]


def test_a_list_is_seen_as_far_as_the_chat_that_was_open(file: Path, database: Database, ask: Ask) -> None:
    old, _, answer = ask("old")
    for words in ("one", "two", "three", "four"):
        ask(words)
    Options(database).put(LAST_CHAT, old.id)
    found = glance(file, KEY)
    assert found is not None
    assert len(found.chats) == found.number == 5
    assert old in found.chats
    assert found.opened.chat == old
    assert found.opened.path[-1] == answer.id
    assert [message.text for message in found.opened.messages] == ["old", ""]


def test_another_key_sees_nothing(file: Path, ask: Ask) -> None:
    ask("one")
    assert glance(file, bytes(32)) is None


def test_of_folders_the_open_ones_are_seen_with_their_newest_chats(
    file: Path, database: Database, chats: Conversations, ask: Ask
) -> None:
    folders = FolderStore(database)
    open_one, closed, empty = (folders.create(name) for name in ("Open", "Closed", "Empty"))
    folders.set_open(open_one.id, True)
    for words in ("one", "two", "three", "four", "five"):
        folders.move(ask(f"in it {words}")[0].id, open_one.id)
    for words in ("one", "two", "three", "four"):
        ask(words)
    pinned, _, _ = ask("pinned and filed")
    chats.set_pinned(pinned.id, True)
    for chat in (pinned, ask("hidden")[0], ask("hidden too")[0]):
        folders.move(chat.id, closed.id)
    found = glance(file, KEY)
    assert found is not None
    assert titles(file) == ["pinned and filed", "four", "three", "two", "in it five", "in it four", "in it three"]
    assert found.folders == [
        Folder(closed.id, "Closed", number=2),
        Folder(empty.id, "Empty", number=0),
        Folder(open_one.id, "Open", is_open=True, number=5),
    ]
    # One more in no folder, two more in the open one.
    assert (found.number, found.below()) == (12, 3)


def test_a_chat_that_was_open_in_a_closed_folder_is_read_alone(file: Path, database: Database, ask: Ask) -> None:
    folders = FolderStore(database)
    filed, _, _ = ask("filed")
    folders.move(filed.id, folders.create("Closed").id)
    for words in ("one", "two", "three", "four"):
        ask(words)
    Options(database).put(LAST_CHAT, filed.id)
    found = glance(file, KEY)
    assert found is not None
    assert titles(file) == ["four", "three", "two", "filed"]
    assert (found.number, found.below()) == (5, 1)
