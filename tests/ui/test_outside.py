"""Links are opened by the desktop, not by a program that Snug starts: that one would be sealed with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("dbus-run-session", "sh")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not all(shutil.which(tool) for tool in TOOLS), reason="needs a D-Bus of its own"
)
ROOT = Path(__file__).resolve().parents[2]

PORTAL = """
from jeepney import HeaderFields, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

bus = open_dbus_connection("SESSION")
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
print("ready", flush=True)
while True:
    message = bus.receive()
    if message.header.fields.get(HeaderFields.member) == "OpenURI":
        print(*message.body, flush=True)
        bus.send(new_method_return(message, "o", ("/request",)))
"""

APP = """
import subprocess, sys
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication
from desktop.child.seal import filters
from desktop.ui import outside

if sys.argv[1] == "portal":
    portal = subprocess.Popen([sys.executable, "-c", sys.argv[2]], stdout=subprocess.PIPE, text=True)
    assert portal.stdout.readline() == "ready\\n"
assert filters.seal_app() == ""
app = QApplication([])

def failed(link):
    print("failed", link)
    QTimer.singleShot(0, app.quit)

outside.open_link(app, "https://example.org/?q=a%20b", failed)
if sys.argv[1] == "portal":
    print(portal.stdout.readline(), end="")
    QTimer.singleShot(0, app.quit)
app.exec()
if sys.argv[1] == "portal":
    portal.kill()
    portal.wait()
"""

# A bus without services to start: the machine's own portal must not open anything.
BUS = """<busconfig>
<type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>"""


def opened(tmp_path: Path, *before: str, portal: bool) -> str:
    configuration = tmp_path / "bus.conf"
    configuration.write_text(BUS)
    session = ["dbus-run-session", f"--config-file={configuration}", "--"] if not before else list(before)
    done = subprocess.run(
        [*session, sys.executable, "-c", APP, "portal" if portal else "none", PORTAL],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_sealed_app_has_a_link_opened_by_the_portal(tmp_path: Path) -> None:
    pytest.importorskip("jeepney")
    assert opened(tmp_path, portal=True) == " https://example.org/?q=a%20b {}\n"


def test_where_there_is_no_portal_the_link_comes_back(tmp_path: Path) -> None:
    assert opened(tmp_path, portal=False) == "failed https://example.org/?q=a%20b\n"


def test_where_there_is_no_bus_the_link_comes_back(tmp_path: Path) -> None:
    assert opened(tmp_path, "env", "DBUS_SESSION_BUS_ADDRESS=disabled:", portal=False).startswith("failed https")
