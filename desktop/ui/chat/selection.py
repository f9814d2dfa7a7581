"""What is selected in a message, across paragraphs, code and tables, and what that says as text and as Markdown.

Knows leaves; must not know widgets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from desktop.ui.chat.leaf import Leaf
from desktop.ui.chat.spec import (
    Cell,
    CodeSpec,
    FormulaSpec,
    Kind,
    PlainSpec,
    Role,
    RuleSpec,
    Span,
    Style,
    TableSpec,
    TextSpec,
    narrow,
)


class Place(NamedTuple):
    """A position in a message: which leaf, and where in it."""

    leaf: int
    position: int


class Selected(NamedTuple):
    """Two places; the cursor moves, the anchor stays."""

    anchor: Place
    cursor: Place

    @property
    def start(self) -> Place:
        return min(self.anchor, self.cursor)

    @property
    def end(self) -> Place:
        return max(self.anchor, self.cursor)

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.cursor

    def parts(self, leaves: Sequence[Leaf]) -> dict[int, tuple[int, int]]:
        """The selected stretch of each leaf; the last character plus one means that the leaf's end is selected too."""
        start, end = self.start, self.end
        result: dict[int, tuple[int, int]] = {}
        for index in range(start.leaf, min(end.leaf, len(leaves) - 1) + 1):
            length = len(leaves[index].text)
            first = start.position if index == start.leaf else 0
            last = end.position if index == end.leaf else length + 1
            if (atom := leaves[index].atom_at(first)) is not None:
                first = atom[0]
            if (atom := leaves[index].atom_at(last)) is not None:
                last = atom[1]
            if first < last:
                result[index] = (first, last)
        return result


def whole(leaves: Sequence[Leaf]) -> Selected | None:
    """Everything."""
    if not leaves:
        return None
    return Selected(Place(0, 0), Place(len(leaves) - 1, len(leaves[-1].text)))


_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


def word_at(text: str, position: int) -> tuple[int, int]:
    """The word around a position, or one character where there is no word."""
    low = max(0, position - 200)
    for found in _WORD.finditer(text, low, min(len(text), position + 200)):
        if found.start() <= position <= found.end():
            return found.span()
    return min(position, len(text)), min(position + 1, len(text))


# Text


def text_of(leaves: Sequence[Leaf], parts: dict[int, tuple[int, int]]) -> str:
    """The selected text as it reads: markers of lists, tabs between cells, an empty line between paragraphs."""
    pieces: list[str] = []
    before: Leaf | None = None
    for index, (start, end) in parts.items():
        leaf = leaves[index]
        text = leaf.text[start:end].replace("\u2028", "\n")
        if (start == 0 and before is not None) or (start == 0 and len(parts) > 1):
            text = _marker(leaf) + text
        if before is not None:
            pieces.append("\n" if _same_list(before, leaf) else "\n\n")
        pieces.append(text if not isinstance(leaf.spec, RuleSpec) else "---")
        before = leaf
    return narrow("".join(pieces))


def _same_list(before: Leaf, leaf: Leaf) -> bool:
    one, other = before.spec.path, leaf.spec.path
    depth = next((depth for depth, container in enumerate(other) if container.kind is not Kind.QUOTE), len(other))
    if len(one) <= depth or len(other) <= depth or one[:depth] != other[:depth]:
        return False
    return one[depth].kind is not Kind.QUOTE and one[depth].key == other[depth].key and isinstance(leaf.spec, TextSpec)


def _stands_apart(before: Leaf, leaf: Leaf, loose: set[int]) -> bool:
    """Whether Markdown needs an empty line between two leaves."""
    if not _same_list(before, leaf):
        return True
    opened, path = leaf.spec.opened, leaf.spec.path
    # A second paragraph of the same item would else become one with the first.
    return opened >= len(path) or path[opened].key in loose


def _marker(leaf: Leaf) -> str:
    marks = ""
    for depth, container in enumerate(leaf.spec.path):
        if container.kind is Kind.QUOTE:
            continue
        if depth < leaf.spec.opened:
            marks += "  "
        elif container.task is not None:
            marks += "[x] " if container.task else "[ ] "
        elif container.kind is Kind.ORDERED:
            marks += f"{container.number}. "
        else:
            marks += "• "
    return marks


# Markdown


def markdown_of(leaves: Sequence[Leaf], parts: dict[int, tuple[int, int]], loose: set[int]) -> str:
    """The selected part written as Markdown again. ``loose``: lists with space between their items."""
    pieces: list[str] = []
    before: Leaf | None = None
    for index, (start, end) in parts.items():
        leaf = leaves[index]
        first, rest = _prefixes(leaf, starts=start == 0)
        lines = _lines(leaf, start, min(end, len(leaf.text))) or [""]
        body = "\n".join((first if i == 0 else rest) + line for i, line in enumerate(lines))
        if before is not None:
            quote = "".join("> " for c in leaf.spec.path if c.kind is Kind.QUOTE and c in before.spec.path).rstrip()
            pieces.append(f"\n{quote}\n" if _stands_apart(before, leaf, loose) else "\n")
        pieces.append("\n".join(line.rstrip(" ") if not line.strip() else line for line in body.split("\n")))
        before = leaf
    return narrow("".join(pieces))


def _prefixes(leaf: Leaf, *, starts: bool) -> tuple[str, str]:
    first = rest = ""
    for depth, container in enumerate(leaf.spec.path):
        if container.kind is Kind.QUOTE:
            first += "> "
            rest += "> "
            continue
        marker = f"{container.number}. " if container.kind is Kind.ORDERED else "- "
        indent = " " * len(marker)
        if container.task is not None:
            marker += "[x] " if container.task else "[ ] "
        first += marker if depth >= leaf.spec.opened and starts else indent
        rest += indent
    return first, rest


def _lines(leaf: Leaf, start: int, end: int) -> list[str]:
    spec = leaf.spec
    match spec:
        case TextSpec():
            text = _inline(spec.text, spec.spans, start, end)
            if spec.role not in (Role.PARAGRAPH, Role.HTML) and start == 0:
                text = "#" * int(spec.role[1]) + " " + text
            return text.split("\n")
        case CodeSpec():
            code = spec.text[start:end]
            ticks = max((len(run) for run in re.findall("`+", code)), default=0)
            fence = "`" * max(3, ticks + 1)
            return [fence + spec.language, *code.split("\n"), fence]
        case TableSpec():
            return _table_lines(spec, start, end)
        case RuleSpec():
            return ["---"]
        case FormulaSpec() | PlainSpec():
            return spec.text[start:end].split("\n")


def _table_lines(spec: TableSpec, start: int, end: int) -> list[str]:
    lines: list[str] = []
    position = 0
    dashes = {"left": ":--", "right": "--:", "center": ":-:"}
    for row in (spec.header, *spec.rows):
        length = sum(len(cell.text) + 1 for cell in row)
        if position < end and position + length > start:
            cells = (_cell(cell) for cell in row)
            lines.append("| " + " | ".join(cells) + " |")
            if len(lines) == 1:
                lines.append("|" + "|".join(f" {dashes.get(align, '---')} " for align in spec.aligns) + "|")
        position += length
    return lines


def _cell(cell: Cell) -> str:
    return _inline(cell.text, cell.spans, 0, len(cell.text)).replace("|", "\\|").replace("\n", " ")


def _inline(text: str, spans: tuple[Span, ...], start: int, end: int) -> str:
    result: list[str] = []
    position = start
    for a, b, style in spans:
        a, b = max(a, start), min(b, end)
        if a >= b:
            continue
        result.append(text[position:a])
        result.append(_marked(text[a:b], style))
        position = b
    result.append(text[position:end])
    return "".join(result).replace("\u2028", "\n")


def _marked(text: str, style: Style) -> str:
    core = text.strip()
    if not core:
        return text
    if style.code:
        ticks = "`" * (max((len(run) for run in re.findall("`+", core)), default=0) + 1)
        marked = f"{ticks}{core}{ticks}"
    else:
        marked = core
    if style.strike:
        marked = f"~~{marked}~~"
    if style.emphasis:
        marked = f"*{marked}*"
    if style.strong:
        marked = f"**{marked}**"
    if style.href:
        marked = f"[{marked}]({style.href})"
    at = text.index(core)
    return text[:at] + marked + text[at + len(core) :]
