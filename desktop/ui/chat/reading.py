"""Complete messages, read: from Markdown to a column of specs, here or by whoever had the time before.

Importing the parser takes longer than painting what it says. So the process that looks into the database while the
window is imported (``opener``) reads the last answers too and tells their columns; the parser is imported here with the
first message that nobody has read. Knows specs, no widgets.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from desktop.domain.chat import Message, Role
from desktop.ui.chat import spec
from desktop.ui.chat.spec import Cell, Container, Kind, Path, Span, Spec, Style, wide

ENOUGH = 12_000
"""Characters of answers that fill any window."""

_KINDS = (spec.TextSpec, spec.CodeSpec, spec.TableSpec, spec.RuleSpec, spec.FormulaSpec, spec.PlainSpec)


class Read(NamedTuple):
    """A message's source with its line ends made one kind, its leaves, and the keys of its lists with space between
    their items."""

    source: str = ""
    specs: list[Spec] = []
    loose: set[int] = set()


class Reader:
    """Reads messages, each that was read before only once."""

    def __init__(self) -> None:
        self._known: dict[str, Read] = {}

    def know(self, told: Iterable[Any]) -> None:
        """Take what ``ahead`` told. Each is used once: it is for the first picture."""
        for markdown, source, specs, loose in told:
            self._known[markdown] = Read(source, [_spec(*fields) for fields in specs], set(loose))

    def read(self, markdown: str) -> Read:
        """A complete message."""
        return self._known.pop(markdown, None) or _read(markdown)


@cache
def shared() -> Reader:
    """The one reader of the program."""
    return Reader()


def ahead(messages: Iterable[Message]) -> list[Any]:
    """The newest answers, read, in values that JSON knows: for another process's ``know``."""
    told: list[Any] = []
    room = ENOUGH
    for message in reversed(list(messages)):
        if room <= 0:
            break
        room -= len(message.text)
        if message.role is Role.ASSISTANT and message.text:
            read = _read(message.text)
            specs = [(_KINDS.index(type(one)), *one) for one in read.specs]
            told.append((message.text, read.source, specs, sorted(read.loose)))
    return told


def _read(markdown: str) -> Read:
    from desktop.ui.chat.stream import Stream

    stream = Stream()
    change = stream.load(markdown)
    return Read(stream.source, change.specs, stream.loose)


# JSON knows lists only, and makes one character of two surrogates; the column compares its leaves with what is read
# later, so they become what they were.


def _spec(kind: int, path: Any, opened: int, *rest: Any) -> Spec:
    made: Any = _KINDS[kind]
    rest = tuple(wide(one) if isinstance(one, str) else one for one in rest)
    if made is spec.TextSpec:
        role, text, spans = rest
        rest = (spec.Role(role), text, _spans(spans))
    elif made is spec.TableSpec:
        header, rows, aligns = rest
        rest = (_row(header), tuple(map(_row, rows)), tuple(aligns))
    return made(_path(path), opened, *rest)


def _path(told: Any) -> Path:
    return tuple(Container(Kind(kind), *rest) for kind, *rest in told)


def _spans(told: Any) -> tuple[Span, ...]:
    return tuple((start, end, Style(*style)) for start, end, style in told)


def _row(told: Any) -> tuple[Cell, ...]:
    return tuple(Cell(wide(text), _spans(spans)) for text, spans in told)
