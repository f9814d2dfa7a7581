"""Markdown to specs: CommonMark with tables, strikethrough and task lists, through markdown-it-py's tokens.

Formulas are ``formula_rules``'s. Raw HTML is text, pictures are their description and address, and no text is ever
dropped: what is nested too deep or is too large for a sane layout becomes plain text. Nothing here opens a file or an
address, and nothing here knows widgets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table as table_rule
from markdown_it.token import Token

from desktop.ui.chat.formula_rules import formula_plugin
from desktop.ui.chat.inline import inline_cell, is_plain, is_risky
from desktop.ui.chat.spec import (
    Cell,
    CodeSpec,
    Container,
    FormulaSpec,
    Kind,
    Path,
    PlainSpec,
    Role,
    RuleSpec,
    Span,
    Spec,
    TableSpec,
    TextSpec,
    wide,
)
from desktop.ui.chat.typesetting import is_display

MAX_DEPTH = 24
"""Containers within containers. Deeper ones are shown as written."""
MAX_ROWS = 500
MAX_CELLS = 3_000
MAX_COLUMNS = 100
MAX_BLOCK = 100_000
"""Characters of one paragraph; more is shown as plain text."""


class References:
    """Link definitions by label, and the labels that were asked for in vain.

    It stands in for markdown-it's dictionary. A definition that comes later in a streamed answer can so find the
    places that waited for it.
    """

    def __init__(self, outer: References | None = None) -> None:
        self._outer = outer
        self.own: dict[str, Any] = {}
        self.missed: set[str] = set()

    def __contains__(self, label: str) -> bool:
        return label in self.own or (self._outer is not None and label in self._outer)

    def __setitem__(self, label: str, value: Any) -> None:
        self.own[label] = value

    def get(self, label: str, default: Any = None) -> Any:
        found = self._find(label)
        if found is None:
            self.missed.add(label)
            return default
        return found

    def _find(self, label: str) -> Any:
        if self._outer is not None:
            found = self._outer._find(label)
            if found is not None:
                return found
        return self.own.get(label)


class Opening(NamedTuple):
    """The state in which a list or a quote was left: what comes next continues it."""

    key: int
    markup: str
    number: int


@dataclass(slots=True)
class Unit:
    """A block at the top level, in lines of the source and in leaves."""

    type: str
    start: int
    end: int
    first_leaf: int
    markup: str = ""
    items: list[tuple[int, int]] = field(default_factory=list)
    """For a list: line of each item and its number. For a quote: line and first leaf of each block in it."""
    missed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Parsed:
    """Leaves of a piece of source."""

    specs: list[Spec] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    """Keys of the lists with space between their items."""


class _Blocks(ParserBlock):
    """markdown-it's block parser, which drops what is nested too deep: here it stays as a plain paragraph."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        if state.level < MAX_DEPTH:
            super().tokenize(state, startLine, endLine)
            return
        line = startLine
        while line < endLine and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
            line += 1
        token = state.push("snug_plain", "", 0)
        token.map = [startLine, line]
        token.content = state.getLines(startLine, line, state.blkIndent, False)
        state.line = line


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's table, unless there are so many cells that laying them out would freeze the window."""
    if not table_rule(state, start, min(end, start + 2), True):
        return False
    if silent:
        return True
    columns = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]].count("|") + 1
    terminators = state.md.block.ruler.getRules("blockquote")
    line = start + 2
    limit = row_limit(columns)
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        if state.is_code_block(line) or any(rule(state, line, end, True) for rule in terminators):
            break
        line += 1
    if line - start - 2 <= limit:
        return table_rule(state, start, end, False)
    token = state.push("snug_plain", "", 0)
    token.map = [start, line]
    token.content = state.getLines(start, line, state.blkIndent, False)
    state.line = line
    return True


def row_limit(columns: int) -> int:
    """How many rows of a table with so many columns are laid out; less than none where the header is too wide."""
    return min(MAX_ROWS, MAX_CELLS // columns) if columns <= MAX_COLUMNS else -1


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"maxNesting": MAX_DEPTH, "tasklists": True})
    markdown.block = _Blocks()
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    markdown.enable("strikethrough")
    formula_plugin(markdown)
    return markdown


class Parser:
    """Markdown source to specs. One is enough for a whole program; it holds no state between calls."""

    def __init__(self) -> None:
        self._markdown = _make()

    def parse(
        self,
        source: str,
        references: References | None = None,
        *,
        line: int = 0,
        opening: Opening | None = None,
        is_open: bool = False,
    ) -> Parsed:
        """Leaves of ``source``, which starts at ``line`` of the whole message.

        Args:
            references: definitions known from before; those found here are added.
            opening: the list that a list at the very start of ``source`` goes on with.
            is_open: more is to come, so that a formula at the end need not be closed.
        """
        known = references if references is not None else References()
        tokens: list[Token] = []
        env: dict[str, Any] = {"references": known, "open": is_open}
        try:
            self._markdown.block.parse(source, self._markdown, env, tokens)
            return _Builder(self._markdown, env, known, line, opening).build(tokens)
        except RecursionError:
            # Whatever was meant, it can still be read.
            unit = Unit("unreadable", line, line + source.count("\n") + 1, 0)
            return Parsed([PlainSpec((), 0, wide(source))], [unit])

    def inline(self, content: str, references: References, *, is_open: bool = False) -> Cell:
        """A piece of a paragraph."""
        return _inline(self._markdown, content, {"references": references, "open": is_open})


@cache
def shared() -> Parser:
    """The one parser of the program."""
    return Parser()


def _inline(markdown: MarkdownIt, content: str, env: dict[str, Any]) -> Cell:
    if is_plain(content):
        return Cell(wide(content))
    if is_risky(content):
        return Cell(wide(content).replace("\n", "\u2028"))
    children: list[Token] = []
    markdown.inline.parse(content, markdown, env, children)
    return inline_cell(children)


class _Builder:
    """Walks the tokens once."""

    def __init__(
        self, markdown: MarkdownIt, env: dict[str, Any], references: References, line: int, opening: Opening | None
    ) -> None:
        self._markdown = markdown
        self._env = env
        self._references = references
        self._line = line
        self._opening = opening
        self._result = Parsed()
        self._path: list[Container] = []
        self._opened = 0
        self._lists: list[tuple[int, int, bool]] = []  # key, number of the next item, ordered
        self._role = Role.PARAGRAPH
        self._item_leaves: list[int] = []

    def build(self, tokens: list[Token]) -> Parsed:
        index = 0
        unit: Unit | None = None
        while index < len(tokens):
            token = tokens[index]
            if token.level == 0 and token.nesting >= 0 and token.map is not None:
                self._close(unit)
                unit = Unit(
                    token.type,
                    self._line + token.map[0],
                    self._line + token.map[1],
                    len(self._result.specs),
                    token.markup,
                )
                self._result.units.append(unit)
            elif unit is not None and unit.type == "blockquote_open" and token.level == 1 and token.map is not None:
                unit.items.append((self._line + token.map[0], len(self._result.specs)))
            if token.type == "table_open":
                index = self._table(tokens, index)
                continue
            self._token(token, unit)
            index += 1
        self._close(unit)
        return self._result

    def _close(self, unit: Unit | None) -> None:
        if unit is not None:
            unit.missed = self._references.missed
            self._references.missed = set()

    def _token(self, token: Token, unit: Unit | None) -> None:
        match token.type:
            case "blockquote_open":
                self._open_quote(token)
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._open_item(token, unit)
            case "list_item_close" | "blockquote_close":
                self._leave(token)
            case "heading_open":
                self._role = Role(token.tag)
            case "heading_close":
                self._role = Role.PARAGRAPH
            case "paragraph_open":
                # markdown-it hides the paragraphs of tight lists: one that is not hidden makes its list loose.
                if self._lists and not token.hidden and self._path and self._path[-1].kind is not Kind.QUOTE:
                    self._result.loose.add(self._lists[-1][0])
            case "inline":
                self._text(token.content)
            case "html_block":
                text = wide(token.content.rstrip("\n")).replace("\n", "\u2028")
                self._add(TextSpec(*self._place(), Role.HTML, text))
            case "fence" | "code_block":
                content = token.content[:-1] if token.content.endswith("\n") else token.content
                self._add(CodeSpec(*self._place(), wide(content), *described_by(token.info)))
            case "formula":
                self._add(FormulaSpec(*self._place(), wide(token.content), not token.info))
            case "hr":
                self._add(RuleSpec(*self._place()))
            case "snug_plain":
                self._add(PlainSpec(*self._place(), wide(token.content)))
            case _:
                pass

    def _start(self, token: Token) -> int:
        return self._line + (token.map[0] if token.map else 0)

    def _open_quote(self, token: Token) -> None:
        opening = self._opening
        if opening is not None and not self._path and token.map and token.map[0] == 0 and opening.markup == ">":
            self._enter(Container(Kind.QUOTE, opening.key))
            self._opened = 1
        else:
            self._enter(Container(Kind.QUOTE, self._start(token)))

    def _open_list(self, token: Token) -> None:
        ordered = token.type == "ordered_list_open"
        opening = self._opening
        if (
            opening is not None
            and not self._path
            and token.map
            and token.map[0] == 0
            and token.markup == opening.markup
        ):
            self._lists.append((opening.key, opening.number, ordered))
        else:
            number = int(token.attrGet("start") or 0) if "start" in token.attrs else 1
            self._lists.append((self._start(token), number, ordered))

    def _open_item(self, token: Token, unit: Unit | None) -> None:
        key, number, ordered = self._lists[-1]
        self._lists[-1] = (key, number + 1, ordered)
        if unit is not None and not self._path:
            unit.items.append((self._start(token), number))
        task = token.meta.get("checked") if token.meta else None
        kind = Kind.ORDERED if ordered else Kind.BULLET
        self._enter(Container(kind, key, self._start(token), number if ordered else 0, task))

    def _enter(self, container: Container) -> None:
        self._path.append(container)
        self._item_leaves.append(len(self._result.specs))

    def _leave(self, token: Token) -> None:
        if self._item_leaves.pop() == len(self._result.specs) and token.type == "list_item_close":
            # An empty item still shows its marker.
            self._add(TextSpec(*self._place(), Role.PARAGRAPH, ""))
        self._path.pop()
        self._opened = min(self._opened, len(self._path))

    def _place(self) -> tuple[Path, int]:
        return tuple(self._path), self._opened

    def _add(self, spec: Spec) -> None:
        self._result.specs.append(spec)
        self._opened = len(self._path)

    def _text(self, content: str) -> None:
        if len(content) > MAX_BLOCK:
            self._add(PlainSpec(*self._place(), wide(content)))
            return
        cell = self._inline(content)
        if self._role is not Role.PARAGRAPH:
            self._add(TextSpec(*self._place(), self._role, cell.text, cell.spans))
            return
        for piece in _lines_of_their_own(cell):
            if isinstance(piece, str):
                self._add(FormulaSpec(*self._place(), piece))
            else:
                self._add(TextSpec(*self._place(), self._role, piece.text, piece.spans))

    def _inline(self, content: str) -> Cell:
        return _inline(self._markdown, content, self._env)

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        rows: list[tuple[Cell, ...]] = []
        aligns: list[str] = []
        row: list[Cell] = []
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "inline":
                row.append(self._inline(token.content))
            elif token.type == "th_open":
                aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
            elif token.type == "tr_close":
                rows.append(tuple(row))
                row = []
            index += 1
        self._add(TableSpec(*self._place(), rows[0], tuple(rows[1:]), tuple(aligns)))
        return index + 1


def described_by(info: str) -> tuple[str, str]:
    """The language that a fence names, which is the first word after the back ticks, and the other words."""
    words = unescapeAll(info).split(maxsplit=1)
    return (words[0].strip("{}."), wide(words[1].strip()) if len(words) > 1 else "") if words else ("", "")


_PUNCTUATION = re.compile(r"[.,;:!?](?=\s|$)")


def _lines_of_their_own(cell: Cell) -> list[Cell | str]:
    """A paragraph cut at the formulas in it that want a line of their own."""
    pieces: list[Cell | str] = []
    start = 0
    for a, b, style in cell.spans:
        if not (style.formula and is_display(cell.text[a:b])):
            continue
        if cell.text[start:a].strip():
            pieces.append(_part(cell, start, a))
        tail = _PUNCTUATION.match(cell.text, b)
        start = tail.end() if tail else b
        pieces.append(cell.text[a:start])
    if not pieces or cell.text[start:].strip():
        pieces.append(_part(cell, start, len(cell.text)) if pieces else cell)
    return pieces


def _part(cell: Cell, start: int, end: int) -> Cell:
    """A stretch without the white space at its ends."""
    text = cell.text[start:end]
    start += len(text) - len(text.lstrip())
    end = start + len(text.strip())
    spans: list[Span] = [
        (max(a, start) - start, min(b, end) - start, style) for a, b, style in cell.spans if a < end and b > start
    ]
    return Cell(cell.text[start:end], tuple(spans))
