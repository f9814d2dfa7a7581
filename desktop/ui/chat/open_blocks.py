"""Blocks that may go on for very long, and what is known of one while it is written: a fence and a table.

They take complete lines as they come, so that none of them is parsed twice. Know lines and specs, no parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.ui.chat.markdown import described_by
from desktop.ui.chat.spec import CodeSpec, PlainSpec, Spec, TableSpec, wide

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")


@dataclass(slots=True)
class OpenFence:
    """A fence at the top level that nobody has closed yet."""

    marker: str
    indent: int
    language: str
    note: str
    text: str = ""

    def closes(self, line: str) -> bool:
        stripped = line.rstrip(" \t")
        body = stripped.lstrip(" ")
        return (
            len(stripped) - len(body) < 4
            and len(body) >= len(self.marker)
            and not body.strip(self.marker[0])
            and bool(body)
        )

    def take(self, lines: list[str]) -> tuple[list[str], bool]:
        """Go on with complete lines; those that belong to it, with the one that closes it, and whether one does."""
        added: list[str] = []
        for count, line in enumerate(lines, start=1):
            if self.closes(line):
                self.text += wide("".join(added))
                return lines[:count], True
            added.append(self.content(line) + "\n")
        self.text += wide("".join(added))
        return lines, False

    def content(self, line: str) -> str:
        """The line without the spaces that the fence itself is indented by; a tab counts up to its stop."""
        column = taken = 0
        while column < self.indent and taken < len(line) and line[taken] in " \t":
            column += 4 - column % 4 if line[taken] == "\t" else 1
            taken += 1
        return " " * (column - self.indent) + line[taken:] if column > self.indent else line[taken:]

    def spec(self, rest: str = "", *, more: bool = False) -> CodeSpec:
        text = self.text + rest if more else self.text[:-1]
        return CodeSpec((), 0, text, self.language, self.note)


@dataclass(slots=True)
class OpenTable:
    """A table at the top level that may get more rows."""

    head: str
    source: str
    spec: TableSpec
    limit: int
    line: int
    count: int = 0

    def merged(self, new: Spec, source: str, count: int) -> Spec:
        if self.count + count > self.limit or not isinstance(new, TableSpec):
            return PlainSpec((), 0, wide((self.source + source).rstrip("\n")))
        return self.spec._replace(rows=self.spec.rows + new.rows)

    def take(self, new: Spec, source: str, count: int) -> None:
        """Go on with ``count`` complete rows."""
        self.count += count
        if isinstance(new, TableSpec) and self.count <= self.limit:
            self.spec = self.spec._replace(rows=self.spec.rows + new.rows)
        self.source += source


def open_fence(line: str) -> OpenFence | None:
    """The fence that a line opens."""
    found = _FENCE.match(line)
    if not found or (found[1][0] == "`" and "`" in found[2]):
        return None
    return OpenFence(found[1], len(line) - len(line.lstrip(" ")), *described_by(found[2]))
