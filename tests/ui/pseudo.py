"""A language that nobody speaks: every letter has a sign on it, and everything takes a third more room."""

from __future__ import annotations

import re

from PySide6.QtCore import QTranslator

from desktop import translation

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNED = "áƀćđéƒǵĥíĵķĺḿńóṕɋŕśťúṽẃẋýźÁɃĆĐÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹ"
_SIGNS = str.maketrans(_PLAIN, _SIGNED)
_KEPT = re.compile(r"(\{[^}]*\}|%n|\(\*[^)]*\))")
"""Values, and the endings of files."""
_FILLER = "ńéẃ ẃóŕďś "


class Pseudo(QTranslator):
    """Translates everything that is handed to it, and nothing twice."""

    def translate(self, context: str, source_text: str, disambiguation: str = "", n: int = -1) -> str:
        assert context == translation.CONTEXT
        if not source_text or "⟦" in source_text:
            return source_text
        words = "".join(each if _KEPT.fullmatch(each) else each.translate(_SIGNS) for each in _KEPT.split(source_text))
        more = (_FILLER * len(words))[: len(words) // 3].rstrip()
        return f"⟦{words}{' ' if more else ''}{more}⟧"
