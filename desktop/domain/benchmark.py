"""What a benchmark found: how fast a model reads and writes on this computer, with what, and how to say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.dates import day_text
from desktop.domain.names import list_text, memory_text, speed_text
from desktop.translation import tr, tr_count

LENGTHS = (128, 512, 2048)
"""Tokens, where nobody asks for others: a question, a page, a long chat. A large model on a slow processor takes some
minutes for these already."""
REPETITIONS = 3
WRITTEN = 32
"""Tokens that are written at each length."""
_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


@dataclass(frozen=True, slots=True)
class Point:
    """At one length."""

    length: int
    """Tokens in the context."""
    reading: float
    """Tokens per second."""
    writing: float
    memory: int
    """Bytes of main memory that the engine took."""
    cards: int = 0
    """Bytes that it took on graphics cards."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What it ran on."""

    processor: str
    cores: int
    memory: int
    cards: tuple[str, ...] = ()
    engine: str = ""
    """Name and version of what drives llama.cpp."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark of one model."""

    at: float
    model: str
    quant: str
    points: tuple[Point, ...]
    """Shortest first."""
    repetitions: int
    machine: Machine
    context_length: int
    threads: int
    layers: int
    """On graphics cards."""
    steps: int
    """All there are: the model's layers and its output."""
    options: tuple[str, ...] = ()
    """What was chosen otherwise than Snug does by itself, in words."""

    @property
    def speed(self) -> float:
        """Tokens written per second in a short chat."""
        return self.points[0].writing if self.points else 0.0

    @property
    def name(self) -> str:
        return f"{self.model} {self.quant}".strip()


def placement(found: Benchmark) -> str:
    """What computed, in words."""
    cards = list_text(found.machine.cards)
    if not cards or not found.layers:
        return tr_count(found.threads, "All on the processor, with 1 thread", "All on the processor, with %n threads")
    if found.layers >= found.steps:
        return tr("All on the graphics card ({cards})").format(cards=cards)
    rest = tr_count(
        found.threads,
        "{layers} of {steps} layers on the graphics card ({cards}), the rest on the processor, with 1 thread",
        "{layers} of {steps} layers on the graphics card ({cards}), the rest on the processor, with %n threads",
    )
    return rest.format(layers=found.layers, steps=found.steps, cards=cards)


def on_cards(found: Benchmark) -> str:
    """The same in a word or two: what lay on graphics cards."""
    if not found.machine.cards or not found.layers:
        return tr("nothing")
    return (
        tr("everything")
        if found.layers >= found.steps
        else tr("{layers} of {steps} layers").format(layers=found.layers, steps=found.steps)
    )


def memory(found: Benchmark) -> str:
    """What it took at most, in words."""
    main = max((point.memory for point in found.points), default=0)
    cards = max((point.cards for point in found.points), default=0)
    words = tr("{size} of main memory").format(size=memory_text(main))
    return tr("{words}, {size} on the graphics card").format(words=words, size=memory_text(cards)) if cards else words


def computer(machine: Machine) -> str:
    """What it ran on, in words."""
    cores = tr_count(machine.cores, "1 core", "%n cores")
    return f"{machine.processor}, {cores}, {memory_text(machine.memory)}"


def facts(found: Benchmark) -> list[tuple[str, str]]:
    """Everything beside the figures: a name and what there is to say."""
    words = [
        (tr("Memory"), memory(found)),
        (tr("Placement"), placement(found)),
        (tr("Room"), tr_count(found.context_length, "1 token", "%n tokens")),
        (tr("Computer"), computer(found.machine)),
        (tr("Engine"), found.machine.engine),
        (tr("Options"), ", ".join(found.options)),
        (tr("Measured"), f"{_day(found.at)}, {_of(found.repetitions)}"),
    ]
    return [(name, said) for name, said in words if said]


def figures(point: Point) -> tuple[str, str, str, str]:
    """Length, reading, writing and memory of one point, in words."""
    return f"{point.length:,}", speed_text(point.reading), speed_text(point.writing), memory_text(point.memory)


def as_markdown(found: Benchmark) -> str:
    """To be pasted where people compare."""
    lines = [
        f"### {_plain(found.name)}",
        "",
        "| Context | Reading | Writing | Memory |",
        "| ---: | ---: | ---: | ---: |",
        *(f"| {' | '.join(figures(point))} |" for point in found.points),
        "",
        *(f"- {name}: {_plain(said)}" for name, said in facts(found)),
    ]
    return "\n".join(lines) + "\n"


def fitting(lengths: Sequence[int], room: int) -> tuple[int, ...]:
    """Those that can be measured in a context of ``room`` tokens; where that is none, the longest that can."""
    return tuple(length for length in lengths if length + WRITTEN <= room) or (max(1, room - WRITTEN),)


def _day(at: float) -> str:
    return day_text(date.fromtimestamp(at), year=True)


def _of(repetitions: int) -> str:
    return tr_count(repetitions, "once", "median of %n")


def _plain(text: str) -> str:
    """Names of files and graphics cards are no Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
