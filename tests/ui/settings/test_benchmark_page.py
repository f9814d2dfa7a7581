"""The benchmark page: it shows what was measured, and asks for a measurement or its end."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.benchmark import as_markdown
from desktop.ui.parts.buttons import Kind
from desktop.ui.settings.benchmark_page import BenchmarkPage
from desktop.ui.theme import Theme
from tests.ui.settings.stand_ins import FakeBenchmarks, some_benchmarks


@pytest.fixture
def benchmarks() -> FakeBenchmarks:
    return FakeBenchmarks()


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, benchmarks: FakeBenchmarks) -> BenchmarkPage:
    page = BenchmarkPage(theme, benchmarks)
    qtbot.addWidget(page)
    page.resize(900, 800)
    page.show()
    qtbot.waitExposed(page)
    QApplication.processEvents()
    return page


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def rows(table: object) -> list[str]:
    return table.accessibleDescription().splitlines()  # type: ignore[attr-defined]


def test_it_shows_the_newest_result_and_what_it_ran_on(page: BenchmarkPage) -> None:
    assert page.model.title.text() == "DeepSeek R1 8B Q4_K_M"
    assert rows(page.table)[0] == "about 96 words, 128 tokens, 482 tok/s, 31 tok/s"
    assert len(rows(page.table)) == 4
    assert "Measured today" in page.speeds.sentence.text()
    assert "3.1 GB on the graphics card" in page.memory.sentence.text()
    assert page.placement.sentence.text().startswith("28 of 33 layers on the graphics card (RTX 3050)")
    assert page.computer.sentence.text() == "AMD Ryzen 5 5600, 6 cores, 16.0 GB."


def test_it_shows_how_the_model_did_earlier(page: BenchmarkPage) -> None:
    earlier = rows(page.earlier)
    assert len(earlier) == 2
    assert earlier[0].endswith("251 tok/s, 16 tok/s, 16 of 33 layers")
    assert earlier[1].endswith("101 tok/s, 6.6 tok/s, nothing")


def test_before_the_first_one_there_is_nothing_but_the_button(page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    benchmarks.known = ()
    benchmarks.be(None)
    assert rows(page.table) == ["Nothing is measured yet."]
    assert not page.facts.isVisible()
    assert not page.earlier.isVisible()
    assert not page.copy.isEnabled()
    assert page.button.isEnabled()


def test_without_a_model_nothing_can_be_measured(page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    benchmarks.chosen = None
    benchmarks.be(None)
    assert page.model.title.text() == "No model is chosen"
    assert not page.button.isEnabled()


def test_measure_becomes_stop_and_back(qtbot: QtBot, page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    assert (page.button.text(), page.button.kind) == ("Measure", Kind.PRIMARY)
    click(qtbot, page.button)
    assert (page.button.text(), page.button.kind) == ("Stop", Kind.STANDARD)
    assert page.progress.isVisible()
    assert page.progress.accessibleName() == "Measuring with 128 tokens"
    click(qtbot, page.button)
    assert benchmarks.calls == ["measure", "stop"]
    assert page.button.text() == "Measure"
    assert not page.progress.isVisible()
    assert page.note.text() == "Stopped. Nothing of it was kept."
    assert page.note.isVisible()


def test_while_it_runs_each_length_appears_as_it_is_measured(page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    points = benchmarks.known[0].points
    benchmarks.be(("Measuring with 2,048 tokens", 0.4), points[:2])
    assert len(rows(page.table)) == 2
    # What is shown is not finished, and the last result is an earlier one now.
    assert not page.copy.isEnabled()
    assert not page.facts.isVisible()
    assert len(rows(page.earlier)) == 3


def test_the_result_is_copied_as_markdown(qtbot: QtBot, page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    told: list[str] = []
    page.told.connect(told.append)
    click(qtbot, page.copy)
    assert QGuiApplication.clipboard().text() == as_markdown(benchmarks.known[0])
    assert told == ["Copied as Markdown"]


def test_it_says_that_a_question_comes_first_also_when_one_did(page: BenchmarkPage, benchmarks: FakeBenchmarks) -> None:
    benchmarks.known = some_benchmarks()
    benchmarks.be(None, said="A question came first, so measuring stopped. Nothing of it was kept.")
    assert page.note.text().startswith("A question came first")
    assert len(rows(page.table)) == 4
