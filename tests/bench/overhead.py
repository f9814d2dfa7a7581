"""What the engine's process takes beyond what llama.cpp itself says that the model takes.

The yardstick is llama.cpp's own table (weights, cache, compute) for the same model and options, and the baseline: what
a bare Python process with llama.cpp's library and the model's vocabulary has for itself, as the table leaves the
vocabulary out. What is left is llama.cpp's bookkeeping and what is ours. All are proportional set sizes; the model is a
copy, since another process with the same file would share its pages. The question is longer than a batch: memory that
was never touched is not there yet.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from desktop import paths
from desktop.domain.choice import choice_of
from desktop.domain.gguf import read_header
from desktop.domain.models import LoadOptions
from tests.bench.figures import Figure, at_most
from tests.bench.ours import CONTEXT, a_house
from tests.fixtures.loader import loader, share

MOST = 5.0
"""Percent."""
MIB = 1024 * 1024
QUESTION = "The boat sails against the wind, and the wind blows over the sea. " * 90


def run() -> list[Figure]:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(paths.starter_model(), folder))
        header = read_header(path)
        choice = choice_of(header, LoadOptions(context_length=CONTEXT, gpu_layers=0))
        with loader() as process:
            baseline = process.vocabulary(path)
        with loader() as process:
            loaded = process.load(path, choice)
        with a_house(model=path) as ours:
            ours.ask(QUESTION, 40)
            engine = ours.house.models.running_engine()
            assert engine is not None
            taken = share(engine.pid)
    table = loaded.on("CPU").total
    return [
        Figure("overhead: llama.cpp's own table", table / MIB, "MiB"),
        Figure("overhead: Python with the library", loaded.before / MIB, "MiB"),
        Figure("overhead: baseline, with the vocabulary too", baseline / MIB, "MiB"),
        Figure("overhead: the engine's process", taken / MIB, "MiB"),
        Figure("overhead: a bare process with the same model", loaded.after / MIB, "MiB"),
        at_most("overhead: over table and baseline", (taken / (table + baseline) - 1) * 100, "%", MOST),
        Figure("overhead: over the bare process", (taken / loaded.after - 1) * 100, "%"),
    ]
