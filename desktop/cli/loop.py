"""Qt's loop in a terminal, where Ctrl+C is still heard."""

from __future__ import annotations

import signal
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer


class Loop(QEventLoop):
    """``on_interrupt`` is called for Ctrl+C."""

    def __init__(self, on_interrupt: Callable[[], None]) -> None:
        super().__init__()
        self._on_interrupt = on_interrupt
        # Qt's loop is native: a tick lets Python see Ctrl+C.
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._breathe)
        self._tick.start(50)
        self.take_interrupts()

    def take_interrupts(self) -> None:
        """From now on, also where somebody else took them meanwhile."""
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, *_: object) -> None:
        self._on_interrupt()

    def _breathe(self) -> None:
        """Nothing: that Python runs at all is the point."""
