"""How far downloads are, on the program's icon in the task bar or dock (Linux: Unity's LauncherEntry, which Plasma,
GNOME's docks and others know). Where nobody listens, nothing happens."""

from __future__ import annotations

import sys

_ENTRY = "com.canonical.Unity.LauncherEntry"
_PATH = "/org/snug/LauncherEntry"


class Taskbar:
    """``app`` is the name of the desktop file."""

    def __init__(self, app: str) -> None:
        self._app = app
        self._percent: int | None = None

    def show(self, done: int, size: int) -> None:
        """Bytes that are there, and bytes in all; without the latter there is nothing to show."""
        percent = done * 100 // size if size else None
        if sys.platform != "linux" or percent == self._percent:
            return
        self._percent = percent
        from PySide6.QtDBus import QDBusConnection, QDBusMessage

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        message = QDBusMessage.createSignal(_PATH, _ENTRY, "Update")
        values = {"progress": (percent or 0) / 100, "progress-visible": percent is not None}
        message.setArguments([f"application://{self._app}.desktop", values])
        bus.send(message)
