"""What a benchmark found: how fast a model reads and writes on this computer, with what, and how to say it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.names import memory_text, speed_text

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
    processor = f"processor, with {found.threads} threads" if found.threads != 1 else "processor, with 1 thread"
    cards = " and ".join(found.machine.cards)
    if not cards or not found.layers:
        return f"All on the {processor}"
    if found.layers >= found.steps:
        return f"All on the graphics card ({cards})"
    return f"{found.layers} of {found.steps} layers on the graphics card ({cards}), the rest on the {processor}"


def on_cards(found: Benchmark) -> str:
    """The same in a word or two: what lay on graphics cards."""
    if not found.machine.cards or not found.layers:
        return "nothing"
    return "everything" if found.layers >= found.steps else f"{found.layers} of {found.steps} layers"


def memory(found: Benchmark) -> str:
    """What it took at most, in words."""
    main = max((point.memory for point in found.points), default=0)
    cards = max((point.cards for point in found.points), default=0)
    words = f"{memory_text(main)} of main memory"
    return f"{words}, {memory_text(cards)} on the graphics card" if cards else words


def computer(machine: Machine) -> str:
    """What it ran on, in words."""
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    return f"{machine.processor}, {cores}, {memory_text(machine.memory)}"


def facts(found: Benchmark) -> list[tuple[str, str]]:
    """Everything beside the figures: a name and what there is to say."""
    words = [
        ("Memory", memory(found)),
        ("Placement", placement(found)),
        ("Room", f"{found.context_length:,} tokens"),
        ("Computer", computer(found.machine)),
        ("Engine", found.machine.engine),
        ("Options", ", ".join(found.options)),
        ("Measured", f"{_day(found.at)}, {_of(found.repetitions)}"),
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
    then = time.localtime(at)
    return f"{then.tm_mday} {time.strftime('%B %Y', then)}"


def _of(repetitions: int) -> str:
    return "once" if repetitions == 1 else f"median of {repetitions}"


def _plain(text: str) -> str:
    """Names of files and graphics cards are no Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
