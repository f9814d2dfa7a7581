"""Inline tokens to text with spans: emphasis, code, links. A soft line break stays a line break, since models that
write verses and addresses mean it, and a paragraph that is wrapped by hand is rare in an answer.

Knows markdown-it's tokens; must not know widgets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from desktop.ui.chat.spec import Cell, Span, Style, wide

MAX_MARKS = 4_000
"""Brackets, stars and the like in one paragraph. Parsing them costs up to the square: more are shown as written."""

SURELY_TEXT = 500
"""A paragraph longer than this that consists of such marks to a third is not meant as Markdown either."""

_MARKS = re.compile(r"[\[\]*_~`<!&\\$]")


_SPECIAL = re.compile(r"[\n\[\]*_~`<!&\\$]")


def is_plain(content: str) -> bool:
    """Whether there is nothing to parse: most items and cells."""
    return _SPECIAL.search(content) is None


def is_risky(content: str) -> bool:
    """Whether parsing this paragraph could take so long that the window would freeze."""
    if len(content) <= SURELY_TEXT:
        return False
    limit = min(MAX_MARKS, len(content) // 3)
    return any(count >= limit for count, _ in enumerate(_MARKS.finditer(content)))


def inline_cell(tokens: Sequence[Token]) -> Cell:
    """Text and spans of the children of an ``inline`` token."""
    writer = _Writer()
    writer.walk(tokens)
    return Cell("".join(writer.pieces), tuple(writer.spans))


class _Writer:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.spans: list[Span] = []
        self._length = 0
        self._style = Style()
        self._stack: list[Style] = []

    def walk(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "text" | "text_special" | "html_inline":
                    self._write(token.content, self._style)
                case "code_inline":
                    self._write(token.content, self._style._replace(code=True))
                case "softbreak" | "hardbreak":
                    self._write("\u2028", self._style)
                case "strong_open":
                    self._push(self._style._replace(strong=True))
                case "em_open":
                    self._push(self._style._replace(emphasis=True))
                case "s_open":
                    self._push(self._style._replace(strike=True))
                case "link_open":
                    self._push(self._style._replace(href=str(token.attrGet("href") or "")))
                case "formula":
                    style = self._style._replace(code=True) if token.info else self._style._replace(formula=True)
                    self._write(token.content.replace("\n", " "), style)
                case "image":
                    self._image(token)
                case "strong_close" | "em_close" | "s_close" | "link_close":
                    self._style = self._stack.pop()
                case _:
                    self._write(token.content, self._style)

    def _push(self, style: Style) -> None:
        self._stack.append(self._style)
        self._style = style

    def _image(self, token: Token) -> None:
        self.walk(token.children or [])
        address = str(token.attrGet("src") or "")
        if address:
            self._write(f" ({address})", self._style._replace(quiet=True))

    def _write(self, text: str, style: Style) -> None:
        if not text:
            return
        text = wide(text).replace("\n", "\u2028")
        start, end = self._length, self._length + len(text)
        self.pieces.append(text)
        self._length = end
        if style == Style():
            return
        if self.spans and self.spans[-1][1] == start and self.spans[-1][2] == style and not style.formula:
            self.spans[-1] = (self.spans[-1][0], end, style)
        else:
            self.spans.append((start, end, style))
