"""Searching files for words that must not be in them, however they were written down."""

from __future__ import annotations

import base64
import re
import struct
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SHORTEST_RUN = 8
"""So many of the token ids of a text, one after the other, are no accident."""
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_LONGEST = 4 << 20


def spellings(words: str) -> set[bytes]:
    """A text in every form that a file may hold it in."""
    plain = words.encode()
    forms = {plain, words.encode("utf-16-le"), words.encode("utf-16-be"), plain.hex().encode()}
    forms |= {plain.hex().upper().encode(), urllib.parse.quote(words).encode(), plain[::-1]}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain)
        # Only the characters that depend on the words alone.
        forms.add(coded[(offset * 8 + 5) // 6 : (offset + len(plain)) * 8 // 6])
    return {form for form in forms if len(form) >= 8}


def token_runs(ids: Sequence[int]) -> set[bytes]:
    """Parts of a text as a tokenizer numbers it, as 32-bit integers."""
    starts = range(0, max(1, len(ids) - SHORTEST_RUN + 1))
    return {struct.pack(f"<{SHORTEST_RUN}i", *ids[start : start + SHORTEST_RUN]) for start in starts}


def hits(folders: Iterable[Path], forms: Iterable[bytes]) -> list[str]:
    """Where any of them is: the names of files, and the files' content, also compressed."""
    pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms)))
    found: list[str] = []
    for path in _files(folders):
        if pattern.search(str(path).encode()):
            found.append(f"the name of {path.name}")
        content = path.read_bytes()
        if pattern.search(content):
            found.append(f"in {path.name}")
        if any(pattern.search(inside) for inside in _unpacked(content)):
            found.append(f"compressed in {path.name}")
    return found


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


def _unpacked(content: bytes) -> Iterator[bytes]:
    for match in _ZLIB.finditer(content):
        try:
            # 47: either kind, whatever follows it.
            yield zlib.decompressobj(47).decompress(content[match.start() :], _LONGEST)
        except zlib.error:
            continue
