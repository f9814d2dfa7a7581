"""Notices that nobody is there: no key and no mouse for a while, the screen locked, the computer going to sleep.

Looks and tells; what follows is decided elsewhere. The system's signals come over D-Bus, so on Windows and macOS only
the time counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import SLOT, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

_DESKTOPS = ("freedesktop", "gnome", "mate", "cinnamon")
_HERE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletMove,
    }
)
_LATER_MS = 5000


class Away(QObject):
    """Watches one window. ``busy`` puts off a lock for time alone: an answer is written to its end first.

    Signals:
        left: nobody is there.
    """

    left = Signal()

    def __init__(self, window: QWidget, busy: Callable[[], bool]) -> None:
        super().__init__(window)
        self._busy = busy
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._waited)
        self._wait_ms = 0
        # The native window's events are few: a filter in Python on every event of the application would cost too much.
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        if sys.platform.startswith("linux"):
            self._listen()

    def set_minutes(self, minutes: float) -> None:
        """How long nothing may happen; 0 for ever."""
        self._wait_ms = round(minutes * 60_000)
        if self._wait_ms:
            self._timer.start(self._wait_ms)
        else:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._wait_ms and event.type() in _HERE:
            self._timer.start(self._wait_ms)
        return False

    @Slot(bool)
    def told(self, away: bool) -> None:
        """The system says that the screen is locked, or that the computer goes to sleep."""
        if away:
            self.left.emit()

    def _waited(self) -> None:
        if self._busy():
            self._timer.start(_LATER_MS)
        else:
            self.left.emit()

    def _listen(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        slot = SLOT("told(bool)")
        session = QDBusConnection.sessionBus()
        if session.isConnected():
            for name in _DESKTOPS:
                session.connect("", "", f"org.{name}.ScreenSaver", "ActiveChanged", self, slot)
        system = QDBusConnection.systemBus()
        if system.isConnected():
            system.connect(
                "org.freedesktop.login1",
                "/org/freedesktop/login1",
                "org.freedesktop.login1.Manager",
                "PrepareForSleep",
                self,
                slot,
            )
