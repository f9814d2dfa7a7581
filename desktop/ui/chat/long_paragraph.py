"""A paragraph that grows very long while it is written: only its last words are parsed again.

What stands further ahead is *frozen*, at a space where emphasis, code and brackets seem to be closed. That is a guess,
good enough until the paragraph ends; then it is parsed as a whole. Knows source and cells, no widgets.
"""

from __future__ import annotations

import re

from desktop.ui.chat.markdown import Parser, References
from desktop.ui.chat.spec import Cell, Role, Span, TextSpec

LONG = 4_000
"""Characters from which on a paragraph is worth it."""

_OPEN = 2_400
_STEP = 1_200

_MAY_START_A_BLOCK = re.compile(r"^[ \t]*(?:$|[#>\-+*=~`<_|:\[\d$\\])|\|", re.MULTILINE)


def goes_on_plainly(lines: str) -> bool:
    """Whether these complete lines surely continue a paragraph, whatever comes after them."""
    return _MAY_START_A_BLOCK.search(lines.removesuffix("\n")) is None


class LongParagraph:
    """The frozen beginning of one paragraph."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._at = 0
        self._text: list[str] = []
        self._length = 0
        self._spans: list[Span] = []

    def spec(self, source: str, references: References) -> TextSpec:
        """The paragraph as far as it is written."""
        while len(source) - self._at > _OPEN + _STEP:
            cut = self._cut(source)
            self._take(self._parser.inline(source[self._at : cut], references))
            self._at = cut
        rest = self._parser.inline(source[self._at :].rstrip(), references, is_open=True)
        spans = (*self._spans, *_moved(rest.spans, self._length))
        return TextSpec((), 0, Role.PARAGRAPH, "".join(self._text) + rest.text, spans)

    def _take(self, cell: Cell) -> None:
        self._spans.extend(_moved(cell.spans, self._length))
        self._text = ["".join(self._text) + cell.text]
        self._length += len(cell.text)

    def _cut(self, source: str) -> int:
        best = fallback = 0
        for found in re.finditer(r"(?<=\S) (?=\S)", source[self._at : self._at + _STEP]):
            fallback = found.end()
            piece = source[self._at : self._at + fallback]
            if fallback > _STEP // 2 and _is_closed(piece):
                best = fallback
        return self._at + (best or fallback or _STEP)


def _is_closed(piece: str) -> bool:
    return (
        piece.count("*") % 2
        == piece.count("_") % 2
        == piece.count("`") % 2
        == piece.count("~") % 2
        == piece.count("$") % 2
        == 0
        and piece.count("[") == piece.count("]")
        and piece.count("(") == piece.count(")")
    )


def _moved(spans: tuple[Span, ...], by: int) -> list[Span]:
    return [(start + by, end + by, style) for start, end, style in spans]
