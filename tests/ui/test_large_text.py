"""Text at twice its usual size: it is asked of the system, icons and controls grow with it, and nothing is cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui import theme as themes
from desktop.ui.parts import fonts, paint
from desktop.ui.parts.buttons import Button
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.style import dress
from desktop.ui.theme import Appearance, Theme, load_fonts
from scripts import screenshots
from tests.ui.scenes import SCENES, Stage, services


def forget() -> None:
    for asked in (themes.text_scale, themes.font, fonts.regular, fonts.medium, fonts.strong):
        asked.cache_clear()


@pytest.fixture
def large(qapp: QApplication) -> Iterator[Theme]:
    load_fonts()
    before = qapp.font()
    forget()
    usual, _ = themes.USUAL.get(sys.platform, themes.LINUX)
    qapp.setFont(QFont("Inter", round(usual * 2)))
    assert themes.text_scale() == 2.0
    theme = Theme(Appearance.LIGHT)
    theme.reduced_motion = True
    look = dress(qapp, theme)
    yield theme
    look.setParent(None)
    look.deleteLater()
    qapp.setFont(before)
    forget()


def test_text_grows_and_what_stands_beside_it_grows_less(large: Theme) -> None:
    assert themes.font("body").pixelSize() == 28
    assert themes.line_height("body") == 40
    assert themes.size("control") == 54
    assert themes.size("windowMin") == [960, 640]


def test_an_icon_grows_with_the_text_and_stays_in_its_place(large: Theme) -> None:
    def painted(height: int) -> int:
        image = QImage(60, height, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        paint.draw_icon(painter, "box", QColor("black"), QRectF(image.rect()), 18)
        painter.end()
        rows = [y for y in range(height) if any(image.pixelColor(x, y).alpha() for x in range(60))]
        return rows[-1] - rows[0] + 1

    assert 18 <= painted(40) <= 24
    assert painted(18) <= 18


def cut_off(shown: QWidget) -> list[str]:
    """The words that there is too little room for."""
    cut: list[str] = []
    for widget in shown.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, Button):
            hint = widget.sizeHint()
            if widget.width() < hint.width() or widget.height() < hint.height():
                cut.append(widget.text())
        elif isinstance(widget, QScrollArea):
            if widget.widget().width() > widget.viewport().width():
                cut.append(f"{widget.accessibleName()}, at its right edge")
        elif isinstance(widget, Label) and not isinstance(widget, ElidedLabel):
            if widget.wordWrap():
                fits = widget.height() >= widget.heightForWidth(widget.width())
            else:
                fits = widget.width() >= QFontMetrics(widget.font()).horizontalAdvance(widget.text())
            if not fits:
                cut.append(widget.text())
    return cut


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_is_cut_off(qtbot: QtBot, large: Theme, scene: str) -> None:
    stage = Stage(large, services)
    qtbot.addWidget(stage.window)
    shown = screenshots.SCENES[scene](stage) or stage.window
    if shown is not stage.window:
        qtbot.addWidget(shown)
    stage.settle()
    assert cut_off(shown) == []
    menu = QApplication.activePopupWidget()
    if menu is not None:
        menu.close()


def test_a_window_fits_a_screen_on_which_everything_is_enlarged() -> None:
    ask = (
        "from PySide6.QtWidgets import QApplication, QWidget; from desktop.ui.frame import place;"
        "from tests.ui.stand_ins import FakeSettings; a = QApplication([]); w = QWidget(); place(w, FakeSettings());"
        "print(w.width() <= w.screen().size().width(), w.height() <= w.screen().size().height(), w.devicePixelRatio())"
    )
    environment = {**os.environ, "QT_FONT_DPI": "192", "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True", "2.0"]
