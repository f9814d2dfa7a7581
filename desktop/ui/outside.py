"""Opening a link in the browser, from a process that the system lets connect to nothing.

What the sealed app starts is sealed as well: a browser of its making would have no network, for as long as it runs. So
on Linux the desktop is asked to open the link, over D-Bus (the OpenURI portal), as sandboxed programs do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl

PORTAL, PLACE, INTERFACE = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.OpenURI",
)


def open_link(owner: QObject, link: str, failed: Callable[[str], None]) -> None:
    """Have ``link`` opened; ``failed`` gets it back if nobody here can do that. ``owner`` lives until the answer."""
    if sys.platform != "linux":
        from PySide6.QtGui import QDesktopServices

        if not QDesktopServices.openUrl(QUrl(link)):
            failed(link)
        return
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        failed(link)
        return
    message = QDBusMessage.createMethodCall(PORTAL, PLACE, INTERFACE, "OpenURI")
    message.setArguments(["", link, {}])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message), owner)

    def answered(call: QDBusPendingCallWatcher) -> None:
        if call.isError():
            failed(link)
        call.deleteLater()

    watcher.finished.connect(answered)
