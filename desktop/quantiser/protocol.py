"""The messages between the app and a quantiser. Both sides import this; it knows neither.

App to quantiser: ``Command``. Quantiser to app: ``Event``. One process makes one copy.
"""

from __future__ import annotations

import msgspec

FILES_VARIABLE = "SNUG_QUANTISER_FILES"
"""Environment of a quantiser: the model that it reads and the file that it writes, as a list in JSON. It can reach no
other. The file is there already, and empty."""


class Make(msgspec.Struct, frozen=True, tag="make"):
    """Write a copy of a model. Answered by ``Progress`` and then ``Made`` or ``Failed``."""

    id: int
    source: str
    """Of a split model the first part."""
    target: str
    quant: str
    """As its publishers write it: ``Q4_K_M``."""


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """End."""

    id: int = 0


Command = Make | Quit


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """It is at work."""

    id: int
    written: int
    """Bytes of the copy, so far."""


class Made(msgspec.Struct, frozen=True, tag="made"):
    """The copy is written."""

    id: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """llama.cpp could not do it."""

    id: int
    detail: str = ""
    """Its own last words: technical."""


Event = Progress | Made | Failed
