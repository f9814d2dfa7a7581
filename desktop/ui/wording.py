"""Numbers and states in plain words. Standard library and domain values only."""

from __future__ import annotations

from desktop.domain.models import EngineState

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


_GIGABYTE = 2**30


def gigabytes(count: int) -> str:
    """Bytes of memory as memory is sold: 1 GB is 1024 MB."""
    value = count / _GIGABYTE
    return f"{value:.0f} GB" if value >= 99.95 else f"{value:.1f} GB"


def of_gigabytes(part: int, whole: int) -> str:
    """How much of a memory: "4.9 of 6.0 GB", "8.2 of 16 GB"."""
    size = whole / _GIGABYTE
    even = size >= 10 and abs(size - round(size)) < 0.05
    return f"{gigabytes(part).removesuffix(' GB')} of {f'{size:.0f} GB' if even else gigabytes(whole)}"


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
