"""What the window shows first, read before the stores are open."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.storage import glance as glances
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
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
