"""The languages that code may be in, as Pygments knows them: lexers and names.

Pygments is imported with the first code that is coloured: the window does not wait for it at the start.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from desktop.translation import tr

if TYPE_CHECKING:
    from pygments.lexer import Lexer


def lexer_for(language: str) -> Lexer | None:
    """The lexer for what a fence names, or None for plain text."""
    if not language or len(language) > 40:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _names() -> dict[str, str]:
    """What languages are called, by what a fence may name them."""
    from pygments.lexers import get_all_lexers

    return {alias: name for name, aliases, _, _ in reversed(list(get_all_lexers(plugins=False))) for alias in aliases}


def display_name(language: str) -> str:
    """What the header of a code block says."""
    name = _names().get(language.lower()) if 0 < len(language) <= 40 else None
    if name is None or name == "Text only":
        return language[:40] if language and name is None else tr("Text")
    return name


def is_loaded(language: str) -> bool:
    """Whether ``lexer_for`` has nothing to load any more for this language."""
    if "pygments.lexers" not in sys.modules:
        return False
    from pygments.lexer import RegexLexer
    from pygments.lexers import LEXERS

    for name, (module, _, aliases, *_) in LEXERS.items():
        if language.lower() in aliases:
            lexer = getattr(sys.modules.get(module), name, None)
            # Pygments compiles the rules of a class with its first lexer, and keeps them there.
            return lexer is not None and (not issubclass(lexer, RegexLexer) or "_tokens" in vars(lexer))
    return True
