"""What the full-text index is given, and what is asked of it. Pure functions on text.

SQLite's ``unicode61`` splits at spaces and punctuation, which finds nothing in Chinese, Japanese or Korean. Runs of
these are therefore written as overlapping pairs (``東京都`` becomes ``東京 京都 都``): each character starts a pair,
so one character finds by prefix, and more of them find as a phrase of pairs.
"""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 16
"""Words of a question beyond this are left out: they narrow nothing and cost time."""

_MAX_LENGTH = 64

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_CJK}]+")
# A run as above, or a word: letters and digits with the marks that belong to them.
_PIECE = re.compile(f"[{_CJK}]+|(?:(?![{_CJK}])[^\\W_])(?:(?![{_CJK}])[^\\W_]|[\u0300-\u036f])*")


def index_form(text: str) -> str:
    """The text as it goes into the index."""
    # Compatibility forms (full-width letters, ligatures) are made plain on both sides. A NUL would end the text.
    return _RUN.sub(_pairs, unicodedata.normalize("NFKC", text.replace("\0", " ")))


def pieces(text: str) -> list[str]:
    """The words and runs of a question, without what cannot be looked for, each once."""
    found = _PIECE.findall(unicodedata.normalize("NFKC", text.replace("\0", " ")))
    return [piece[:_MAX_LENGTH] for piece in dict.fromkeys(found)][:MAX_WORDS]


def phrase(piece: str) -> str:
    """One piece in FTS5's own language: always quoted, so that nothing in it is an operator."""
    if not _RUN.fullmatch(piece):
        return f'"{piece}" *'
    if len(piece) == 1:
        return f'"{piece}" *'
    return '"' + " ".join(piece[at : at + 2] for at in range(len(piece) - 1)) + '"'


def is_run(piece: str) -> bool:
    """Whether a piece is Chinese, Japanese or Korean: it may then start anywhere."""
    return _RUN.fullmatch(piece) is not None


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    # Overlapping pairs, and the last character alone: slices at the end come out short by themselves.
    return " " + " ".join(run[at : at + 2] for at in range(len(run))) + " "
