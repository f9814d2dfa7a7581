"""``snug chats folders``, ``folder``, ``move``, and asking in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.cli import commands
from desktop.cli.arguments import parse
from desktop.domain.chat import Part, PartKind
from desktop.domain.folders import KEPT, NEVER_STORED, Rule
from desktop.errors import AppError
from desktop.house import Stores
from desktop.storage.conversations import Conversations
from tests.cli.conftest import Snug
from tests.fixtures.profiles import open_profile

OLD = 1_700_000_000.0


@pytest.fixture
def stores(snug: Snug) -> Iterator[Stores]:
    opened = open_profile(snug.data)
    yield opened
    opened.database.close()


@pytest.fixture
def old(stores: Stores) -> int:
    """The number of a chat from long ago."""
    parts = (Part(PartKind.TEXT, "Long ago"),)
    chat, _, _ = Conversations(stores.database, lambda: OLD).add_turn(
        None, None, parts, model_name="", model_key="", writer="w", title="Long ago"
    )
    return chat.id


Run = Callable[..., str]


@pytest.fixture
def run(stores: Stores, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command of ``snug chats`` over these stores; what it printed."""

    def typed(*arguments: str) -> str:
        chosen = parse(["chats", *arguments])
        capsys.readouterr()
        assert commands._ACTIONS["chats", chosen.action](chosen, stores) == 0  # pyright: ignore[reportPrivateUsage]
        return capsys.readouterr().out

    return typed


def refusal(run: Run, *arguments: str) -> str:
    with pytest.raises(AppError) as caught:
        run(*arguments)
    return caught.value.sentence


def folder_of(stores: Stores, chat_id: int) -> str | None:
    chat = stores.conversations.get(chat_id)
    assert chat is not None
    return {folder.id: folder.name for folder in stores.folders.list()}.get(chat.folder_id or 0)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_folders_are_made_listed_changed_and_deleted(run: Run, stores: Stores) -> None:
    [folder] = events(run("folder", "Hansen v Oslo", "--keep", "30", "--json"))
    assert {**folder, "id": 0} == {
        "event": "folder", "id": 0, "name": "Hansen v Oslo", "chats": 0, "keep_days": 30, "stores": True,
    }  # fmt: skip
    run("folder", "secret", "--never-store")
    assert run("folders") == "     0  Hansen v Oslo (30 days)\n     0  secret (not stored)\n"
    changed = events(run("folder", "HANSEN V OSLO", "--for-ever", "--rename", "Hansen", "--json"))
    assert changed == [folder | {"name": "Hansen", "keep_days": None}]
    assert run("folder", "Hansen", "--delete") == "Folder deleted.\n"
    assert [folder.name for folder in stores.folders.list()] == ["secret"]


def test_a_chat_is_moved_in_and_out(run: Run, stores: Stores, old: int) -> None:
    stores.folders.create("Hansen")
    assert run("move", str(old), "hansen") == "Moved to Hansen.\n"
    assert folder_of(stores, old) == "Hansen"
    assert run("list", "--folder", "Hansen").endswith("Long ago\n")
    assert events(run("folders", "--json"))[0]["chats"] == 1
    assert run("move", str(old), "--none") == "In no folder now.\n"
    assert folder_of(stores, old) is None
    assert run("list", "--folder", "Hansen") == ""
    assert events(run("list", "--json"))[0]["folder"] is None


def test_a_deleted_folder_leaves_its_chats(run: Run, stores: Stores, old: int) -> None:
    stores.folders.move(old, stores.folders.create("Hansen").id)
    assert run("folder", "Hansen", "--delete") == "Folder deleted.\n"
    assert folder_of(stores, old) is None


def test_where_nothing_is_stored_a_stored_chat_cannot_go(run: Run, stores: Stores, old: int) -> None:
    stores.folders.create("Secret", NEVER_STORED)
    assert "Nothing is stored in this folder" in refusal(run, "move", str(old), "Secret")
    stores.folders.move(old, stores.folders.create("Hansen").id)
    assert "holds chats" in refusal(run, "folder", "Hansen", "--never-store")


def test_what_would_end_chats_at_once_has_to_be_confirmed(run: Run, stores: Stores, old: int) -> None:
    stores.folders.create("Short", Rule(7))
    assert "--yes" in refusal(run, "move", str(old), "Short")
    stores.folders.move(old, stores.folders.create("Hansen").id)
    assert "1 chat" in refusal(run, "folder", "Hansen", "--keep", "30")
    assert "for good" in refusal(run, "folder", "Hansen", "--delete-chats")
    assert folder_of(stores, old) == "Hansen"
    assert stores.folders.list()[0].rule == KEPT
    assert run("move", str(old), "Short", "--yes") == "Moved to Short.\n"
    assert run("folder", "Short", "--delete-chats", "--yes") == "Folder and its chats deleted.\n"
    assert stores.conversations.list() == []


def test_what_is_not_there_is_said(run: Run, old: int) -> None:
    assert "“snug chats folder NAME” makes one" in refusal(run, "move", str(old), "Nowhere")
    assert "no folder called Nowhere" in refusal(run, "list", "--folder", "Nowhere")
    assert "no folder called Nowhere" in refusal(run, "folder", "Nowhere", "--delete")
    assert "no chat 77" in refusal(run, "move", "77", "--none")


@pytest.mark.parametrize(
    "typed", [["move", "1"], ["move", "1", "Hansen", "--none"], ["folder", "Hansen", "--keep", "7", "--for-ever"]]
)
def test_what_makes_no_sense_is_wrong_usage(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["chats", *typed])
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_asking_in_a_folder(snug: Snug, tiny: str) -> None:
    stores = open_profile(snug.data)
    stores.folders.create("Hansen")
    stores.folders.create("Secret", NEVER_STORED)
    stores.database.close()
    options = ("--model", tiny, "--max-tokens", "3")
    stored = snug.ask("Where do hedgehogs sleep?", *options, "--folder", "Hansen")[-1]
    never = snug.ask("Where do swordfishes sleep?", *options, "--folder", "Secret")[-1]
    assert (never["event"], never["chat"], never["generated_tokens"]) == ("done", None, 3)
    assert [(chat["chat"], chat["folder"]) for chat in snug.chats()] == [(stored["chat"], "Hansen")]
    stores = open_profile(snug.data)
    assert stores.search.find("swordfishes") == []
    stores.database.close()
    assert "no folder called Nowhere" in snug.run("ask", "--model", tiny, "--folder", "Nowhere", "Hello").refusal()
