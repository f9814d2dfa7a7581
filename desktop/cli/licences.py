"""``snug licences``: what comes with Snug, under which licence, and its text. Opens nothing of the user's."""

from __future__ import annotations

from argparse import Namespace

from desktop.cli import output
from desktop.errors import AppError
from desktop.services.licences import papers


def licences(chosen: Namespace) -> int:
    """Print the list, or one text; the exit status.

    Raises:
        AppError: NO_SUCH_LICENCE.
    """
    found = papers()
    if chosen.name:
        wanted = chosen.name.casefold()
        found = [paper for paper in found if paper.name.casefold() == wanted]
        if not found:
            raise AppError(
                "NO_SUCH_LICENCE",
                f"Nothing called “{chosen.name}” comes with Snug.",
                todo="“snug licences” shows what does.",
            )
    for paper in found:
        if chosen.json:
            output.event("licence", name=paper.name, version=paper.version, licence=paper.licence, text=paper.text())
        elif chosen.name:
            output.line(paper.text())
        else:
            output.line(f"{paper.name} {paper.version}".strip() + f"  {paper.licence}")
    return 0
