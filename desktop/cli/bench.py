"""``snug bench``: how fast a model reads and writes on this computer."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict

from desktop.cli import output
from desktop.cli.loop import Loop
from desktop.domain.benchmark import Benchmark, Point, as_markdown, facts, figures
from desktop.domain.models import EngineState
from desktop.errors import AppError
from desktop.house import House
from desktop.services.instance import window_is_open

_HEAD = ("Context", "Reading", "Writing", "Memory")
_WIDTHS = (9, 14, 14, 10)
_BESIDE = (
    "A window of Snug is open. This loads a model of its own beside the window's, "
    "and measures less while the window is busy."
)


class Bench:
    """Drives a benchmark from the terminal. Ctrl+C ends it; nothing of it is kept then."""

    def __init__(self, house: House, chosen: Namespace) -> None:
        self._models = house.models
        self._beside_a_window = window_is_open(house.paths.locks)
        self._benchmarks = house.benchmarks()
        self._chosen = chosen
        self._loop = Loop(self._on_interrupt)
        self._error: AppError | None = None
        self._found: Benchmark | None = None
        self._unread: output.ReaderGone | None = None
        self._interrupted = False
        self._asked = False
        self._shown = False
        self._told = ("", 0.0)
        house.models.changed.connect(self._model_changed)
        for refused in (house.models.refused, house.worker.refused, self._benchmarks.refused):
            refused.connect(self._refused)
        self._benchmarks.changed.connect(self._progressed)
        self._benchmarks.measured.connect(self._measured)
        self._benchmarks.ended.connect(self._ended)

    def run(self) -> int:
        """Measure and print; the exit status."""
        if self._beside_a_window:
            output.note(_BESIDE)
            # With less than was asked for it would measure something else, and take what the window needs.
            self._models.never_less()
        self._models.start(self._chosen.model)
        self._loop.exec()
        self._clear_progress()
        if self._unread is not None:
            raise self._unread
        if self._interrupted:
            return 130
        if self._error is not None:
            raise self._error
        if self._found is not None:
            self._report(self._found)
        return 0

    # --- what the services say

    def _model_changed(self) -> None:
        failure = self._models.failure()
        if failure is not None:
            self._refused(failure)
        elif self._models.state() is EngineState.READY and not self._asked:
            self._asked = True
            self._benchmarks.measure(self._chosen.context, self._chosen.repeat)

    def _progressed(self) -> None:
        words, fraction = self._benchmarks.progress() or ("", None)
        if fraction is None or (words, fraction) == self._told:
            return
        self._told = (words, fraction)
        if self._chosen.json:
            self._say(lambda: output.event("progress", doing=words, fraction=round(fraction, 3)))
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{words}, {fraction:.0%}")
            sys.stderr.flush()
            self._shown = True

    def _measured(self, point: Point) -> None:
        self._clear_progress()
        if self._chosen.json:
            self._say(lambda: output.event("measured", **asdict(point)))
        elif not self._chosen.markdown:
            first = len(self._benchmarks.points()) == 1
            self._say(lambda: self._row(point, first=first))

    def _row(self, point: Point, *, first: bool) -> None:
        model = self._models.current()
        if first and model is not None:
            output.line(f"{model.name} {model.quant}".strip())
            output.line(_columns(_HEAD))
        output.line(_columns(figures(point)))

    def _report(self, found: Benchmark) -> None:
        if self._chosen.json:
            output.event("done", **asdict(found))
        elif self._chosen.markdown:
            output.write(as_markdown(found))
        else:
            output.line()
            for name, words in facts(found):
                output.line(f"{name:<10}  {words}")

    def _ended(self, found: Benchmark | None) -> None:
        self._found = found
        self._loop.quit()

    def _refused(self, error: AppError) -> None:
        self._error = self._error or error
        self._loop.quit()

    def _on_interrupt(self) -> None:
        self._interrupted = True
        self._stop()

    # --- how it is said

    def _say(self, print_it: Callable[[], None]) -> None:
        """Nobody reads any more (``| head``): nothing is measured for nobody."""
        try:
            print_it()
        except output.ReaderGone as gone:
            self._unread = gone
            self._stop()

    def _stop(self) -> None:
        if self._benchmarks.running():
            self._benchmarks.stop()
        else:
            self._loop.quit()

    def _clear_progress(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


def _columns(cells: tuple[str, ...]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
