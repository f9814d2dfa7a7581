"""Markdown that is still being written: only the end is parsed again.

A message grows by pieces. What can no longer change is *settled*: its leaves are kept, its source is forgotten. The
open end starts where the last block starts, or, inside a long block, even later:

    a fence      each complete line is settled; the end is the line that is being written
    a list       all items but the last are settled
    a table      all complete rows are settled
    a quote      all blocks but the last are settled
    the rest     (paragraphs, HTML) is settled as a whole when the next block begins; a long paragraph is
                 shown with the help of ``long_paragraph`` until then

A settled place may name a link that is defined later: it is parsed again when the definition is settled. When the
message ends, the result is the same as if all had been parsed at once. Knows source and specs, no widgets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from desktop.ui.chat.long_paragraph import LONG, LongParagraph, goes_on_plainly
from desktop.ui.chat.markdown import (
    Opening,
    Parsed,
    Parser,
    References,
    Unit,
    row_limit,
    shared,
)
from desktop.ui.chat.open_blocks import OpenFence, OpenTable, open_fence
from desktop.ui.chat.spec import FormulaSpec, PlainSpec, Spec, TableSpec, normalise, wide

MAX_LINES = 3_200
"""Lines of one message that are laid out. The rest is one plain text."""

MAX_CHARACTERS = 400_000

_EMPTY_IN_QUOTE = re.compile(r" {0,3}>[ \t]*$")


@dataclass(slots=True)
class Change:
    """What a view has to do: keep the leaves before ``first``, show ``specs`` from there, renew some of the kept."""

    first: int
    specs: list[Spec]
    renewed: dict[int, Spec] = field(default_factory=dict)


@dataclass(slots=True)
class _Waiting:
    """Settled source with a label that is not defined yet."""

    first_leaf: int
    source: str
    line: int
    opening: Opening | None
    missed: set[str]


class Stream:
    """One message as it grows: ``feed`` it, then ask for the ``change``."""

    def __init__(self, parser: Parser | None = None) -> None:
        self._parser = parser or shared()
        self.loose: set[int] = set()
        """Keys of lists with space between their items, as far as known now."""
        self.source = ""
        self.settled: list[Spec] = []
        self._reported = 0
        self._references = References()
        self._end = ""
        self._line = 0
        self._opening: Opening | None = None
        self._fence: OpenFence | None = None
        self._table: OpenTable | None = None
        self._paragraph: LongParagraph | None = None
        self._waiting: list[_Waiting] = []
        self._renewed: dict[int, Spec] = {}
        self._settled_loose: set[int] = set()
        self._tried = 0
        self._carriage_return = False
        self._plain: list[str] | None = None

    def load(self, text: str) -> Change:
        """A whole message at once, for which nothing need be parsed twice."""
        self.feed(text)
        if self._plain is None:
            self._settle_all()
        return self.finish()

    @property
    def open_size(self) -> int:
        """Characters that are parsed again with each change."""
        return len(self._end)

    def feed(self, delta: str) -> None:
        if not delta:
            return
        # \r\n may be torn in two by the chunks, so a \r waits for what follows.
        if self._carriage_return:
            delta = "\r" + delta
        self._carriage_return = delta.endswith("\r")
        if self._carriage_return:
            delta = delta[:-1]
        text = normalise(delta)
        self.source += text
        self._take(text)

    def _take(self, text: str) -> None:
        if self._plain is not None:
            self._plain.append(text)
            return
        self._end += text
        if self._line + self._end.count("\n") >= MAX_LINES or len(self.source) > MAX_CHARACTERS:
            self._cut_off()

    def _cut_off(self) -> None:
        """The message is too long for a layout: what is beyond the limit is one plain text from here on."""
        cut = 0
        for _ in range(MAX_LINES - self._line):
            found = self._end.find("\n", cut)
            if found < 0:
                cut = len(self._end)
                break
            cut = found + 1
        cut = min(cut, max(0, MAX_CHARACTERS - (len(self.source) - len(self._end))))
        rest = self._end[cut:]
        self._end = self._end[:cut]
        self._settle()
        self._settle_all()
        self._plain = [rest]

    def change(self) -> Change:
        """The leaves from the first one that may have changed since the last call."""
        if self._plain is None:
            self._settle()
        first = self._reported
        end = self._open_end()
        specs = self.settled[first:] + end
        renewed, self._renewed = self._renewed, {}
        self._reported = len(self.settled)
        return Change(first, specs, {at: spec for at, spec in renewed.items() if at < first})

    def finish(self) -> Change:
        """Nothing more will come."""
        if self._carriage_return:
            self._carriage_return = False
            self.source += "\n"
            self._take("\n")
        if self._plain is None:
            self._settle()
            self._settle_all()
        return self.change()

    # The open end

    def _open_end(self) -> list[Spec]:
        self.loose = set(self._settled_loose)
        if self._plain is not None:
            text = "".join(self._plain)
            return [PlainSpec((), 0, wide(text))] if text else []
        if self._fence is not None:
            # A line of back ticks only is probably the end of the fence: not shown until that is known.
            partial = self._end
            if not partial or (not partial.strip(" " + self._fence.marker[0]) and partial.strip()):
                return [self._fence.spec()]
            return [self._fence.spec(wide(self._fence.content(partial)), more=True)]
        if not self._end and self._table is None:
            return []
        if self._paragraph is not None and goes_on_plainly(self._end[self._tried :]):
            return [self._paragraph.spec(self._end, References(self._references))]
        parsed = self._parse(self._end)
        self.loose |= parsed.loose
        self._paragraph = LongParagraph(self._parser) if self._is_long_paragraph(parsed) else None
        return parsed.specs

    def _is_long_paragraph(self, parsed: Parsed) -> bool:
        """Whether the whole open end is one paragraph that is too long to be parsed with each change."""
        if len(self._end) < LONG or self._opening is not None or self._table is not None or len(parsed.units) != 1:
            return False
        return parsed.units[0].type == "paragraph_open" and parsed.units[0].start == self._line

    def _parse(self, source: str) -> Parsed:
        """The open end, or its complete lines."""
        references = References(self._references)
        if self._table is None:
            return self._parser.parse(source, references, line=self._line, opening=self._opening, is_open=True)
        table = self._table
        parsed = self._parser.parse(table.head + source, references, line=self._line - 2, is_open=True)
        count = parsed.units[0].end - self._line
        rows = "".join(source.splitlines(keepends=True)[:count])
        parsed.specs[0] = table.merged(parsed.specs[0], rows, count)
        return parsed

    # Settling

    def _settle(self) -> None:
        """Move what can no longer change out of the open end."""
        while True:
            if self._fence is not None:
                if not self._extend_fence():
                    return
                continue
            complete = self._end.rfind("\n") + 1
            if complete <= self._tried:
                return
            if self._paragraph is not None and goes_on_plainly(self._end[self._tried : complete]):
                self._tried = complete
                return
            self._paragraph = None
            if not self._settle_step(self._end[:complete]):
                self._tried = self._end.rfind("\n") + 1
                return

    def _settle_step(self, source: str) -> bool:
        if self._table is None:
            opened = self._first_fence(source)
            if opened:
                return True
        parsed = self._parse(source)
        base = self._line - (2 if self._table is not None else 0)
        if not parsed.units:
            # Only definitions and empty lines. An empty line at the end means that they are complete.
            if source.endswith("\n\n") or not source.strip():
                self._move(source, self._opening)
                return True
            return False
        lines = source.split("\n")
        last = parsed.units[-1]
        if _is_open(parsed, last) and last.start > self._line and lines[last.start - self._line - 1].strip():
            # If nobody closes this formula, its lines belong to the block before it.
            parsed.units.pop()
            if len(parsed.units) < 2:
                return False
            last = parsed.units[-1]
        previous = parsed.units[-2].end if len(parsed.units) > 1 else base
        if last.start > self._line and self._is_clean(lines, previous, last.start):
            self._settled_loose |= self._loose_before(parsed, last)
            self._move("".join(line + "\n" for line in lines[: last.start - self._line]), self._opening)
            return True
        if len(parsed.units) > 1 or last.start != base:
            return False
        if last.type == "blockquote_open":
            return self._settle_quote(parsed, last, lines)
        if last.items and len(last.items) > 1:
            at, number = last.items[-1]
            key = parsed.specs[0].path[0].key
            self._settled_loose |= parsed.loose
            self._move("".join(line + "\n" for line in lines[: at - self._line]), self._opening)
            self._opening = Opening(key, last.markup, number)
            return True
        if last.type == "table_open" or (last.type == "snug_plain" and self._table is not None):
            return self._extend_table(last, lines)
        return False

    def _settle_quote(self, parsed: Parsed, last: Unit, lines: list[str]) -> bool:
        """Settle the blocks of a quote but the last one, where an empty line of the quote stands before it."""
        at = last.items[-1][0] - self._line if last.items else 0
        # Without a leaf before it, the next one is still the first of the quote.
        if at <= 0 or not last.items[-1][1] or not _EMPTY_IN_QUOTE.match(lines[at - 1]):
            return False
        key = parsed.specs[0].path[0].key
        self._settled_loose |= {key for key in parsed.loose if key < last.items[-1][0]}
        self._move("".join(line + "\n" for line in lines[:at]), self._opening)
        self._opening = Opening(key, ">", 0)
        return True

    def _loose_before(self, parsed: Parsed, last: Unit) -> set[int]:
        return {key for key in parsed.loose if key < last.start}

    def _is_clean(self, lines: list[str], previous: int, start: int) -> bool:
        """Whether nothing before ``start`` can reach over it.

        A link definition leaves no token and may still be waiting for its title, so lines without a block must end
        with an empty one.
        """
        offset = self._line
        between = lines[max(0, previous - offset) : start - offset]
        return not any(line.strip() for line in between) or not lines[start - offset - 1].strip()

    def _move(self, source: str, opening: Opening | None) -> None:
        """Settle ``source``, which is the beginning of the open end."""
        references = References(self._references)
        table = self._table
        if table is not None:
            whole = table.source + source
            parsed = self._parser.parse(whole, references, line=table.line)
            line, recorded = table.line, whole
        else:
            parsed = self._parser.parse(source, references, line=self._line, opening=opening)
            line, recorded = self._line, source
        missed = set().union(*(unit.missed for unit in parsed.units)) if parsed.units else set()
        missed -= references.own.keys()
        known = self._define(references)
        first = len(self.settled)
        if known & set().union(*(unit.missed for unit in parsed.units), set()):
            # A definition of its own came after the text that uses it.
            parsed = self._parser.parse(recorded, References(self._references), line=line, opening=opening)
        self.settled.extend(parsed.specs)
        self._settled_loose |= parsed.loose
        if missed:
            self._waiting.append(_Waiting(first, recorded, line, opening, missed))
        self._line += source.count("\n")
        self._end = self._end[len(source) :]
        self._opening = None
        self._table = None
        self._paragraph = None
        self._tried = 0

    def _define(self, references: References) -> set[str]:
        """Take over new definitions and renew what waited for them."""
        new = {label for label in references.own if label not in self._references}
        if not new:
            return new
        for label in new:
            self._references[label] = references.own[label]
        for waiting in self._waiting:
            if waiting.missed & new:
                outer = References(self._references)
                parsed = self._parser.parse(waiting.source, outer, line=waiting.line, opening=waiting.opening)
                for offset, spec in enumerate(parsed.specs):
                    at = waiting.first_leaf + offset
                    if self.settled[at] != spec:
                        self.settled[at] = spec
                        self._renewed[at] = spec
                waiting.missed -= new
        self._waiting = [waiting for waiting in self._waiting if waiting.missed]
        return new

    def _settle_all(self) -> None:
        if self._fence is not None:
            self._close_fence(self._end)
            self._end = ""
        elif self._end or self._table is not None:
            self._move(self._end, self._opening)

    # Fences

    def _first_fence(self, source: str) -> bool:
        """Begin the fence that the open end starts with."""
        line, _, _ = source.partition("\n")
        fence = open_fence(line) if self._opening is None else None
        if fence is None:
            return False
        self._fence = fence
        self._line += 1
        self._end = self._end[len(line) + 1 :]
        self._tried = 0
        return True

    def _extend_fence(self) -> bool:
        """Move complete lines into the fence; True when it was closed."""
        fence = self._fence
        assert fence is not None
        complete = self._end.rfind("\n") + 1
        if not complete:
            return False
        taken, closed = fence.take(self._end[:complete].split("\n")[:-1])
        self._end = self._end[sum(len(line) + 1 for line in taken) :]
        self._line += len(taken)
        if closed:
            self._close_fence()
        return closed

    def _close_fence(self, last_line: str = "") -> None:
        fence = self._fence
        assert fence is not None
        if last_line and not fence.closes(last_line):
            fence.take([last_line])
        self.settled.append(fence.spec())
        self._fence = None
        self._tried = 0

    # Tables

    def _extend_table(self, last: Unit, lines: list[str]) -> bool:
        """Settle the complete rows of a table that may get more."""
        table = self._table
        if table is None:
            head = lines[0] + "\n" + lines[1] + "\n"
            spec = self._parser.parse(head, References(self._references)).specs[0]
            if not isinstance(spec, TableSpec):
                return False
            limit = row_limit(lines[1].count("|") + 1)
            self._table = table = OpenTable(head, head, spec, limit, self._line)
            self._line += 2
            self._end = self._end[len(head) :]
            lines = lines[2:]
        count = last.end - self._line
        if count > 0:
            source = "".join(line + "\n" for line in lines[:count])
            table.take(self._parser.parse(table.head + source, References(self._references)).specs[0], source, count)
            self._line += count
            self._end = self._end[len(source) :]
        return False


def _is_open(parsed: Parsed, unit: Unit) -> bool:
    """Whether a block is a formula whose end is not written yet."""
    spec = parsed.specs[unit.first_leaf] if unit.first_leaf < len(parsed.specs) else None
    return unit.type == "formula" and isinstance(spec, FormulaSpec) and not spec.closed
