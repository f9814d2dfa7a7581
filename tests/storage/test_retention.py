"""Chats that are kept for a while only."""

from __future__ import annotations

import pytest

from desktop.domain.folders import DAY_S, FOR_EVER, KEPT, Rule
from desktop.errors import AppError
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.folders import FolderStore
from desktop.storage.retention import Retention
from tests.storage.conftest import Ask


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def retention(database: Database, clock: Clock) -> Retention:
    return Retention(database, clock)


def test_a_chat_is_deleted_so_many_days_after_its_last_word(
    database: Database, retention: Retention, clock: Clock, ask: Ask
) -> None:
    conversations = Conversations(database, clock)
    short, _, _ = ask("kept for a month")
    ask("kept for ever")
    retention.keep_for(short.id, 30)
    updated = conversations.list()[0].updated_at
    clock.now = updated + 30 * DAY_S - 60
    assert retention.expire() == 0
    clock.now = updated + 30 * DAY_S + 60
    assert retention.expire() == 1
    assert [chat.title for chat in conversations.list()] == ["kept for ever"]
    assert conversations.purge_deleted() == 1
    assert retention.days(short.id) is None


def test_days_can_be_changed_and_taken_back(retention: Retention, clock: Clock, ask: Ask) -> None:
    chat, _, _ = ask("a chat")
    assert retention.days(chat.id) is None
    retention.keep_for(chat.id, 30)
    retention.keep_for(chat.id, 7)
    assert retention.days(chat.id) == 7
    retention.keep_for(chat.id, None)
    clock.now += 10_000 * DAY_S
    assert retention.expire() == 0


def test_a_chat_that_is_gone_is_said(retention: Retention) -> None:
    with pytest.raises(AppError) as caught:
        retention.keep_for(77, 30)
    assert caught.value.code == "CHAT_GONE"


def test_a_folder_s_rule_holds_for_its_chats_that_have_none_of_their_own(
    database: Database, retention: Retention, clock: Clock, ask: Ask
) -> None:
    conversations, folders = Conversations(database, clock), FolderStore(database)
    folder = folders.create("Matter", Rule(30))
    chats = {name: ask(name)[0] for name in ("goes by the folder", "kept for ever", "kept longer", "elsewhere")}
    for name in list(chats)[:3]:
        folders.move(chats[name].id, folder.id)
    retention.keep_for(chats["kept for ever"].id, FOR_EVER)
    retention.keep_for(chats["kept longer"].id, 90)
    clock.now = conversations.list()[0].updated_at + 31 * DAY_S
    assert retention.overdue(folder.id, Rule(30)) == 1
    assert retention.overdue(folder.id, Rule(90)) == retention.overdue(folder.id, KEPT) == 0
    assert retention.expire() == 1
    assert sorted(chat.title for chat in conversations.list()) == ["elsewhere", "kept for ever", "kept longer"]
    clock.now += 60 * DAY_S
    assert retention.expire() == 1
    assert sorted(chat.title for chat in conversations.list()) == ["elsewhere", "kept for ever"]
    assert conversations.purge_deleted() == 2


def test_outside_its_folder_a_chat_is_kept(database: Database, retention: Retention, clock: Clock, ask: Ask) -> None:
    folders = FolderStore(database)
    folder = folders.create("Matter", Rule(7))
    chat, _, _ = ask("a chat")
    folders.move(chat.id, folder.id)
    folders.delete(folder.id)
    clock.now += 10_000 * DAY_S
    assert retention.expire() == 0
