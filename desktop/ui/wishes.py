"""What the system wants of contrast and motion, where Qt does not say: asked after the first picture, never waited for.

On Linux the desktop says it over D-Bus (the Settings portal), now and whenever it changes; where nobody answers,
nothing happens. Windows is asked again whenever Snug comes to the front. On macOS Qt knows of contrast, and nobody is
asked about motion.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtGui import QGuiApplication

from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage

_PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
_CONTRAST = {("org.freedesktop.appearance", "contrast"): 1}
# The first is everybody's, and young; the others are GNOME's (which most desktops heed) and Plasma's.
_STILLNESS = {
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): False,
    ("org.kde.kdeglobals.KDE", "AnimationDurationFactor"): "0",
}
_WISHES = _CONTRAST | _STILLNESS
_SPI_GETCLIENTAREAANIMATION = 0x1042


class Wishes(QObject):
    """Tells ``theme`` what the system wants, for as long as ``parent`` lives."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wished: set[tuple[str, str]] = set()
        if sys.platform.startswith("linux"):
            self._ask_portal()
        elif sys.platform == "win32":
            application = QGuiApplication.instance()
            assert isinstance(application, QGuiApplication)
            application.applicationStateChanged.connect(self._ask_windows)
            self._ask_windows()

    @Slot("QDBusMessage")
    def heard(self, message: QDBusMessage) -> None:
        """Some setting of the desktop changed."""
        space, key, value = message.arguments()
        self._take((space, key), value)

    def _ask_portal(self) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        bus.connect(*_PORTAL, "SettingChanged", self, SLOT("heard(QDBusMessage)"))

        def ask(wish: tuple[str, str]) -> None:
            question = QDBusMessage.createMethodCall(*_PORTAL, "Read")
            question.setArguments(list(wish))
            watcher = QDBusPendingCallWatcher(bus.asyncCall(question), self)

            def answered(call: QDBusPendingCallWatcher) -> None:
                if not call.isError():
                    self._take(wish, *call.reply().arguments())
                call.deleteLater()

            watcher.finished.connect(answered)

        for wish in _WISHES:
            ask(wish)

    def _take(self, name: tuple[str, str], value: Any) -> None:
        from PySide6.QtDBus import QDBusVariant

        if name not in _WISHES:
            return
        # An answer is wrapped twice, a change once.
        while isinstance(value, QDBusVariant):
            value = value.variant()
        if value == _WISHES[name]:
            self._wished.add(name)
        else:
            self._wished.discard(name)
        self._theme.hear(
            high_contrast=not self._wished.isdisjoint(_CONTRAST),
            reduced_motion=not self._wished.isdisjoint(_STILLNESS),
        )

    def _ask_windows(self) -> None:
        if sys.platform == "win32":
            import ctypes

            moves = ctypes.c_int(1)
            ctypes.windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(moves), 0)
            self._theme.hear(high_contrast=False, reduced_motion=not moves.value)
