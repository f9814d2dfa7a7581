"""What people read, in their language. Standard library only, so that every part can say something.

English stands where it is said: ``tr("No models yet")``. Without a translation, and in every process but the window's,
that is what is shown. Values come after translating, by name: ``tr("{name} is here").format(name=name)``.
``scripts/words.py`` finds the sentences, so each stands in the call as it is, without an f-string.
"""

from __future__ import annotations

from collections.abc import Callable

Ask = Callable[[str, str, int], str]
"""A text, what tells it from the same one with another meaning, and of how many things it speaks (-1: of no number).
Gives the translation, or "" where there is none."""

CONTEXT = "Snug"
"""What Qt calls the context of a translation: there is one."""

_ask: Ask | None = None


def use(ask: Ask | None) -> None:
    """From now on words come from ``ask``; None: English. What was said before stays as it was."""
    global _ask
    _ask = ask


def tr(text: str, meaning: str = "") -> str:
    """``text`` in the user's language. ``meaning`` helps where one English word stands for several things."""
    return text if _ask is None else _ask(text, meaning, -1) or text


def tr_later(text: str) -> str:
    """Only marks ``text``: for what is made before anybody is there to translate it. Where it is shown, ``tr`` it."""
    return text


def tr_count(number: int, one: str, many: str) -> str:
    """``one`` or ``many`` for so many things; ``%n`` in them is the number.

    A language may have more forms than these two: ``many`` is what is looked up, with the number.
    """
    text = one if number == 1 else many
    if _ask is not None:
        text = _ask(many, "", number) or text
    return text.replace("%n", f"{number:,}")
