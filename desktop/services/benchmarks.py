"""Benchmarks of the current model: run beside everything else, kept for each model, the newest first.

An answer comes first: while one is written nothing is measured, and a question that is asked ends a measurement, of
which nothing is kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.domain.benchmark import LENGTHS, REPETITIONS, WRITTEN, Benchmark, Machine, Point, fitting
from desktop.domain.chat import FinishReason
from desktop.domain.models import CacheType, EngineFailure, EngineState, FlashAttention, InstalledModel, LoadOptions
from desktop.errors import AppError
from desktop.services.computer import processor_name
from desktop.translation import tr, tr_count

if TYPE_CHECKING:
    from desktop.domain.memory import Device
    from desktop.engine import protocol
    from desktop.services.models import ModelService
    from desktop.services.tasks import Worker
    from desktop.storage.options import Json, Options

KEPT = 10
"""Benchmarks of one model."""
_KEY = "bench:"


class Benchmarks(QObject):
    """::

    idle ──measure──► the model is starting ──► measuring ──► kept ──► idle
              ▲              └───────stop, a question, a failure───────▲

    Signals:
        changed: ``progress``, ``points`` or ``results`` say something else.
        measured: the ``Point`` of a length that is done.
        ended: the ``Benchmark``, or None: it was stopped, or a question came first (``note`` says which).
        refused: an ``AppError``: it could not be measured, or not to the end.
    """

    changed = Signal()
    measured = Signal(object)
    ended = Signal(object)
    refused = Signal(object)

    def __init__(self, models: ModelService, worker: Worker, options: Options) -> None:
        super().__init__()
        self._models = models
        self._worker = worker
        self._options = options
        self._results: dict[str, tuple[Benchmark, ...]] = {}
        self._wanted: tuple[Sequence[int], int] | None = None
        """What is to be measured as soon as the model is there."""
        self._request: int | None = None
        self._lengths: tuple[int, ...] = ()
        self._repetitions = REPETITIONS
        self._points: list[Point] = []
        self._fraction = 0.0
        self._stopping = False
        self._note = ""
        models.changed.connect(self._look)
        worker.run(lambda: _read(options), self._read)

    # --- what there is

    def model(self) -> InstalledModel | None:
        """The one that would be measured."""
        return self._models.current()

    def results(self, model: InstalledModel) -> tuple[Benchmark, ...]:
        """Earlier benchmarks of a model, the newest first."""
        return self._results.get(model.key, ())

    def speed(self, model: InstalledModel) -> float:
        """Tokens that a model writes per second, as measured last; 0: not known."""
        return next((found.speed for found in self.results(model)), 0.0)

    def running(self) -> bool:
        return self._wanted is not None or self._request is not None

    def points(self) -> tuple[Point, ...]:
        """What the running benchmark has measured so far."""
        return tuple(self._points)

    def progress(self) -> tuple[str, float | None] | None:
        """What happens, in words, and how far it is (0 to 1); None: nothing is measured."""
        if self._wanted is not None:
            return tr("Starting the model"), self._models.load_progress()
        if self._request is None:
            return None
        length = self._lengths[min(len(self._points), len(self._lengths) - 1)]
        return tr_count(length, "Measuring with 1 token", "Measuring with %n tokens"), self._fraction

    def note(self) -> str:
        """How the last one ended, if there is anything to say about it."""
        return self._note

    # --- verbs

    def measure(self, lengths: Sequence[int] = (), repetitions: int = REPETITIONS) -> None:
        """Measure the current model at these lengths (none: the usual ones that fit); it is started if it rests."""
        if self.running():
            return
        self._note = ""
        state = self._models.state()
        if self._models.current() is None:
            self._refuse(_no_model())
        elif state is EngineState.BUSY:
            self._refuse(_busy())
        else:
            self._wanted = (tuple(lengths), repetitions)
            self._models.wake()
            self._look()

    def stop(self) -> None:
        """End it at once; nothing of it is kept."""
        if self._request is not None:
            self._stopping = True
            self._models.engine.stop(self._request)
        elif self._wanted is not None:
            self._end(tr("Stopped. Nothing of it was kept."))

    # --- inside

    def _look(self) -> None:
        ready = self._models.state() is EngineState.READY and self._models.facts() is not None
        if self._wanted is not None and ready:
            self._begin(*self._wanted)
        elif self._wanted is not None and (failure := self._why_not()) is not None:
            self._refuse(failure)
        else:
            self.changed.emit()

    def _why_not(self) -> AppError | None:
        """Why the current model is not going to run."""
        return _no_model() if self._models.current() is None else self._models.failure()

    def _read(self, results: dict[str, tuple[Benchmark, ...]]) -> None:
        self._results = {**results, **self._results}
        self.changed.emit()

    def _begin(self, lengths: Sequence[int], repetitions: int) -> None:
        from desktop.engine.client import Request

        room = self._models.context_length()
        too_long = next((length for length in lengths if length + WRITTEN > room), None)
        if too_long is not None:
            self._refuse(_no_room(too_long, room))
            return
        self._lengths = tuple(sorted(set(lengths))) or fitting(LENGTHS, room)
        self._repetitions = repetitions
        self._points, self._fraction, self._stopping = [], 0.0, False
        request = Request(
            0,
            on_progress=self._progressed,
            on_benchmarked=self._measured,
            on_done=self._done,
            on_failed=self._failed,
        )
        self._wanted = None
        self._request = self._models.engine.benchmark(self._lengths, repetitions, WRITTEN, request)
        self.changed.emit()

    def _progressed(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    def _measured(self, event: protocol.Benchmarked) -> None:
        room = self._models.room()
        before = [card.free for card in room.cards] if room is not None else []
        taken = sum(max(0, free - now) for free, now in zip(before, event.cards_free, strict=False))
        point = Point(event.length, event.reading, event.writing, event.own_bytes, taken)
        self._points.append(point)
        self.measured.emit(point)
        self.changed.emit()

    def _done(self, done: protocol.Done) -> None:
        if done.reason is FinishReason.STOPPED:
            self._end(
                tr("Stopped. Nothing of it was kept.")
                if self._stopping
                else tr("A question came first, so measuring stopped. Nothing of it was kept.")
            )
            return
        model, facts = self._models.current(), self._models.facts()
        assert model is not None
        assert facts is not None
        room, engine = self._models.room(), self._models.engine.version
        cards = room.cards if room is not None else ()
        points, at, repetitions = tuple(self._points), time.time(), self._repetitions
        options = self._models.loaded_options() or LoadOptions()

        def work() -> tuple[Benchmark, tuple[Benchmark, ...]]:
            found = Benchmark(
                at,
                model.name,
                model.quant,
                points,
                repetitions,
                this_machine(cards, engine),
                facts.context_length,
                facts.threads,
                facts.gpu_layers if cards else 0,
                facts.layers + 1,
                _chosen(options),
            )
            return found, _keep(self._options, model.key, found)

        def kept(result: tuple[Benchmark, tuple[Benchmark, ...]]) -> None:
            found, self._results[model.key] = result
            self._models.answered(found.speed)
            self._end("", found)

        self._worker.run(work, kept, self._refuse)

    def _failed(self, what: EngineFailure) -> None:
        from desktop.engine import client, failure

        if what == client.UNLOADED:
            self._end(tr("The model was changed, so measuring stopped. Nothing of it was kept."))
            return
        model = self._models.current()
        self._refuse(failure.sentence(what, model.name if model is not None else ""))

    def _refuse(self, error: AppError) -> None:
        self._request = self._wanted = None
        self._points = []
        self._note = error.sentence
        self.refused.emit(error)
        self.changed.emit()

    def _end(self, note: str, found: Benchmark | None = None) -> None:
        self._request = self._wanted = None
        self._points = []
        self._note = note
        self.ended.emit(found)
        self.changed.emit()


def this_machine(cards: Sequence[Device], engine: str) -> Machine:
    """What a benchmark runs on. Reads a file: for the storage thread."""
    import psutil

    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    names = tuple(card.description or card.name for card in cards)
    return Machine(processor_name(), cores, psutil.virtual_memory().total, names, engine)


def _chosen(options: LoadOptions) -> tuple[str, ...]:
    """What of the options is not Snug's own choice, as far as nothing else tells it."""
    usual = LoadOptions()
    words = {
        f"steps of {options.batch} tokens": options.batch != usual.batch,
        f"KV cache {options.cache_type.value}": options.cache_type is not CacheType.F16,
        f"flash attention {options.flash_attention.value}": options.flash_attention is not FlashAttention.AUTO,
        "file read as a whole": options.map_file != usual.map_file,
        "locked in memory": options.lock_memory != usual.lock_memory,
    }
    return tuple(word for word, differs in words.items() if differs)


def _no_room(length: int, room: int) -> AppError:
    return AppError(
        "NO_ROOM",
        tr("{length:,} tokens do not fit: the model has room for {room:,}, and writes {written} of its own.").format(
            length=length, room=room, written=WRITTEN
        ),
        todo=tr("Choose a shorter length."),
    )


def _read(options: Options) -> dict[str, tuple[Benchmark, ...]]:
    return {key.removeprefix(_KEY): _known(value) for key, value in options.all().items() if key.startswith(_KEY)}


def _known(stored: Json) -> tuple[Benchmark, ...]:
    """What can be understood of what was stored: another version of Snug may have written it."""
    import msgspec

    known: list[Benchmark] = []
    for each in stored if isinstance(stored, list) else []:
        with suppress(msgspec.ValidationError):
            known.append(msgspec.convert(each, Benchmark))
    return tuple(known)


def _keep(options: Options, key: str, found: Benchmark) -> tuple[Benchmark, ...]:
    import msgspec

    kept = (found, *_known(options.get(_KEY + key)))[:KEPT]
    options.put(_KEY + key, msgspec.to_builtins(kept))
    return kept


def _busy() -> AppError:
    return AppError(
        "BUSY",
        tr("An answer is being written."),
        tr("Nothing was measured."),
        tr("Measure again when it is finished."),
    )


def _no_model() -> AppError:
    return AppError("NO_MODEL", tr("There is no model to measure."), todo=tr("Choose one first."))
