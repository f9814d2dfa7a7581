"""Numbers and states in plain words. Standard library and domain values only."""

from __future__ import annotations

from desktop.domain.models import EngineState
from desktop.domain.names import memory_text

_WORDS_PER_TOKEN = 0.75


def words(tokens: int) -> int:
    """About how many words that is, to three figures, so that it does not look more exact than it is."""
    exact = tokens * _WORDS_PER_TOKEN
    figures = len(str(int(exact)))
    step = 10 ** max(0, figures - 3)
    if figures == 3:
        step = 10
    return round(exact / step) * step


def remembered(used: int, size: int) -> str:
    """The context meter in plain words."""
    return f"about {words(used):,} of {words(size):,} words it can remember"


_GIGABYTE = 1 << 30


def memory(part: int, whole: int) -> str:
    """A part of a memory, in bytes, in the unit of the whole unless it is much smaller: "0.9 GB", "98 MB"."""
    counts = whole >= _GIGABYTE and (part >= _GIGABYTE // 20 or not part)
    return f"{part / _GIGABYTE:.1f} GB" if counts else memory_text(part)


def of_memory(part: int, whole: int) -> str:
    """How much of a memory: "4.9 of 6.0 GB", "8.2 of 16 GB", "98 MB of 6.0 GB"."""
    gigabytes = whole / _GIGABYTE
    even = gigabytes >= 10 and abs(gigabytes - round(gigabytes)) < 0.05
    all_of_it = f"{gigabytes:.0f} GB" if even else memory_text(whole)
    return f"{memory(part, whole).removesuffix(all_of_it[-3:])} of {all_of_it}"


def speed(tokens_per_second: float) -> str:
    figure = f"{tokens_per_second:.0f}" if tokens_per_second >= 9.95 else f"{tokens_per_second:.1f}"
    return f"{figure} tok/s"


_STATES = {
    EngineState.NOT_LOADED: "not loaded",
    EngineState.LOADING: "starting",
    EngineState.READY: "ready",
    EngineState.BUSY: "writing",
    EngineState.FAILED: "stopped",
}


def engine_state(state: EngineState) -> str:
    return _STATES[state]
