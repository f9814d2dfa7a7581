"""What the system wants of contrast and motion is told by the desktop's portal, and heard when it changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.test_outside import BUS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-run-session"), reason="needs a D-Bus of its own"
)
ROOT = Path(__file__).resolve().parents[2]

PORTAL = """
import json, sys
from jeepney import DBusAddress, HeaderFields, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

known, changes = json.loads(sys.argv[1])
bus = open_dbus_connection("SESSION")
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
print("ready", flush=True)
here = DBusAddress("/org/freedesktop/portal/desktop", interface="org.freedesktop.portal.Settings")
while True:
    message = bus.receive()
    member = message.header.fields.get(HeaderFields.member)
    if member == "Read":
        name = " ".join(message.body)
        if name in known:
            bus.send(new_method_return(message, "v", (("v", known[name]),)))
        else:
            bus.send(new_error(message, "org.freedesktop.portal.Error.NotFound", "s", ("Requested setting not found",)))
    elif member in ("Wait", "Change"):
        for name, value in changes if member == "Change" else ():
            bus.send(new_signal(here, "SettingChanged", "ssv", (*name.split(), value)))
        bus.send(new_method_return(message))
"""

APP = """
import subprocess, sys
from PySide6.QtWidgets import QApplication
from desktop.child.seal import filters
from desktop.ui.theme import Theme
from desktop.ui.wishes import Wishes

portal = None
if sys.argv[1]:
    portal = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
    assert portal.stdout.readline() == "ready\\n"
assert filters.seal_app() == ""
app = QApplication([])
theme = Theme()
theme.changed.connect(lambda: print("contrast", theme.high_contrast))
theme.motion_changed.connect(lambda: print("still", theme.reduced_motion))
Wishes(theme, app)
print("asked", theme.high_contrast, theme.reduced_motion)

from PySide6.QtDBus import QDBusConnection, QDBusMessage
def call(service, verb):
    # Whoever is on the bus answers in order, so what was asked before is answered when this is.
    bus = QDBusConnection.sessionBus()
    reply = bus.call(QDBusMessage.createMethodCall(service, "/", service, verb))
    assert not bus.isConnected() or reply.type() == QDBusMessage.MessageType.ReplyMessage, reply.errorMessage()
    app.processEvents()
call("org.freedesktop.DBus", "GetId")
if portal:
    call("org.freedesktop.portal.Desktop", "Wait")
    print("changing")
    call("org.freedesktop.portal.Desktop", "Change")
    portal.kill()
    portal.wait()
"""

APPEARANCE, GNOME, KDE = "org.freedesktop.appearance", "org.gnome.desktop.interface", "org.kde.kdeglobals.KDE"


def told(tmp_path: Path, *portal: str, bus: bool = True) -> list[str]:
    configuration = tmp_path / "bus.conf"
    configuration.write_text(BUS)
    session = ["dbus-run-session", f"--config-file={configuration}", "--"]
    done = subprocess.run(
        [*(session if bus else ["env", "DBUS_SESSION_BUS_ADDRESS=disabled:"]), sys.executable, "-c", APP, *portal],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def with_portal(tmp_path: Path, known: str, *changes: str) -> list[str]:
    pytest.importorskip("jeepney")
    return told(tmp_path, "-c", PORTAL, f"[{{{known}}}, [{', '.join(changes)}]]")


def test_what_the_desktop_wants_is_told_and_heard_when_it_changes(tmp_path: Path) -> None:
    assert with_portal(
        tmp_path,
        f'"{APPEARANCE} contrast": ["u", 1], "{APPEARANCE} reduced-motion": ["u", 0]',
        f'["{APPEARANCE} contrast", ["u", 0]]',
        f'["{APPEARANCE} accent-color", ["u", 1]]',
        f'["{APPEARANCE} reduced-motion", ["u", 1]]',
    ) == ["asked False False", "contrast True", "changing", "contrast False", "still True"]


@pytest.mark.parametrize(
    ("name", "still", "moving"),
    [
        (f"{GNOME} enable-animations", '["b", false]', '["b", true]'),
        (f"{KDE} AnimationDurationFactor", '["s", "0"]', '["s", "1"]'),
    ],
    ids=["gnome", "plasma"],
)
def test_each_desktop_has_its_own_way_to_say_that_nothing_moves(
    tmp_path: Path, name: str, still: str, moving: str
) -> None:
    heard = with_portal(tmp_path, f'"{name}": {still}', f'["{name}", {moving}]')
    assert heard == ["asked False False", "still True", "changing", "still False"]


@pytest.mark.parametrize("bus", [True, False])
def test_where_nobody_answers_nothing_happens(tmp_path: Path, bus: bool) -> None:
    assert told(tmp_path, "", bus=bus) == ["asked False False"]
