"""Folders of chats, and that nothing is stored in one that never stores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.domain.chat import Chat
from desktop.domain.folders import LONGEST_NAME, NEVER_STORED, Folder, Rule
from desktop.errors import AppError
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.folders import FolderStore
from tests.storage.conftest import Ask, Clock, text


@pytest.fixture
def folders(database: Database, clock: Clock) -> FolderStore:
    return FolderStore(database, clock)


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(AppError) as caught:
        do()
    return caught.value.code


def begin(chats: Conversations, folder_id: int | None) -> Chat:
    made, _, _ = chats.add_turn(
        None, None, text("a question"), model_name="", model_key="", writer="w", title="in it", folder_id=folder_id
    )
    return made


def folder_of(chats: Conversations, chat_id: int) -> int | None:
    found = chats.get(chat_id)
    assert found is not None
    return found.folder_id


def test_folders_stand_by_name(folders: FolderStore) -> None:
    for name in ("Zeta", "alpha", "Beta"):
        folders.create(name)
    assert [folder.name for folder in folders.list()] == ["alpha", "Beta", "Zeta"]


def test_a_folder_has_a_name_in_one_line_and_a_rule(folders: FolderStore) -> None:
    made = folders.create("  Hansen\nv Oslo  ", Rule(30))
    assert made == Folder(made.id, "Hansen v Oslo", Rule(30))
    assert folders.create("x" * 200).name == "x" * LONGEST_NAME
    assert refused(lambda: folders.create(" \t ")) == "FOLDER_UNNAMED"


def test_no_two_folders_have_one_name(folders: FolderStore) -> None:
    first, second = folders.create("Straße"), folders.create("Other")
    assert refused(lambda: folders.create("STRASSE")) == "FOLDER_EXISTS"
    assert refused(lambda: folders.rename(second.id, "straße")) == "FOLDER_EXISTS"
    folders.rename(first.id, "STRASSE")
    assert [folder.name for folder in folders.list()] == ["Other", "STRASSE"]


def test_what_is_not_there_is_said(folders: FolderStore, ask: Ask) -> None:
    chat, _, _ = ask("a chat")
    assert refused(lambda: folders.rename(7, "name")) == "FOLDER_GONE"
    assert refused(lambda: folders.move(chat.id, 7)) == "FOLDER_GONE"
    assert refused(lambda: folders.move(77, None)) == "CHAT_GONE"


def test_a_chat_is_moved_in_and_out_and_keeps_its_place(folders: FolderStore, chats: Conversations, ask: Ask) -> None:
    folder = folders.create("Hansen")
    moved, _, _ = ask("moved")
    ask("newer")
    folders.move(moved.id, folder.id)
    assert [(chat.title, chat.folder_id) for chat in chats.list()] == [("newer", None), ("moved", folder.id)]
    folders.move(moved.id, None)
    assert folder_of(chats, moved.id) is None


def test_a_chat_begins_in_a_folder_and_so_does_what_is_forked_from_it(
    folders: FolderStore, chats: Conversations
) -> None:
    folder = folders.create("Hansen", Rule(30))
    chat = begin(chats, folder.id)
    assert chat.folder_id == folder.id
    assert chat.active_leaf is not None
    assert chats.fork(chat.active_leaf).folder_id == folder.id


def test_a_chat_that_was_to_begin_in_a_folder_that_is_gone_is_in_none(
    folders: FolderStore, chats: Conversations
) -> None:
    folder = folders.create("Hansen")
    folders.delete(folder.id)
    assert begin(chats, folder.id).folder_id is None


def test_nothing_is_stored_in_a_folder_that_never_stores(folders: FolderStore, chats: Conversations, ask: Ask) -> None:
    stored, _, _ = ask("stored")
    secret = folders.create("Secret", NEVER_STORED)
    assert refused(lambda: begin(chats, secret.id)) == "FOLDER_NEVER_STORES"
    assert refused(lambda: folders.move(stored.id, secret.id)) == "FOLDER_NEVER_STORES"
    assert chats.list() == [stored]


def test_a_folder_that_holds_chats_cannot_become_one_that_never_stores(
    folders: FolderStore, chats: Conversations
) -> None:
    folder = folders.create("Hansen", Rule(7))
    chat = begin(chats, folder.id)
    assert refused(lambda: folders.set_rule(folder.id, NEVER_STORED)) == "FOLDER_HOLDS_CHATS"
    assert folders.list()[0].rule == Rule(7)
    chats.delete(chat.id)
    folders.set_rule(folder.id, NEVER_STORED)
    assert folders.list()[0].rule == NEVER_STORED
    chats.undelete(chat.id)
    assert folder_of(chats, chat.id) is None


def test_whether_a_folder_is_open_is_kept(folders: FolderStore) -> None:
    folder = folders.create("Hansen")
    folders.set_open(folder.id, True)
    assert folders.list() == [folder._replace(is_open=True)]


@pytest.mark.parametrize("purged", [False, True])
def test_a_deleted_chat_comes_back_into_its_folder(folders: FolderStore, chats: Conversations, purged: bool) -> None:
    folder = folders.create("Hansen")
    chat = begin(chats, folder.id)
    chats.delete(chat.id)
    if purged:
        chats.purge_deleted(keep=True)
    chats.undelete(chat.id)
    assert folder_of(chats, chat.id) == folder.id


@pytest.mark.parametrize("purged", [False, True])
def test_where_its_folder_is_gone_it_comes_back_into_none(
    folders: FolderStore, chats: Conversations, purged: bool
) -> None:
    folder = folders.create("Hansen")
    chat = begin(chats, folder.id)
    chats.delete(chat.id)
    if purged:
        chats.purge_deleted(keep=True)
    folders.delete(folder.id)
    chats.undelete(chat.id)
    assert folder_of(chats, chat.id) is None


def test_a_deleted_folder_leaves_its_chats_and_comes_back_with_them(folders: FolderStore, chats: Conversations) -> None:
    folder = folders.create("Hansen", Rule(90))
    folders.set_open(folder.id, True)
    first, second = begin(chats, folder.id), begin(chats, folder.id)
    taken = folders.delete(folder.id)
    assert (folders.list(), taken.chats) == ([], [first.id, second.id])
    assert folder_of(chats, first.id) is None
    chats.delete(second.id)
    chats.purge_deleted()
    folders.put_back(taken)
    assert folders.list() == [Folder(folder.id, "Hansen", Rule(90), True)]
    assert folder_of(chats, first.id) == folder.id


def test_its_chats_can_go_with_it_and_come_back_with_it(folders: FolderStore, chats: Conversations, ask: Ask) -> None:
    other, _, _ = ask("elsewhere")
    folder = folders.create("Hansen")
    inside = begin(chats, folder.id)
    taken = folders.delete(folder.id, with_chats=True)
    assert chats.list() == [other]
    assert chats.purge_deleted(keep=True) == 1
    chats.undelete(inside.id)
    folders.put_back(taken)
    assert folder_of(chats, inside.id) == folder.id


def test_the_number_of_a_folder_is_never_used_again(folders: FolderStore, chats: Conversations) -> None:
    gone = folders.create("Gone")
    folders.delete(gone.id)
    assert folders.create("New").id != gone.id
