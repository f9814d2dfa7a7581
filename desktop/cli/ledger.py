"""``snug ledger``: every connection that was ever made or refused."""

from __future__ import annotations

from argparse import Namespace

from desktop.cli import output
from desktop.domain.ledger import Entry, Result, as_csv
from desktop.house import Stores


def ledger(chosen: Namespace, stores: Stores) -> int:
    """Print it, the newest first; the exit status."""
    entries = stores.ledger.entries()
    if chosen.csv:
        output.write(as_csv(entries))
        return 0
    for entry in entries:
        if chosen.json:
            output.event("connection", **entry._asdict())
        else:
            output.line(_line(entry))
    if not chosen.json:
        made, refused = stores.ledger.counts()
        output.note(
            f"{made} connections made, {refused} refused."
            if entries
            else "No connection was ever made, and none was refused."
        )
    return 0


def _line(entry: Entry) -> str:
    if entry.result is Result.REFUSED:
        return f"{output.when(entry.at)}  {entry.host}:{entry.port}  {entry.purpose}  refused: {entry.allowed_by}"
    sizes = f"{output.size(entry.received)} in, {output.size(entry.sent)} out"
    failed = "  failed" if entry.result is Result.FAILED else ""
    return f"{output.when(entry.at)}  {entry.host}:{entry.port}  {entry.purpose}  {sizes}  {entry.allowed_by}{failed}"
