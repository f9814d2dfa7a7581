"""The ledger: every connection, the refused ones too."""

from __future__ import annotations

import csv

import pytest

from desktop.domain.ledger import Entry, Result, as_csv
from desktop.storage.database import Database
from desktop.storage.ledger import Ledger

DONE = Entry(
    1_790_000_000.0, "huggingface.co", 443, "Download Qwen3 8B", 900, 5_030_000_000, "You, Download button", Result.DONE
)
REFUSED = Entry(1_790_000_100.0, "img.example.net", 443, "Picture", 0, 0, "Stay offline is on", Result.REFUSED)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def test_entries_come_back_newest_first(ledger: Ledger) -> None:
    first, second = ledger.add(DONE), ledger.add(REFUSED)
    assert first.id < second.id
    assert ledger.entries() == [second, first]
    assert ledger.entries(1) == [second]
    assert ledger.counts() == (1, 1)


def test_it_is_encrypted_like_everything(ledger: Ledger, database: Database) -> None:
    ledger.add(DONE)
    database.checkpoint()
    assert b"huggingface" not in database.path.read_bytes()


def test_it_goes_into_a_table_for_other_programs() -> None:
    rows = list(csv.DictReader(as_csv([DONE, REFUSED]).splitlines()))
    assert [row["host"] for row in rows] == ["huggingface.co", "img.example.net"]
    assert rows[0]["bytes received"] == "5030000000"
    assert rows[1]["result"] == "refused"
    assert rows[0]["time"].startswith("2026-09-2")


def test_no_name_of_a_model_becomes_a_formula() -> None:
    text = as_csv([DONE._replace(purpose='=HYPERLINK("http://x")')])
    assert "'=HYPERLINK" in text
