"""Benchmark: how fast the model reads and writes on this computer, what it took, and how it did earlier.

It shows what the service says and sends what was asked for; it measures nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.benchmark import Benchmark, Point, as_markdown, computer, memory, on_cards, placement
from desktop.domain.models import InstalledModel
from desktop.domain.names import speed_figure
from desktop.translation import tr, tr_later
from desktop.ui.chat.progress_line import ProgressLine, progress_height
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.settings.ledger_table import when
from desktop.ui.settings.rows import Card, Mark, Row, Section
from desktop.ui.settings.table import Column, Table
from desktop.ui.theme import Theme, size
from desktop.ui.wording import words

_ABOUT = tr_later("How fast it reads and writes here, in a short chat and in long ones.")
_FIRST = tr_later("A question comes first: it ends a measurement. While an answer is written, nothing is measured.")
_SPEEDS = (
    Column(tr_later("Chat so far"), 0.0, color="textPrimary"),
    Column(tr_later("Tokens"), 0.42, right=True, unit=tr_later("tokens")),
    Column(tr_later("Reading"), 0.62, right=True, unit=tr_later("tok/s")),
    Column(tr_later("Writing"), 0.82, right=True, color="textPrimary", unit=tr_later("tok/s")),
)
_EARLIER = (
    Column(tr_later("Measured"), 0.0),
    Column(tr_later("Reading"), 0.34, right=True, unit=tr_later("tok/s")),
    Column(tr_later("Writing"), 0.51, right=True, color="textPrimary", unit=tr_later("tok/s")),
    Column(tr_later("On the card"), 0.68, right=True),
)


class Benchmarks(Protocol):
    """What the page needs of the service."""

    changed: Any

    def model(self) -> InstalledModel | None: ...
    def results(self, model: InstalledModel) -> tuple[Benchmark, ...]: ...
    def running(self) -> bool: ...
    def points(self) -> tuple[Point, ...]: ...
    def progress(self) -> tuple[str, float | None] | None: ...
    def note(self) -> str: ...
    def measure(self) -> None: ...
    def stop(self) -> None: ...


class BenchmarkPage(Page):
    """Signals:
    told: a sentence for the toast.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, benchmarks: Benchmarks) -> None:
        super().__init__(theme, tr("Benchmark"), size("settingsContentMax"), centred=False)
        self.setObjectName("benchmarkPage")
        self._benchmarks = benchmarks
        self._found: Benchmark | None = None
        self.button = Button(theme, tr("Measure"), Kind.PRIMARY)
        self.button.setObjectName("measure")
        self.button.clicked.connect(self._pressed)
        self.model = Row(theme, "gauge", "", _ABOUT, self.button)
        self.progress = ProgressLine(theme)
        self.progress.setFixedHeight(progress_height())
        self.note = Label(theme, "", "small", "textSecondary", wrap=True)
        self.copy = Button(theme, tr("Copy as Markdown"), scale=Scale.SMALL, icon_name="copy")
        self.copy.setObjectName("copyMarkdown")
        self.copy.clicked.connect(self._copy)
        self.speeds = Section(theme, tr("Speed"), "", self.copy)
        self.table = Table(theme, tr("Speed"), _SPEEDS, tr("Nothing is measured yet."))
        self.memory = Row(theme, "memory-stick", tr("Memory"), "")
        self.placement = Row(theme, "cpu", tr("Placement"), "")
        self.computer = Row(theme, "monitor", tr("Computer"), "")
        self.facts = Card(theme, self.memory, self.placement, self.computer)
        self.before = Section(
            theme, tr("Earlier"), tr("The last ten of each model are kept, encrypted like your chats.")
        )
        self.earlier = Table(theme, tr("Earlier benchmarks"), _EARLIER, "")
        self._lay_out(theme)
        benchmarks.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self, theme: Theme) -> None:
        self.doing = QWidget()
        doing = QVBoxLayout(self.doing)
        doing.setContentsMargins(0, 0, 0, 12)
        doing.addWidget(self.progress)
        doing.addWidget(self.note)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(Mark(theme, "info", "textMuted", 14))
        first.addWidget(Label(theme, tr(_FIRST), "small", "textMuted", wrap=True), 1)
        column = self.column
        column.addWidget(Label(theme, tr("Benchmark"), "title"))
        column.addSpacing(14)
        column.addWidget(Card(theme, self.model))
        column.addSpacing(12)
        column.addWidget(self.doing)
        column.addLayout(first)
        column.addSpacing(28)
        column.addWidget(self.speeds)
        column.addSpacing(12)
        column.addWidget(self.table)
        column.addSpacing(12)
        column.addWidget(self.facts)
        column.addSpacing(28)
        column.addWidget(self.before)
        column.addSpacing(12)
        column.addWidget(self.earlier)
        column.addSpacing(24)
        column.addStretch(1)

    def refresh(self) -> None:
        """Show what holds now."""
        service = self._benchmarks
        model, running = service.model(), service.running()
        results = service.results(model) if model is not None else ()
        self._show_model(model, running=running)
        self._found = results[0] if results and not running else None
        self._show_found(self._found, service.points())
        self._show_earlier(results if running else results[1:])

    # What the service says

    def _show_model(self, model: InstalledModel | None, *, running: bool) -> None:
        name = f"{model.name} {model.quant}".strip() if model is not None else tr("No model is chosen")
        self.model.say(name, tr(_ABOUT))
        self.button.setText(tr("Stop") if running else tr("Measure"))
        self.button.set_kind(Kind.STANDARD if running else Kind.PRIMARY)
        self.button.setEnabled(model is not None)
        progress = self._benchmarks.progress()
        self.progress.setVisible(progress is not None)
        if progress is not None:
            self.progress.tell(progress)
        self.note.setText("" if running else self._benchmarks.note())
        self.note.setVisible(bool(self.note.text()))
        self.doing.setVisible(running or bool(self.note.text()))

    def _show_found(self, found: Benchmark | None, points: Sequence[Point]) -> None:
        self.copy.setEnabled(found is not None)
        self.facts.setVisible(found is not None)
        self.table.show_rows([_speeds(point) for point in (found.points if found is not None else points)])
        unit = tr("In tokens per second; a token is about three quarters of a word.")
        if found is None:
            self.speeds.sentence.setText(unit)
            return
        self.speeds.sentence.setText(
            " ".join((unit, tr("Measured {when}.").format(when=when(found.at, time.time(), inside=True))))
        )
        self.memory.explain(
            tr("{memory}, with room for {tokens:,} tokens.").format(memory=memory(found), tokens=found.context_length)
        )
        self.placement.mark.set_looks("gpu" if found.layers else "cpu", "accentText")
        self.placement.explain(f"{placement(found)}.")
        self.computer.explain(f"{computer(found.machine)}.")

    def _show_earlier(self, results: Sequence[Benchmark]) -> None:
        self.before.setVisible(bool(results))
        self.earlier.setVisible(bool(results))
        now = time.time()
        self.earlier.show_rows(
            [
                (when(found.at, now), speed_figure(found.points[0].reading), speed_figure(found.speed), on_cards(found))
                for found in results
                if found.points
            ]
        )

    # What was asked for

    def _pressed(self) -> None:
        if self._benchmarks.running():
            self._benchmarks.stop()
        else:
            self._benchmarks.measure()

    def _copy(self) -> None:
        if self._found is not None:
            QGuiApplication.clipboard().setText(as_markdown(self._found))
            self.told.emit(tr("Copied as Markdown"))


def _speeds(point: Point) -> tuple[str, str, str, str]:
    return (
        tr("about {number:,} words").format(number=words(point.length)),
        f"{point.length:,}",
        speed_figure(point.reading),
        speed_figure(point.writing),
    )
