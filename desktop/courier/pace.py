"""How a download is going, told often enough to watch and no more often."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from desktop.courier import protocol
from desktop.domain.hub import HubFailure, Phase

EVERY_S = 0.25
OVER_S = 5.0
"""The rate is that of the last seconds."""


class Pace:
    """Of one download."""

    def __init__(self, request: int, size: int, send: Callable[[protocol.Progress], None]) -> None:
        self._request = request
        self._size = size
        self._send = send
        self._phase: Phase | None = None
        self._told = 0.0
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, phase: Phase, done: int) -> None:
        """So far."""
        now = time.monotonic()
        if phase is self._phase and now - self._told < EVERY_S:
            return
        if phase is not self._phase:
            self._seen.clear()
        self._phase, self._told = phase, now
        self._seen.append((now, done))
        while now - self._seen[0][0] > OVER_S:
            self._seen.popleft()
        since, before = self._seen[0]
        rate = (done - before) / (now - since) if now > since else 0.0
        remaining = (self._size - done) / rate if rate > 0 else None
        self._send(protocol.Progress(self._request, phase, done, self._size, max(rate, 0.0), remaining))

    def waits(self, done: int, wait: float = 0.0, because: HubFailure | None = None) -> None:
        """For the network."""
        self._phase = Phase.WAITING
        self._send(protocol.Progress(self._request, Phase.WAITING, done, self._size, wait=wait, because=because))
