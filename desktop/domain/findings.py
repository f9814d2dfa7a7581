"""What was found when somebody looked at a model file, in words for people."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that was found. ``code`` is stable, for programs; the sentence is for people."""

    code: str
    words: str
    asks: bool = False
    """It is reason enough to ask before the file is opened."""
    in_template: bool = False
    """It lies in the chat template, and does no harm where another one is used."""
