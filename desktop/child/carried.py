"""A child that the porter started for us, since it may do what a child of ours could not. Linux.

Like ``ChildProcess``, over three pipes: only who started it can reap it, so how it ended is asked there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, QSocketNotifier

from desktop.child import wire
from desktop.child.process import Child

READ = 1 << 16


class CarriedProcess(Child):
    """A child of the porter. ``ends``: its process id, and our ends of its stdin, stdout and stderr. ``reap`` has the
    porter end and reap it, and answers later with its status: as ``os.waitstatus_to_exitcode`` gives it."""

    def __init__(
        self,
        ends: tuple[int, int, int, int],
        reap: Callable[[Callable[[int], None]], None],
        decoder: wire.Decoder[msgspec.Struct],
        goodbye: msgspec.Struct,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(decoder, goodbye, parent)
        self._pid, self._stdin, self._stdout, self._stderr = ends
        self._reap = reap
        self._reaping = False
        kind = QSocketNotifier.Type.Read
        self._reading = QSocketNotifier(self._stdout, kind, self)
        self._hearing = QSocketNotifier(self._stderr, kind, self)
        self._reading.activated.connect(self._read)
        self._hearing.activated.connect(self._hear)
        assert sys.platform != "win32"
        for end in ends[1:]:
            os.set_blocking(end, False)

    @property
    def pid(self) -> int:
        return 0 if self._over else self._pid

    def start(self) -> None:
        """It runs already."""

    def shut(self, wait_ms: int = 1500) -> None:
        self._asked = True
        if not self._over:
            self._over = True
            self._let_go()

    def _write(self, data: bytes) -> None:
        try:
            if self._stdin >= 0 and os.write(self._stdin, data) < len(data):
                self._fail("it does not read what it is told")
        except BlockingIOError:
            self._fail("it does not read what it is told")
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
        self._stdin = -1

    def _terminate(self) -> None:
        self._kill()

    def _kill(self) -> None:
        if not self._reaping:
            self._reaping = True
            self._reap(self._reaped)

    def _read(self) -> None:
        if data := _taken(self._stdout):
            self._got(data)
        elif data is not None:
            self._reading.setEnabled(False)
            self._kill()

    def _hear(self) -> None:
        if data := _taken(self._stderr):
            self._heard(data)
        elif data is not None:
            self._hearing.setEnabled(False)

    def _reaped(self, code: int) -> None:
        if self._over:
            return
        self._reading.setEnabled(False)
        while data := _taken(self._stdout):
            self._got(data)
        self._hear()
        self._let_go()
        self._is_over(abs(code), crashed=code < 0)

    def _let_go(self) -> None:
        self._reading.setEnabled(False)
        self._hearing.setEnabled(False)
        self._close()
        os.close(self._stdout)
        os.close(self._stderr)


def _taken(end: int) -> bytes | None:
    """What is there; empty: there will be no more; None: nothing yet."""
    try:
        return os.read(end, READ)
    except BlockingIOError:
        return None
    except OSError:
        return b""
