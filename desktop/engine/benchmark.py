"""How fast a model reads and writes with so much in its context, measured as it answers: same steps, same sampling.

Works on an empty main sequence, which it leaves to whoever lent it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import psutil

from desktop.domain.chat import FinishReason, Sampling
from desktop.domain.models import FailureKind
from desktop.engine import protocol
from desktop.engine.failing import Aborted
from desktop.engine.generation import DoesNotFit, Send
from desktop.engine.placing import room_now
from desktop.engine.protocol import MAIN_SEQUENCE

if TYPE_CHECKING:
    from desktop.engine.runtime import Runtime

WARM_UP = 32
"""Tokens that are read before anything is measured: the first ones wait for the file and the memory."""
WRITTEN_COSTS = 10
"""So many times as long as reading a token takes writing one, about: for the progress only."""


def _nobody(_: int) -> None:
    """Hears of the progress of what is not measured."""


class Benchmark:
    """Answers one ``protocol.Benchmark``."""

    def __init__(self, runtime: Runtime, request: protocol.Benchmark, send: Send) -> None:
        self._runtime = runtime
        self._request = request
        self._send = send
        self._chance = random.Random(request.id)
        self._done = 0
        self._total = sum(map(self._cost, request.lengths)) * request.repetitions
        self._percent = -1

    def run(self) -> FinishReason:
        """Measure one length after the other; why it ended.

        Raises:
            RuntimeFailure: TOO_LONG, before anything is measured, or OUT_OF_MEMORY.
        """
        request, limit = self._request, self._runtime.sequences.context_length
        longest = max(request.lengths, default=0) + request.written
        if longest > limit:
            raise DoesNotFit(FailureKind.TOO_LONG, longest, limit)
        try:
            self._once(WARM_UP, 1)
            for length in request.lengths:
                readings, writings = zip(*(self._repeat(length) for _ in range(request.repetitions)), strict=True)
                self._tell(length, median(readings), median(writings))
        except Aborted:
            return FinishReason.STOPPED
        return FinishReason.END

    def _repeat(self, length: int) -> tuple[float, float]:
        before = self._done
        speeds = self._once(length, self._request.written, lambda read: self._progress(before + read))
        self._progress(before + self._cost(length))
        return speeds

    def _once(self, length: int, written: int, progress: Callable[[int], None] = _nobody) -> tuple[float, float]:
        """Tokens read and tokens written per second."""
        runtime, sequences = self._runtime, self._runtime.sequences
        sequences.forget(MAIN_SEQUENCE)
        tokens = self._tokens(length)
        started = perf_counter()
        sequences.read(MAIN_SEQUENCE, tokens, progress)
        sequences.wait()
        read = perf_counter()
        sampler = runtime.sampler(Sampling(seed=length))
        try:
            for _ in range(written):
                sequences.append(MAIN_SEQUENCE, runtime.sample(sampler))
            sequences.wait()
        finally:
            runtime.free_sampler(sampler)
        return length / (read - started), written / (perf_counter() - read)

    def _tokens(self, count: int) -> list[int]:
        """Any tokens: what they say makes no difference to the time."""
        begin = [self._runtime.begin] if self._runtime.begin >= 0 else []
        return (begin + self._chance.choices(range(self._runtime.vocabulary_size), k=count))[:count]

    def _cost(self, length: int) -> int:
        return length + self._request.written * WRITTEN_COSTS

    def _progress(self, done: int) -> None:
        self._done = done
        percent = done * 100 // self._total
        if percent != self._percent:
            self._percent = percent
            self._send(protocol.Progress(self._request.id, done / self._total))

    def _tell(self, length: int, reading: float, writing: float) -> None:
        memory = psutil.Process().memory_full_info()
        own = int(getattr(memory, "pss", memory.rss))
        free = [card.free for card in room_now().cards]
        self._send(protocol.Benchmarked(self._request.id, length, reading, writing, own, free))
