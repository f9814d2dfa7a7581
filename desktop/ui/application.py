"""Qt's application, which hears what the Finder wants to be opened: on macOS files come as events, not as arguments."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Signals:
    opened: files from outside, a list of paths.
    """

    opened = Signal(object)

    def event(self, event: QEvent) -> bool:
        # The class of the event is made with the first one: the start does not wait for it.
        if event.type() == QEvent.Type.FileOpen and event.file():  # pyright: ignore
            self.opened.emit([event.file()])  # pyright: ignore
            return True
        return super().event(event)
