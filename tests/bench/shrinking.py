"""What making a smaller copy of a model costs: seconds of a processor for each gigabyte of the model, since it steps
back for everything else; and the memory that it has for itself. A model of the shape of real ones, of random weights.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from desktop.quantiser import client
from desktop.quantiser.protocol import Make
from tests.bench.figures import Figure, at_most
from tests.fixtures.models import tiny_model

MEMORY = 600.0
"""Megabytes that it may have for itself, whatever the model."""


def run() -> list[Figure]:
    figures: list[Figure] = []
    with TemporaryDirectory() as folder:
        source = tiny_model(Path(folder) / "m-F16.gguf", width=2048, layers=4, half=True)
        size = source.stat().st_size / 1e9
        for quant in ("Q8_0", "Q4_K_M"):
            seconds, most = _made(source, Path(folder) / "copy.part", quant)
            figures.append(Figure(f"{quant}: a processor, for each GB", seconds / size, "s"))
            figures.append(at_most(f"{quant}: memory of its own", most / 1e6, "MB", MEMORY))
    return figures


def _made(source: Path, target: Path, quant: str) -> tuple[float, int]:
    target.write_bytes(b"")
    most = 0

    def look(_: int) -> None:
        nonlocal most
        with suppress(psutil.Error):
            most = max([most, *(child.memory_full_info().uss for child in psutil.Process().children())])

    before = _seconds()
    client.make(Make(1, str(source), str(target), quant), "model", look)
    return _seconds() - before, most


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
