"""The progress on the icon, as a dock hears it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.ui.taskbar import Taskbar
from tests.vault.test_gnome_keyring import BUS

PROGRAM = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from desktop.ui.taskbar import Taskbar
app = QCoreApplication(["taskbar"])
taskbar = Taskbar("org.example.App")
for done in (0, 420, 421, 1000):
    taskbar.show(done, 1000)
taskbar.show(0, 0)
# What was sent before this was answered is with the bus.
QDBusConnection.sessionBus().call(
    QDBusMessage.createMethodCall("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId")
)
"""


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("dbus-monitor"), reason="takes D-Bus")
def test_each_new_percent_is_told_once_and_the_end_takes_it_away(tmp_path: Path) -> None:
    config, heard = tmp_path / "bus.conf", tmp_path / "heard"
    config.write_text(BUS)
    (tmp_path / "program.py").write_text(PROGRAM)
    script = (
        f"dbus-monitor --session interface=com.canonical.Unity.LauncherEntry > {heard} & child=$!; "
        f"until grep -q NameLost {heard} || ! kill -0 $child; do sleep 0.05; done; "
        f"{sys.executable} {tmp_path / 'program.py'}; "
        f"until grep -q 'boolean false' {heard} || ! kill -0 $child; do sleep 0.05; done; kill $child"
    )
    subprocess.run(
        ["dbus-run-session", f"--config-file={config}", "--", "sh", "-c", script],
        check=True,
        timeout=50,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    words = heard.read_text()
    assert words.count("member=Update") == 4
    assert words.count('string "application://org.example.App.desktop"') == 4
    assert [line.split()[-1] for line in words.splitlines() if "double" in line] == ["0", "0.42", "1", "0"]


def test_without_a_bus_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    Taskbar("org.example.App").show(1, 2)
