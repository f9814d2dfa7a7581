"""Opening a link in the browser, or a folder in the file manager, from a process that may connect to nothing.

What the sealed app starts is sealed as well: a browser of its making would have no network, for as long as it runs. So
on Linux the desktop is asked to open the link, over D-Bus (the OpenURI portal), as sandboxed programs do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

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
    _ask_desktop(owner, (PORTAL, PLACE, INTERFACE, "OpenURI"), ["", link, {}], lambda: failed(link))


FILE_MANAGER = ("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1")


def reveal(owner: QObject, path: str, failed: Callable[[str], None]) -> None:
    """Show a folder, or a file in its folder, in the file manager; ``failed`` gets the path back."""
    place = Path(path)
    if sys.platform != "linux":
        from PySide6.QtGui import QDesktopServices

        folder = place if place.is_dir() else place.parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            failed(path)
        return
    verb = "ShowFolders" if place.is_dir() else "ShowItems"
    address = QUrl.fromLocalFile(path).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    _ask_desktop(owner, (*FILE_MANAGER, verb), [[address], ""], lambda: failed(path))


def _ask_desktop(
    owner: QObject, call: tuple[str, str, str, str], arguments: Sequence[object], failed: Callable[[], None]
) -> None:
    """Call somebody on the session's bus."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        failed()
        return
    message = QDBusMessage.createMethodCall(*call)
    message.setArguments(list(arguments))
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message), owner)

    def answered(call: QDBusPendingCallWatcher) -> None:
        if call.isError():
            failed()
        call.deleteLater()

    watcher.finished.connect(answered)
