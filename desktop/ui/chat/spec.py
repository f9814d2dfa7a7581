"""What a message shows, as values: a flat column of leaves, each with the containers (quotes, list items) it sits in.

Values can be compared, so a view that holds one column and gets the next one knows which leaves it may keep. Texts
count in UTF-16 units, as Qt does: a character beyond the first plane is two surrogates here (``wide``, ``narrow``).
This module knows neither Markdown nor Qt.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


def wide(text: str) -> str:
    """The text with one element per UTF-16 unit, so that Python's offsets are Qt's offsets."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(map(chr, units))


def narrow(text: str) -> str:
    """The opposite of ``wide``: for the clipboard, files and everybody else. A torn pair becomes U+FFFD."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def normalise(source: str) -> str:
    """Line ends become ``\\n``; what no font can show becomes U+FFFD."""
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


class Style(NamedTuple):
    """How a stretch of text looks."""

    strong: bool = False
    emphasis: bool = False
    strike: bool = False
    code: bool = False
    quiet: bool = False
    """Added by us, not written by the model: the address of a picture that is not shown."""
    href: str = ""
    formula: bool = False
    """LaTeX with its delimiters, which is shown as a formula and selected as a whole."""


Span = tuple[int, int, Style]
"""Start, end, style. Text without a span is plain."""


class Kind(StrEnum):
    QUOTE = "quote"
    BULLET = "bullet"
    ORDERED = "ordered"


class Container(NamedTuple):
    """A quote, or one item of a list. ``key`` is the line where the quote or the whole list starts: its identity."""

    kind: Kind
    key: int
    item: int = 0
    """Line where the item starts."""
    number: int = 0
    task: bool | None = None
    """For a task: done or not."""


class Role(StrEnum):
    """What a text leaf is."""

    PARAGRAPH = "p"
    HTML = "html"
    """Raw HTML, shown as it was written."""
    H1 = "h1"
    H2 = "h2"
    H3 = "h3"
    H4 = "h4"
    H5 = "h5"
    H6 = "h6"


Path = tuple[Container, ...]


class TextSpec(NamedTuple):
    """A paragraph or a heading. U+2028 breaks the line."""

    path: Path
    opened: int
    """Containers from this one on start with this leaf, so their markers belong to it."""
    role: Role
    text: str
    spans: tuple[Span, ...] = ()


class CodeSpec(NamedTuple):
    path: Path
    opened: int
    text: str
    language: str = ""
    note: str = ""
    """What stands behind the language in the fence's first line."""


class Cell(NamedTuple):
    text: str
    spans: tuple[Span, ...] = ()


class TableSpec(NamedTuple):
    path: Path
    opened: int
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    aligns: tuple[str, ...]
    """``left``, ``right``, ``center`` or empty, one for each column."""


class RuleSpec(NamedTuple):
    path: Path
    opened: int


class FormulaSpec(NamedTuple):
    """A formula on a line of its own: LaTeX with its delimiters."""

    path: Path
    opened: int
    text: str
    closed: bool = True
    """False while its end is not written yet."""


class PlainSpec(NamedTuple):
    """What is too large or too deep to be laid out as it was meant: the source, line by line, folded at first."""

    path: Path
    opened: int
    text: str


Spec = TextSpec | CodeSpec | TableSpec | RuleSpec | FormulaSpec | PlainSpec
