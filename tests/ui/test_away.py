"""Noticing that nobody is there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.away import Away
from tests.vault.test_gnome_keyring import BUS

SOON = 0.2 / 60


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QLineEdit()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_nothing_for_a_while_means_away(qtbot: QtBot, window: QWidget) -> None:
    away = Away(window, lambda: False)
    with qtbot.waitSignal(away.left):
        away.set_minutes(SOON)


def test_a_key_starts_the_time_again(qtbot: QtBot, window: QWidget) -> None:
    away = Away(window, lambda: False)
    away._timer.setTimerType(Qt.TimerType.PreciseTimer)  # pyright: ignore[reportPrivateUsage]
    away.set_minutes(60)
    before = away._timer.remainingTime()  # pyright: ignore[reportPrivateUsage]
    qtbot.waitUntil(lambda: away._timer.remainingTime() < before - 20)  # pyright: ignore[reportPrivateUsage]
    low = away._timer.remainingTime()  # pyright: ignore[reportPrivateUsage]
    handle = window.windowHandle()
    assert handle is not None
    qtbot.keyClick(handle, Qt.Key.Key_A)
    assert away._timer.remainingTime() > low  # pyright: ignore[reportPrivateUsage]


def test_an_answer_is_written_to_its_end_first(qtbot: QtBot, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.away._LATER_MS", 50)
    writing = [True]
    asked: list[bool] = []

    def busy() -> bool:
        asked.append(True)
        return writing[0]

    away = Away(window, busy)
    with qtbot.assertNotEmitted(away.left):
        away.set_minutes(SOON)
        qtbot.waitUntil(lambda: len(asked) > 2)
    with qtbot.waitSignal(away.left):
        writing[0] = False


def test_never_is_never(qtbot: QtBot, window: QWidget) -> None:
    away = Away(window, lambda: False)
    away.set_minutes(SOON)
    away.set_minutes(0)
    assert not away._timer.isActive()  # pyright: ignore[reportPrivateUsage]


PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
from desktop.ui.away import Away
app = QApplication(["away"])
window = QWidget()
window.show()
away = Away(window, lambda: False)
away.left.connect(lambda: (print("away", flush=True), app.quit()))
print("listening", flush=True)
app.exec()
"""


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("dbus-run-session"), reason="takes D-Bus")
@pytest.mark.parametrize("name", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
def test_a_locked_screen_is_told_by_the_desktop(tmp_path: Path, name: str) -> None:
    config = tmp_path / "bus.conf"
    config.write_text(BUS)
    (tmp_path / "away.py").write_text(PROGRAM)
    signal = f"dbus-send --session --type=signal /ScreenSaver {name}.ActiveChanged boolean"
    script = (
        f"{sys.executable} {tmp_path / 'away.py'} > {tmp_path / 'out'} & child=$!; "
        f"until grep -q listening {tmp_path / 'out'} || ! kill -0 $child; do sleep 0.05; done; "
        f"{signal}:false; {signal}:true; wait $child"
    )
    subprocess.run(
        ["dbus-run-session", f"--config-file={config}", "--", "sh", "-c", script],
        check=True,
        timeout=50,
        env={"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (tmp_path / "out").read_text().split() == ["listening", "away"]
