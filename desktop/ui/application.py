"""Qt's application, which hears what the Finder wants to be opened: on macOS files come as events, not as arguments."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Signals:
    opened: files from outside, a list of paths.
    """

    opened = Signal(object)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.opened.emit([event.file()])
            return True
        return super().event(event)
