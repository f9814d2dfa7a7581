"""What was typed in one chat and not sent. Knows texts and when they are due, no storage."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

SAVED_MS = 400
"""What is being typed is written down this often."""


class Draft(QObject):
    """One text. ``write`` puts it on disk.

    ::

        edited ──SAVED_MS──► written
          │
          └── hold ──► sent (gone), or returned (edited again)
    """

    def __init__(self, write: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._write = write
        self._text = ""
        self._written = ""
        self._held = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVED_MS)
        self._timer.timeout.connect(self.save)

    @property
    def text(self) -> str:
        return self._text

    def edit(self, text: str) -> None:
        """Keep what is being typed; it is on disk within half a second."""
        self._text = text
        if not self._timer.isActive():
            self._timer.start()

    def save(self) -> None:
        """Write it now if it changed."""
        self._timer.stop()
        if self._text != self._written and not self._held:
            self._written = self._text
            self._write(self._text)

    def found(self, text: str) -> None:
        """``text`` is what the disk has. What was typed meanwhile is newer."""
        self._written = text
        self._text = self._text or text

    def hold(self) -> None:
        """It is being sent: the same transaction empties it, so nothing may write it behind that."""
        self._timer.stop()
        self._held = True

    def sent(self) -> None:
        """It was sent, and is empty on disk too."""
        self._held = False
        self._text = self._written = ""

    def returned(self, text: str) -> None:
        """It could not be sent."""
        self._held = False
        self._text = text
