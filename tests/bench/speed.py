"""Writing speed and time to the first word: window, services and engine process, against the bare library."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.bench.figures import Figure, at_least, at_most, interleaved, middle_ratio
from tests.bench.ours import CONTEXT, PAUSE_S, Ours, Turn, a_house, starter, threads

ROUNDS, TOKENS = 5, 220
READING_S = 0.5
"""Nobody asks in the very moment in which an answer ends."""
FIRST = "Explain step by step, in a long text, how a sailing boat can sail against the wind. " * 4
SECOND = "Now tell the same as a long story for children."


class Goals(NamedTuple):
    """Ratios to the yardstick: at least for speed, at most for waiting. 0: none."""

    writing: float = 0.97
    new_chat: float = 0.0
    second_turn: float = 1.1
    types: bool = False
    """Whether our second question is typed, with a pause, instead of being there at once. Who only sees what is sent
    gets the same time."""


class Yardstick:
    """What we compare with, in a process of its own."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self.name = name
        model = (starter(), str(threads()), str(CONTEXT), str(TOKENS))
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, *model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        self._line()

    def ask(self, question: str | None) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run() -> list[Figure]:
    bare = Yardstick("the bare library", "tests.bench.bare_llama")
    try:
        with a_house() as ours:
            return measure(ours, bare, Goals())
    finally:
        bare.close()


def measure(ours: Ours, yardstick: Yardstick, goals: Goals) -> list[Figure]:
    """Turns of ours and of the yardstick, one after the other."""
    turns: list[tuple[Turn, Turn]] = []
    theirs: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def we() -> float:
        # Another first word each time, or the last round's prompt would be in the cache.
        number = len(turns)
        ours.house.chats.new_chat()
        first = ours.ask(f"{number}. {FIRST}", TOKENS)
        ours.rest(READING_S)
        turns.append((first, ours.ask(SECOND, TOKENS, len(SECOND) * 2 // 3 if goals.types else 0)))
        return turns[-1][0].speed

    def they() -> float:
        number = len(theirs)
        yardstick.ask(None)
        first = yardstick.ask(f"{number}. {FIRST}")
        time.sleep(READING_S + (PAUSE_S if goals.types else 0))
        theirs.append((first, yardstick.ask(SECOND)))
        return theirs[-1][0]["speed"]

    our_speed, their_speed = interleaved(ROUNDS, we, they)
    written = min(
        turn.message.statistics.generated_tokens for pair in turns for turn in pair if turn.message.statistics
    )
    cold = [pair[0].first_s for pair in turns]
    warm = [pair[1].first_s for pair in turns]
    warm_cpu = [pair[1].first_cpu_s for pair in turns]
    token_cpu = [turn.token_cpu_s for pair in turns for turn in pair]
    their_cold = [pair[0]["first_s"] for pair in theirs]
    their_warm = [pair[1]["first_s"] for pair in theirs]
    them, cold_ratio = yardstick.name, middle_ratio(cold, their_cold)
    new_chat = "first word, new chat: ratio"
    return [
        Figure(f"writing: {them}", median(their_speed), "tok/s"),
        Figure("writing: Snug's window", median(our_speed), "tok/s"),
        at_least(f"writing: ratio to {them}", middle_ratio(our_speed, their_speed), "", goals.writing),
        Figure("writing: fewest tokens of an answer", written, ""),
        Figure(f"first word, new chat: {them}", median(their_cold) * 1000, "ms"),
        Figure("first word, new chat: Snug's window", median(cold) * 1000, "ms"),
        at_most(new_chat, cold_ratio, "", goals.new_chat) if goals.new_chat else Figure(new_chat, cold_ratio, ""),
        Figure(f"first word, second turn: {them}", median(their_warm) * 1000, "ms"),
        Figure("first word, second turn: Snug's window", median(warm) * 1000, "ms"),
        at_most("first word, second turn: ratio", middle_ratio(warm, their_warm), "", goals.second_turn),
        Figure("first word, second turn: processor time of the app", median(warm_cpu) * 1000, "ms"),
        Figure("writing: processor time of the app for 1,000 tokens", median(token_cpu) * 1000, "s"),
    ]
