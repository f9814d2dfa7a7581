"""What the ledger of connections holds: addresses and sizes, never words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Result(StrEnum):
    """How a connection ended."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    """Snug did not let it out."""


class Entry(NamedTuple):
    """One connection, or one that was refused."""

    at: float
    """When it began, in seconds since 1970."""
    host: str
    port: int
    purpose: str
    """What for, in words for the user: “Download Qwen3 8B”."""
    sent: int
    received: int
    """Bytes each way."""
    allowed_by: str
    """Which action of the user, or why it was refused."""
    result: Result
    id: int = 0


COLUMNS = ("time", "host", "port", "purpose", "bytes sent", "bytes received", "allowed by", "result")


def as_csv(entries: Iterable[Entry]) -> str:
    """The ledger as a table for other programs (RFC 4180), times with their offset from UTC."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        moment = datetime.fromtimestamp(entry.at).astimezone().isoformat(timespec="seconds")
        writer.writerow([moment, *map(_plain, entry[1:8])])
    return text.getvalue()


def _plain(value: object) -> object:
    # A spreadsheet would take such a text for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
