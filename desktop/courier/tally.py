"""Counts what goes through each connection, and tells it: when it is made, now and then, and when it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count

from desktop.courier import protocol
from desktop.domain.ledger import Entry, Result

EVERY_S = 1.0


class Tallies:
    """All connections of this process."""

    def __init__(self, send: Callable[[protocol.Connection], None]) -> None:
        self._send = send
        self._numbers = count(1)

    def opened(self, host: str, port: int, purpose: str, allowed_by: str) -> Tally:
        """A connection that is about to be made."""
        entry = Entry(time.time(), host, port, purpose, 0, 0, allowed_by, Result.DONE)
        return Tally(next(self._numbers), entry, self._send)

    def refused(self, host: str, port: int, purpose: str, why: str) -> None:
        """One that is not made."""
        entry = Entry(time.time(), host, port, purpose, 0, 0, why, Result.REFUSED)
        self._send(protocol.Connection(next(self._numbers), entry))


class Tally:
    """One connection."""

    def __init__(self, number: int, entry: Entry, send: Callable[[protocol.Connection], None]) -> None:
        self._number = number
        self._entry = entry
        self._send = send
        self._lock = threading.Lock()
        self._sent = self._received = 0
        self._failed = self._over = False
        self._told = time.monotonic()
        send(protocol.Connection(number, entry, open=True))

    def sent(self, count: int) -> None:
        self._sent += count

    def received(self, count: int) -> None:
        self._received += count
        if time.monotonic() - self._told > EVERY_S:
            self._told = time.monotonic()
            self._tell(open=True)

    def failed(self) -> None:
        """It ended early."""
        self._failed = True

    def over(self, *, worked: bool = True) -> None:
        """It is closed. Calling it again changes nothing."""
        with self._lock:
            if self._over:
                return
            self._over = True
        self._failed |= not worked
        self._tell(open=False)

    def _tell(self, *, open: bool) -> None:
        result = Result.FAILED if self._failed else Result.DONE
        entry = self._entry._replace(sent=self._sent, received=self._received, result=result)
        self._send(protocol.Connection(self._number, entry, open))
