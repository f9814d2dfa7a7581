"""Folders of chats."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.branches import Tree
from desktop.domain.chat import Chat
from desktop.domain.folders import DAY_S, FOR_EVER, KEPT, NEVER_STORED, Folder, Rule
from desktop.domain.glance import Glance, Opened
from desktop.errors import AppError
from tests.services.conftest import WAIT, Home


def make(home: Home, name: str = "Hansen", rule: Rule = KEPT) -> Folder:
    made: list[Folder] = []
    home.house.folders.create(name, rule, made.append)
    home.until(lambda: bool(made))
    return made[0]


def names(home: Home) -> list[str]:
    return [folder.name for folder in home.house.folders.folders()]


def filed(home: Home) -> dict[str, int | None]:
    return {chat.title: chat.folder_id for chat in home.house.chats.chats()}


def stored(home: Home) -> dict[str, int | None]:
    store = home.house.stores.conversations
    return {chat.title: chat.folder_id for chat in home.house.worker.wait(store.list)}


def ask_in(home: Home, folder: Folder, text: str) -> Chat:
    home.house.folders.new_chat(folder.id)
    home.ask(text)
    chat = home.conversation.chat
    assert chat is not None
    return chat


def refusal(home: Home, qtbot: QtBot) -> list[AppError]:
    heard: list[AppError] = []
    home.house.folders.refused.connect(heard.append)
    return heard


def test_a_chat_begins_in_a_folder(home: Home) -> None:
    home.load(text="Fine.")
    folder = make(home)
    home.house.folders.new_chat(folder.id)
    assert home.conversation.folder_id == folder.id
    home.ask("In it")
    home.house.chats.new_chat()
    home.ask("Elsewhere")
    assert filed(home) == stored(home) == {"Elsewhere": None, "In it": folder.id}


def test_a_chat_is_moved_at_once_and_on_the_disk(home: Home) -> None:
    home.load(text="Fine.")
    home.ask("A chat")
    folder = make(home)
    [chat] = home.house.chats.chats()
    home.house.folders.move(chat.id, folder.id)
    assert filed(home) == {"A chat": folder.id}
    assert home.conversation.folder_id == folder.id
    assert stored(home) == {"A chat": folder.id}
    home.house.folders.move(chat.id, None)
    assert filed(home) == stored(home) == {"A chat": None}


def test_a_folder_that_never_stores_has_temporary_chats_and_takes_no_others(home: Home, qtbot: QtBot) -> None:
    home.load(text="Fine.")
    home.ask("Stored")
    heard = refusal(home, qtbot)
    secret = make(home, "Secret", NEVER_STORED)
    [chat] = home.house.chats.chats()
    home.house.folders.move(chat.id, secret.id)
    home.until(lambda: [error.code for error in heard] == ["FOLDER_NEVER_STORES"])
    assert filed(home) == {"Stored": None}
    home.house.folders.new_chat(secret.id)
    assert home.conversation.temporary
    assert home.conversation.folder_id == secret.id
    home.ask("Never written down")
    assert stored(home) == {"Stored": None}
    assert home.texts() == ["Never written down", "Fine."]


def test_what_is_said_in_it_is_nowhere_on_the_disk(home: Home) -> None:
    home.load(text="Fine.")
    ask_in(home, make(home, "Secret", NEVER_STORED), "Swordfishes")
    home.house.chats.new_chat()
    home.house.worker.wait(lambda: None)
    assert home.house.worker.wait(lambda: home.house.stores.search.find("Swordfishes")) == []


def test_a_new_chat_follows_its_folder_s_rule_until_it_begins(home: Home) -> None:
    home.load(text="Fine.")
    folder = make(home)
    home.house.folders.new_chat(folder.id)
    assert not home.conversation.temporary
    home.house.folders.set_rule(folder.id, NEVER_STORED)
    home.until(lambda: home.conversation.temporary)
    home.house.folders.set_rule(folder.id, Rule(30))
    home.until(lambda: not home.conversation.temporary)
    assert home.conversation.folder_id == folder.id


def test_a_folder_with_chats_does_not_become_one_that_never_stores(home: Home, qtbot: QtBot) -> None:
    home.load(text="Fine.")
    heard = refusal(home, qtbot)
    folder = make(home)
    ask_in(home, folder, "Stored")
    home.house.folders.set_rule(folder.id, NEVER_STORED)
    home.until(lambda: [error.code for error in heard] == ["FOLDER_HOLDS_CHATS"])
    assert home.house.folders.find(folder.id) == folder


def test_folders_are_renamed_and_stand_by_name(home: Home) -> None:
    first = make(home, "Alpha")
    make(home, "Beta")
    home.house.folders.rename(first.id, "Gamma")
    home.until(lambda: names(home) == ["Beta", "Gamma"])


def test_whether_a_folder_is_open_is_remembered(home: Home) -> None:
    folder = make(home)
    home.house.folders.set_open(folder.id, True)
    assert home.house.folders.folders() == [folder._replace(is_open=True)]
    home.house.worker.wait(lambda: None)
    home.house.folders.start()
    with home.qtbot.waitSignal(home.house.folders.changed, timeout=WAIT):
        pass
    assert home.house.folders.folders() == [folder._replace(is_open=True)]


@pytest.mark.parametrize("with_chats", [False, True])
def test_a_deleted_folder_comes_back_with_its_chats(home: Home, with_chats: bool) -> None:
    home.load(text="Fine.")
    folders = home.house.folders
    folder = make(home)
    ask_in(home, folder, "In it")
    with home.qtbot.waitSignal(folders.deleted, timeout=WAIT) as told:
        folders.delete(folder.id, with_chats=with_chats)
    assert names(home) == []
    assert filed(home) == stored(home) == ({} if with_chats else {"In it": None})
    assert (home.conversation.chat is None) == with_chats
    assert told.args is not None
    folders.undo_delete(told.args[0])
    home.until(lambda: names(home) == ["Hansen"] and filed(home) == {"In it": folder.id})
    assert stored(home) == {"In it": folder.id}


def test_chats_that_went_with_a_folder_come_back_also_from_memory(home: Home) -> None:
    home.load(text="Fine.")
    folders, chats = home.house.folders, home.house.chats
    folder = make(home)
    chat = ask_in(home, folder, "In it")
    with home.qtbot.waitSignal(folders.deleted, timeout=WAIT) as told:
        folders.delete(folder.id, with_chats=True)
    chats._deletions.purge()  # pyright: ignore[reportPrivateUsage]
    assert home.house.worker.wait(lambda: home.house.stores.conversations.get(chat.id)) is None
    assert told.args is not None
    folders.undo_delete(told.args[0])
    home.until(lambda: filed(home) == {"In it": folder.id} and names(home) == ["Hansen"])
    assert stored(home) == {"In it": folder.id}


def test_a_chat_s_own_rule_wins_over_its_folder_s(home: Home) -> None:
    home.load(text="Fine.")
    folders, chats = home.house.folders, home.house.chats
    chat = ask_in(home, make(home, rule=Rule(30)), "In it")
    assert folders.kept_for(chat) == 30
    folders.keep_for(chat, None)
    home.until(lambda: folders.kept_for(chat) is None)
    assert home.house.stores.retention.all() == {chat.id: FOR_EVER}
    folders.keep_for(chat, 90)
    home.until(lambda: folders.kept_for(chat) == 90)
    folders.move(chat.id, None)
    folders.keep_for(chats.chats()[0], None)
    home.until(lambda: folders.kept_for(chats.chats()[0]) is None)
    assert home.house.stores.retention.all() == {}


def test_what_a_rule_would_delete_at_once_is_known_before(home: Home) -> None:
    home.load(text="Fine.")
    folders = home.house.folders
    folder = make(home, rule=Rule(30))
    chat = ask_in(home, folder, "In it")
    old = chat._replace(updated_at=chat.updated_at - 31 * DAY_S)
    assert (folders.overdue(chat, folder), folders.overdue(old, folder)) == (False, True)
    assert not folders.overdue(old, folder._replace(rule=KEPT))
    counts: list[int] = []
    folders.count_overdue(folder.id, Rule(7), counts.append)
    home.until(lambda: counts == [0])


def test_what_another_process_does_is_seen(home: Home) -> None:
    home.house.worker.wait(lambda: home.house.stores.folders.create("From afar"))
    home.house.chats._reread()  # pyright: ignore[reportPrivateUsage]
    home.until(lambda: names(home) == ["From afar"])


def test_how_many_chats_there_are_is_told_until_they_are_all_read(home: Home) -> None:
    folder, chat = Folder(1, "Hansen", number=700), Chat(1, "A chat")
    seen = Glance([chat], 701, Opened(None, Tree(), [], (), ""), [folder])
    home.house.folders.start(seen)
    home.house.chats.start(seen)
    assert home.house.folders.folders() == [folder]
    home.until(home.house.chats.complete)
    assert home.house.folders.folders() == [folder._replace(number=None)]


def test_no_name_of_a_folder_is_outside_the_database(home: Home) -> None:
    make(home, "Zanzibarmatter")
    home.house.folders.set_open(home.house.folders.folders()[0].id, True)
    home.house.worker.wait(home.house.stores.database.checkpoint)
    data = Path(home.house.paths.data)
    assert [path for path in data.rglob("*") if path.is_file() and b"Zanzibarmatter" in path.read_bytes()] == []
