"""The one kind of error that is written for the user. Everything else is a bug.

An ``AppError`` has three parts: what happened, what is safe, what to do next. The engine's or library's own words go
into ``detail`` and are shown on request only.
"""

from __future__ import annotations


class AppError(Exception):
    """A refusal in plain words.

    ``code`` is stable, for programs and tests; the three texts are for people. ``detail`` holds technical words and
    never anything that was said in a chat.
    """

    def __init__(self, code: str, happened: str, safe: str = "", todo: str = "", detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.happened = happened
        self.safe = safe
        self.todo = todo
        self.detail = detail

    @property
    def sentence(self) -> str:
        """The three parts, one after the other."""
        return " ".join(part for part in (self.happened, self.safe, self.todo) if part)

    def __str__(self) -> str:
        return self.sentence
