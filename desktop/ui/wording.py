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


_STATES = {
    EngineState.NOT_LOADED: "not loaded",
    EngineState.LOADING: "starting",
    EngineState.READY: "ready",
    EngineState.BUSY: "working",
    EngineState.FAILED: "stopped",
}


def engine_state(state: EngineState) -> str:
    return _STATES[state]
