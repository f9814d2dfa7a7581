"""Parts and token ids as bytes.

Token ids are int32, little-endian, one after the other. The parts of a running answer are packed into one blob: a line
of JSON that says what follows, then the token ids. It is written every second, so it must be quick.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Sequence
from typing import TypedDict, cast

from desktop.domain.chat import Part, PartKind

_KINDS = {kind.value: kind for kind in PartKind}
_ID_BYTES = 4


class _Entry(TypedDict):
    kind: str
    text: str
    tokens: int


def tokens_to_bytes(tokens: Sequence[int]) -> bytes | None:
    """The ids as bytes; None for none, so that a person's words take no room for them."""
    if not tokens:
        return None
    ids = array("i", tokens)
    if sys.byteorder == "big":
        ids.byteswap()
    return ids.tobytes()


def tokens_from_bytes(blob: bytes | None) -> tuple[int, ...]:
    """The ids back again."""
    if not blob:
        return ()
    ids = array("i")
    ids.frombytes(blob)
    if sys.byteorder == "big":
        ids.byteswap()
    return tuple(ids)


def kind_of(name: str) -> PartKind:
    """A stored kind as a value."""
    return _KINDS[name]


def storable(text: str) -> str:
    """The text with half surrogates replaced: they cannot be written as UTF-8, and a message must not fail for them."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def pack(parts: Sequence[Part]) -> bytes:
    """All parts as one blob."""
    entries = [_Entry(kind=part.kind.value, text=storable(part.text), tokens=len(part.tokens)) for part in parts]
    head = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\n".join((head, b"".join(tokens_to_bytes(part.tokens) or b"" for part in parts)))


def unpack(blob: bytes) -> tuple[Part, ...]:
    """The parts of a blob made by ``pack``."""
    head, _, ids = blob.partition(b"\n")
    parts: list[Part] = []
    at = 0
    for entry in cast("list[_Entry]", json.loads(head)):
        end = at + entry["tokens"] * _ID_BYTES
        parts.append(Part(_KINDS[entry["kind"]], entry["text"], tokens_from_bytes(ids[at:end])))
        at = end
    return tuple(parts)
