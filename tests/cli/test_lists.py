"""``snug chats``, ``snug models``, ``snug doctor``, and what can be typed wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop import __version__
from desktop.cli import doctor
from desktop.domain.fit import Room
from desktop.domain.ledger import Entry, Result
from desktop.domain.memory import Device, DeviceKind
from tests.cli.conftest import Snug
from tests.fixtures.profiles import open_profile


@pytest.fixture
def talked(snug: Snug, tiny: str) -> int:
    """The number of a chat with one turn."""
    return int(snug.ask("Where do hedgehogs sleep?", "--model", tiny, "--max-tokens", "3")[-1]["chat"])


def test_chats_are_listed_shown_and_found(snug: Snug, talked: int) -> None:
    listed = snug.run("chats", "list")
    assert (listed.code, listed.err) == (0, "")
    assert f"{talked}  " in listed.out
    assert listed.out.endswith("Where do hedgehogs sleep?\n")
    shown = snug.run("chats", "show", str(talked))
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("You:\nWhere do hedgehogs sleep?\n\ntiny:\n")
    found = snug.run("chats", "search", "hedgehogs", "--json")
    assert [hit["chat"] for hit in found.of("hit")] == [talked, talked]
    nothing = snug.run("chats", "search", "unicorns")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing found.\n")


def test_a_chat_is_deleted_only_when_that_is_confirmed(snug: Snug, talked: int) -> None:
    assert "--yes" in snug.run("chats", "delete", str(talked)).refusal()
    assert len(snug.chats()) == 1
    deleted = snug.run("chats", "delete", str(talked), "--yes")
    assert (deleted.code, deleted.out) == (0, "Chat deleted.\n")
    assert snug.chats() == []
    assert str(talked) in snug.run("chats", "show", str(talked)).refusal()
    assert snug.run("chats", "search", "hedgehogs").out == ""


def test_models_are_added_where_they_lie_and_removed_without_their_file(snug: Snug, tiny: str) -> None:
    added = snug.run("models", "add", tiny, "--json")
    assert added.code == 0
    [event] = added.events
    again = snug.run("models", "add", tiny, "--json").events
    assert again == [event]
    listed = {model["name"]: model for model in snug.run("models", "list", "--json").events}
    assert listed["tiny"]["path"] == tiny
    assert listed["tiny"]["available"] is True
    removed = snug.run("models", "remove", "tiny")
    assert (removed.code, removed.err) == (0, "")
    assert Path(tiny).exists()
    assert "tiny" not in snug.run("models", "list").out
    assert "tiny" in snug.run("models", "remove", "tiny").refusal()


@pytest.mark.model
def test_the_starter_model_is_on_the_list_from_the_start(snug: Snug, starter: Path) -> None:
    [model] = snug.run("models", "list", "--json").events
    assert (model["path"], model["available"]) == (str(starter), True)


def test_the_doctor_looks_and_changes_nothing(snug: Snug) -> None:
    result = snug.run("doctor", "--json")
    assert (result.code, result.err) == (0, "")
    facts = {fact["name"]: fact["value"] for fact in result.of("fact")}
    assert facts["snug"] == __version__
    assert facts["data"] == str(snug.data)
    assert not (snug.data / "snug.db").exists()


def test_the_doctor_says_of_the_processor_what_is_known() -> None:
    assert doctor.processor_text(2, 4) == "2 cores, 4 threads"
    assert doctor.processor_text(None, 4) == "4 threads"
    assert doctor.processor_text(None, None) == "unknown"


def test_the_doctor_names_the_graphics_cards_or_says_why_there_is_none(snug: Snug) -> None:
    nothing = Room(8 << 30, 16 << 30)
    facts = {fact["name"]: fact["value"] for fact in snug.run("doctor", "--json").of("fact")}
    assert facts["cards"] != doctor.cards_text(None)
    assert doctor.cards_text(nothing) == "not supported by this build"
    assert doctor.cards_text(nothing._replace(built_for_cards=True)) == "none found"
    card = Device("Vulkan0", "Radeon RX 7600", DeviceKind.CARD, 7 << 30, 8 << 30)
    found = doctor.cards_text(nothing._replace(cards=(card,), built_for_cards=True))
    assert found == "Radeon RX 7600 (Vulkan0), 7.5 GB free of 8.6 GB"


def test_the_data_folder_may_be_named_on_the_line(snug: Snug, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    result = snug.run("chats", "list", "--data-dir", str(elsewhere))
    assert result.code == 0
    assert (elsewhere / "snug.db").exists()
    assert not (snug.data / "snug.db").exists()


def test_version_and_help_answer_at_once_and_touch_nothing(snug: Snug) -> None:
    assert snug.run("--version").out == f"Snug {__version__}\n"
    help_text = snug.run("--help")
    assert help_text.code == 0
    assert all(
        command in help_text.out
        for command in ("ask", "chat", "chats", "models", "ledger", "vault", "doctor", "--data-dir")
    )
    assert "--seed" in snug.run("ask", "--help").out
    assert not (snug.data / "snug.db").exists()


@pytest.mark.parametrize(
    "line",
    [
        "frobnicate",
        "ask",
        "chats",
        "chats show",
        "chats show three",
        "chats show -- -1",
        "chats delete 99999999999999999999999",
        "ask hello --max-tokens 0",
        "ask hello --temperature hot",
        "ask hello --temperature nan",
        "ask hello --seed -1",
        "ask hello --seed 4294967295",
        "models add",
        "--nonsense",
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_wrong(snug: Snug, line: str) -> None:
    result = snug.run(*line.split())
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("usage: snug")
    assert "error: " in result.err
    assert not (snug.data / "snug.db").exists()


def test_the_ledger_lists_what_was_connected(snug: Snug) -> None:
    assert "No connection was ever made" in snug.run("ledger").err
    stores = open_profile(snug.data)
    stores.ledger.add(
        Entry(1.79e9, "huggingface.co", 443, "Model search", 900, 48_000, "You, allowed once", Result.DONE)
    )
    stores.ledger.add(Entry(1.79e9, "img.example.net", 443, "A picture", 0, 0, "Stay offline is on", Result.REFUSED))
    stores.database.close()
    result = snug.run("ledger")
    assert "huggingface.co:443  Model search  48.0 KB in, 900 bytes out  You, allowed once" in result.out
    assert "refused: Stay offline is on" in result.out
    assert "1 connections made, 1 refused" in result.err
    assert [event["host"] for event in snug.run("ledger", "--json").events] == ["img.example.net", "huggingface.co"]
    assert snug.run("ledger", "--csv").out.startswith("time,host,port")
