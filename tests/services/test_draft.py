"""Drafts: when what was typed is written down."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.services.draft import Draft


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def draft(qtbot: QtBot, written: list[str]) -> Draft:
    return Draft(written.append)


def test_what_is_typed_is_written_after_a_moment(draft: Draft, written: list[str], qtbot: QtBot) -> None:
    draft.edit("h")
    draft.edit("half a thought")
    assert written == []
    qtbot.waitUntil(lambda: bool(written), timeout=5000)
    assert written == ["half a thought"]


def test_what_did_not_change_is_not_written_again(draft: Draft, written: list[str]) -> None:
    draft.edit("half a thought")
    draft.save()
    draft.save()
    assert written == ["half a thought"]


def test_what_was_typed_while_the_disk_was_read_is_newer(draft: Draft, written: list[str]) -> None:
    draft.edit("new")
    draft.found("old")
    assert draft.text == "new"
    draft.save()
    assert written == ["new"]


def test_what_the_disk_had_is_not_written_back(draft: Draft, written: list[str]) -> None:
    draft.found("old")
    draft.save()
    assert (draft.text, written) == ("old", [])


def test_what_is_being_sent_is_not_written_behind_the_transaction_that_empties_it(
    draft: Draft, written: list[str]
) -> None:
    draft.edit("question")
    draft.hold()
    draft.save()
    draft.sent()
    draft.save()
    assert (draft.text, written) == ("", [])


def test_what_could_not_be_sent_is_a_draft_again(draft: Draft, written: list[str]) -> None:
    draft.edit("question")
    draft.hold()
    draft.returned("question")
    draft.save()
    assert written == ["question"]
