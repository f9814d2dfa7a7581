"""Bytes of a file from the hub: one request, of which nothing is believed that can be checked.

Knows ranges, tags and redirects, and nothing of disks.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpcore2
import httpx2

from desktop.courier import failing
from desktop.courier.failing import Failure
from desktop.courier.journal import Journal
from desktop.domain.hub import HubFailure

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")
_MAGIC = b"GGUF"
PIECE = 256 * 1024
"""Bytes that are taken from a connection at once."""


class Patience(NamedTuple):
    """How long what is waited for."""

    delays_s: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 60, 60, 60, 60)
    """Before it is tried again, each time that nothing came of it."""
    slow_s: float = 30.0
    slow_rate: float = 1024.0
    """A connection that has brought fewer bytes per second for so long is given up."""
    read_s: float = 20.0
    """A connection that has brought nothing for so long, too."""


class Body:
    """Where the bytes of one file come from. ``headers`` are asked for with each request: the token may change."""

    def __init__(
        self, client: httpx2.Client, url: str, headers: Callable[[], dict[str, str]], patience: Patience
    ) -> None:
        self._client = client
        self._url = url
        self._headers = headers
        self._patience = patience

    def fetch(
        self, start: int, end: int, journal: Journal, write: Callable[[bytes], None], again: Callable[[], None]
    ) -> None:
        """Bytes from ``start`` to ``end``, in order, as they come. ``again`` is called when what was written before
        belongs to another file.

        Raises:
            Failure: it ended before ``end``; CHANGED after ``again``.
            OSError: of ``write``.
        """
        size = journal.wanted.size
        asked = self._headers()
        if start or end < size:
            asked["range"] = f"bytes={start}-{end - 1}"
            if journal.etag and not journal.etag.startswith("W/"):
                asked["if-range"] = journal.etag
        timeout = httpx2.Timeout(self._patience.read_s, connect=min(self._patience.read_s, 15.0), pool=None)
        try:
            request = self._client.build_request("GET", self._url, headers=asked, timeout=timeout)
            response = self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise failing.of_error(error) from None
        try:
            failing.check(response, page=True)
            skip = self._look_at(response, start, end, journal, again)
            self._take(response, start - skip, start, end, write)
        finally:
            response.close()

    def _look_at(
        self, response: httpx2.Response, start: int, end: int, journal: Journal, again: Callable[[], None]
    ) -> int:
        """Bytes at the beginning of the answer that are there already."""
        size, etag = journal.wanted.size, response.headers.get("etag", "")
        if journal.etag and etag and etag != journal.etag and start:
            again()
            raise Failure(HubFailure.CHANGED)
        if etag != journal.etag:
            journal.begin(etag)
        length = response.headers.get("content-length", "")
        if response.status_code == 206:
            said = _RANGE.fullmatch(response.headers.get("content-range", ""))
            if said is None or (int(said[1]), int(said[2])) != (start, end - 1) or said[3] not in ("*", str(size)):
                raise Failure(HubFailure.WRONG_ANSWER, f"Content-Range: {response.headers.get('content-range')}"[:120])
            expected = end - start
        else:
            expected = size
        if length and length != str(expected):
            raise Failure(HubFailure.WRONG_ANSWER, f"{length[:20]} bytes in place of {expected}")
        return start if response.status_code == 200 else 0

    def _take(self, response: httpx2.Response, at: int, start: int, end: int, write: Callable[[bytes], None]) -> None:
        """``at``: where in the file the answer begins."""
        since, counted = time.monotonic(), 0
        head = b""
        chunks = _pieces(response, self._patience.read_s)
        while at < end:
            try:
                chunk = next(chunks, b"")
            except (httpx2.HTTPError, httpcore2.NetworkError, httpcore2.TimeoutException) as error:
                raise failing.of_error(error) from None
            if not chunk:
                raise Failure(HubFailure.CUT, f"it ended after {at} of {end} bytes")
            if at < len(_MAGIC):
                head += chunk[: len(_MAGIC) - at]
                if not _MAGIC.startswith(head[: len(_MAGIC)]):
                    raise Failure(HubFailure.NOT_A_MODEL)
            counted += len(chunk)
            elapsed = time.monotonic() - since
            if elapsed > self._patience.slow_s:
                if counted < self._patience.slow_rate * elapsed:
                    raise Failure(HubFailure.TOO_SLOW, f"{counted / elapsed:.0f} bytes per second")
                since, counted = time.monotonic(), 0
            if at + len(chunk) > start:
                write(chunk[max(start - at, 0) : end - at])
            at += len(chunk)


def _pieces(response: httpx2.Response, read_s: float) -> Iterator[bytes]:
    """The body as it comes. Where nothing of HTTP is in it any more, it is read from the connection itself, for little
    more than half of the processor's time."""
    chunks = response.iter_raw()
    if "content-length" not in response.headers:
        yield from chunks
        return
    first = next(chunks, b"")
    yield first
    left = int(response.headers["content-length"]) - len(first)
    connection: httpcore2.NetworkStream = response.extensions["network_stream"]
    while left > 0 and (piece := connection.read(min(left, PIECE), read_s)):
        left -= len(piece)
        yield piece
