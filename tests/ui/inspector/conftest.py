"""A window with the inspector open, on a stand-in that works out what would fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.ui.inspector.inspector import Inspector
from desktop.ui.inspector.model_page import ModelPage
from desktop.ui.parts.sliders import Slider
from tests.ui.conftest import Stage
from tests.ui.stand_ins import FakePlacement


class Sight:
    """The inspector as somebody sees and uses it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.room = stage.window.findChild(Inspector, "inspector")
        assert self.room is not None

    @property
    def placement(self) -> FakePlacement:
        assert self.stage.placement is not None
        return self.stage.placement

    @property
    def page(self) -> ModelPage:
        return self.room.page

    def words(self) -> str:
        """Everything that can be read, painted or in labels."""
        found: list[str] = []
        for widget in self.room.findChildren(QWidget):
            if widget.isVisible():
                found.append(widget.text() if isinstance(widget, QLabel) else widget.accessibleName())
        return "\n".join(found)

    def chosen(self) -> list[dict[str, object]]:
        """The fields that were chosen, in order."""
        return [call[1] for call in self.placement.calls if call[0] == "choose"]

    def drag(self, slider: Slider, *values: int, release: bool = True) -> None:
        """Take the thumb and move it over values."""
        middle = slider.height() // 2

        def at(value: int) -> QPoint:
            return QPoint(round(slider.place(value)), middle)

        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider.value()))
        for value in values:
            QTest.mouseMove(slider, at(value))
            QApplication.processEvents()
        if release:
            QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(values[-1]))
        QApplication.processEvents()


@pytest.fixture
def open_sight(make_stage: Callable[..., Stage]) -> Callable[..., Sight]:
    def make(placement: FakePlacement | None = None, width: int = 1280, height: int = 832) -> Sight:
        stage = make_stage(placement=placement or FakePlacement())
        stage.window.resize(width, height)
        stage.control(Qt.Key.Key_I)
        return Sight(stage)

    return make


@pytest.fixture
def sight(open_sight: Callable[..., Sight]) -> Sight:
    return open_sight()
