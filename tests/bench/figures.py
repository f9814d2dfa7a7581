"""What a benchmark gives back, and how all of it is printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``goal`` is empty for a number that is there for information."""

    name: str
    value: float
    unit: str
    goal: str = ""
    ok: bool = True


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, f"<= {limit:g}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, f">= {limit:g}", value >= limit)


def interleaved(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Each measure once per round, in turns, so that a slow moment of the machine hits all of them; then by measure."""
    results = [[measure() for measure in measures] for _ in range(rounds)]
    return [list(column) for column in zip(*results, strict=True)]


def middle_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: both numbers of a ratio are from the same moments."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def table(figures: Sequence[Figure]) -> str:
    width = max(len(figure.name) for figure in figures)
    lines: list[str] = []
    for figure in figures:
        verdict = ("  ok" if figure.ok else "  MISSED") if figure.goal else ""
        lines.append(f"{figure.name:<{width}}  {figure.value:>10.3f} {figure.unit:<7} {figure.goal:<9}{verdict}")
    return "\n".join(lines)
