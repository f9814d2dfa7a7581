"""Model files that are damaged or hostile: how long looking at one takes at most, and how much memory."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from pathlib import Path

from desktop.domain import gguf
from desktop.domain.trust import findings_of
from tests.bench.figures import Figure, at_most
from tests.fixtures.models import tiny_model
from tests.fixtures.mutants import mutants

COUNT = 20_000
HEAD = 7_000


def run() -> list[Figure]:
    """50 truncations and 20,000 mutants: each is opened or refused."""
    with tempfile.TemporaryDirectory() as folder:
        whole = tiny_model(Path(folder) / "tiny.gguf").read_bytes()
        path = Path(folder) / "mutant.gguf"
        cut = [whole[: 24 + (len(whole) - 25) * part // 50] for part in range(50)]
        slowest = largest = 0.0
        opened = refused = 0
        for number, data in enumerate([*cut, *mutants(whole, HEAD, COUNT, seed=2026)]):
            path.write_bytes(data)
            measured = number % 10 == 0
            if measured:
                tracemalloc.start()
            begun = time.process_time()
            try:
                findings_of(gguf.read_model(path), {})
                opened += 1
            except gguf.BadModelFile:
                refused += 1
            if measured:
                largest = max(largest, tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
            else:
                slowest = max(slowest, time.process_time() - begun)
    print(f"{opened:,} opened, {refused:,} refused")
    return [
        at_most("slowest look at a mutant", slowest * 1000, "ms", 50),
        at_most("most memory for one (every tenth)", largest / 1e6, "MB", 50),
    ]
