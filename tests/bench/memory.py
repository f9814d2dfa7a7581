"""What loading a model really takes, against what was worked out before.

Compared is the model's own memory: weights, cache, compute and vocabulary, over what the process had before it loaded
anything (Python, llama.cpp's libraries). Each figure is from a fresh process whose context is full, since memory that
was never touched is not there yet. Main memory is the proportional set size; models are copies, since another
process with the same file would share its pages.

Without a card the weights are mapped, as in the app. With one they are read instead: pages of a mapped file that were
only read on their way to the card stay where they are until the system wants them back, and would count as used. The
card is llama.cpp's RPC server in another process; measured is what llama.cpp asked of it. The process itself, which is
shown as well, has some megabytes more: it computes with a processor, and takes in what is sent to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from desktop import paths
from desktop.domain.choice import Choice
from desktop.domain.gguf import read_header
from desktop.domain.memory import cards, estimate, steps
from desktop.domain.models import CacheType
from tests.bench.figures import Figure, at_least, at_most
from tests.fixtures.architectures import KINDS, Shape, write_model
from tests.fixtures.loader import loader, share
from tests.fixtures.rpc_device import endpoints, has_rpc, rpc_devices

SHAPE = Shape(width=512, layers=8, inner=1536, head=64, words=8000)
"""Some 60 to 200 MB: large enough that the few megabytes any process gains are not what is measured."""
OVER, UNDER = 5.0, -2.0
"""Percent of all that the model takes, in both places, by which the prediction for one of them may miss."""


def run() -> list[Figure]:
    with TemporaryDirectory() as folder:
        models = {kind: write_model(Path(folder) / f"{kind}.gguf", kind, SHAPE) for kind in KINDS}
        models["starter"] = Path(shutil.copy(paths.starter_model(), folder))
        figures = [figure for name, path in models.items() for figure in _in_main_memory(name, path)]
        if has_rpc():
            for name in ("starter", "dense", "mixture", "mixed"):
                figures += _on_a_card(name, models[name])
    return figures


def _in_main_memory(name: str, path: Path) -> Iterator[Figure]:
    header = read_header(path)
    for choice in (
        Choice(2048, 0),
        Choice(1024, 0, batch=128, keys=CacheType.Q8_0, values=CacheType.Q8_0),
    ):
        with loader() as process:
            compute = process.dry_run(path, choice)
        with loader() as process:
            loaded = process.load(path, choice)
        predicted = estimate(header, choice, compute=compute).main.total
        words = f"memory: {name}, {choice.context_length} tokens, {choice.keys}"
        measured = loaded.after - loaded.before
        yield from _compared(words, predicted, measured, measured)


def _on_a_card(name: str, path: Path) -> Iterator[Figure]:
    header = read_header(path)
    for layers in (1, steps(header) // 2, steps(header)):
        choice = Choice(1024, layers)
        with rpc_devices(1) as servers, loader(*endpoints(servers)) as process:
            compute = process.dry_run(path, choice)
        with rpc_devices(1) as servers, loader(*endpoints(servers)) as process:
            card, server = cards(process.devices()), servers[0].pid
            before = share(server)
            loaded = process.load(path, choice, mapped=False, processes=[server])
        predicted = estimate(header, choice, card, compute)
        words = f"memory: {name}, {layers} of {steps(header)} on the card"
        main, moved = loaded.after - loaded.before, loaded.on(card[0].description).total
        yield Figure(f"{words}, card's process", (loaded.held[0] - before) / 1024 / 1024, "MiB")
        yield from _compared(f"{words}, main", predicted.main.total, main, main + moved)
        yield from _compared(f"{words}, card", predicted.devices[0].total, moved, main + moved)


def _compared(words: str, predicted: int, measured: int, whole: int) -> Iterator[Figure]:
    percent = (predicted - measured) / whole * 100
    yield Figure(f"{words}: measured", measured / 1024 / 1024, "MiB")
    yield at_most(f"{words}: over by", percent, "%", OVER)
    yield at_least(f"{words}: over by", percent, "%", UNDER)
