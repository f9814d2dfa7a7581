"""The few words around a find, cut from the plain text. FTS5's own would show our pairs of characters instead.

Positions must stay true to the text, so it is folded one character to one character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from desktop.storage.words import is_run

BEFORE = 40
LENGTH = 160
_MAX_SPANS = 20


class _Folding(dict[int, str]):
    """Lower case without accents, always one character for one. Filled as characters are met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[:1] or chr(code)
        folded = plain.lower()[:1] or plain
        # Hangul falls apart into letters when decomposed; the syllable is what people look for.
        self[code] = folded if not 0xAC00 <= code <= 0xD7FF else chr(code)
        return self[code]


class Snippets:
    """Cuts snippets for one question."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._folding = _Folding()
        # The longest first: of "in" and "index", both written at one place, the longer is marked.
        folded = sorted(((self._fold(piece), is_run(piece)) for piece in pieces), key=lambda found: -len(found[0]))
        patterns = [re.escape(piece) if run else rf"(?<![^\W_]){re.escape(piece)}" for piece, run in folded]
        self._find = re.compile("|".join(patterns)) if patterns else None

    def cut(self, text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Plain text around the first find on one line, and where the finds are in it."""
        folded = self._fold(text)
        first = self._find.search(folded) if self._find else None
        start = _word_start(text, max(0, first.start() - BEFORE)) if first else 0
        end = min(len(text), max(start + LENGTH, first.end() if first else 0))
        shown = text[start:end].translate(_ONE_LINE)
        lead = "…" if start else ""
        tail = "…" if end < len(text) else ""
        spans: list[tuple[int, int]] = []
        if self._find:
            for match in self._find.finditer(folded, start, end):
                spans.append((match.start() - start + len(lead), match.end() - start + len(lead)))
                if len(spans) == _MAX_SPANS:
                    break
        return lead + shown + tail, tuple(spans)

    def _fold(self, text: str) -> str:
        return text.translate(self._folding)


# Line ends and tabs become one space each, so that positions stay true.
_ONE_LINE = {ord(character): " " for character in "\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


def _word_start(text: str, at: int) -> int:
    """The next beginning of a word within the few characters after ``at``, else ``at`` itself."""
    if at == 0:
        return 0
    space = text.find(" ", at, at + BEFORE // 2)
    return space + 1 if space >= 0 else at
