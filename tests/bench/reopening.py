"""A chat of 3,000 tokens after a restart of Snug: the first word of its next answer, against reading it all again."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from desktop.domain.chat import Message
from tests.bench.figures import Figure, at_most
from tests.bench.ours import Ours, a_house

ROUNDS, TOKENS = 5, 16
LONG = " ".join(
    f"Item {number} costs {number * 7 % 89} pounds and weighs {number % 13} stone." for number in range(193)
)
NEXT = "Which item is the cheapest?"


def run() -> list[Figure]:
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with a_house(data) as ours:
            first = ours.ask(LONG, TOKENS)
            tokens = _prompt(first.message)
        reopened: list[float] = []
        restored: list[float] = []
        for number in range(ROUNDS):
            started = time.perf_counter()
            with a_house(data) as ours:
                restored.append(_wait_for_state(ours))
                turn = ours.ask(f"{NEXT} {number}", TOKENS)
                reopened.append(turn.first_s)
                assert turn.message.statistics is not None
                assert turn.message.statistics.cached_tokens > tokens, "nothing was brought back"
            opened = time.perf_counter() - started
        files = sum(path.stat().st_size for path in (data / "states").iterdir())
    return [
        Figure("reopening: tokens of the chat", tokens, ""),
        Figure("reopening: its state on disk", files / 2**20, "MiB"),
        Figure("reopening: reading it for the first time", first.first_s * 1000, "ms"),
        Figure("reopening: its state is back, after the model is loaded", median(restored) * 1000, "ms"),
        at_most("reopening: first word after a restart, median", median(reopened) * 1000, "ms", 300),
        at_most("reopening: first word after a restart, worst", max(reopened) * 1000, "ms", 300),
        at_most("reopening: against reading it again", median(reopened) / first.first_s, "", 0.05),
        Figure("reopening: open, ask, close", opened * 1000, "ms"),
    ]


def _prompt(message: Message) -> int:
    assert message.statistics is not None
    return message.statistics.prompt_tokens


def _wait_for_state(ours: Ours) -> float:
    """Seconds until the engine holds the chat again."""
    held: list[int] = []
    ours.house.cache.held.connect(lambda event: held.append(event.tokens))
    started = time.perf_counter()
    ours.until(lambda: bool(held), 20)
    return time.perf_counter() - started
