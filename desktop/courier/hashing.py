"""The fingerprint of a file that is still arriving, on a thread that follows the writing.

It gets the bytes as they are written and so need not read them again; where it falls behind, and for what was there
before, it reads the file. Block by block it compares with the journal, which tells what the disk has spoilt.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import deque
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from desktop.courier.journal import BLOCK, Journal

BEHIND = 32 * 1024 * 1024
"""Bytes that may wait to be hashed; what comes then is read from the file later, which the system still has at hand."""
STEP = 1024 * 1024


class Trail:
    """Follows one file from its first byte."""

    def __init__(self, path: Path, journal: Journal, there: int) -> None:
        self.bad: set[int] = set()
        """Blocks that are not what the journal says they were."""
        self.read_again = 0
        """Bytes that were read from the file."""
        self._path = path
        self._journal = journal
        self._size = journal.wanted.size
        self._sha = hashlib.sha256()
        self._crc = 0
        self._done = 0
        self._there = there
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._waiting_bytes = 0
        self._ended = self._cancelled = False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="hashing", daemon=True)
        self._thread.start()

    @property
    def done(self) -> int:
        """Bytes that are hashed."""
        return self._done

    def wrote(self, at: int, data: bytes) -> None:
        """``data`` is in the file now, from ``at`` on."""
        with self._changed:
            self._there = at + len(data)
            if self._waiting_bytes < BEHIND:
                self._waiting.append((at, data))
                self._waiting_bytes += len(data)
            self._changed.notify()

    def finish(self, look: Callable[[int], None]) -> str:
        """The fingerprint of everything, when the thread has come to the end; ``look`` gets the bytes so far, now and
        then.

        Raises:
            OSError: the file could not be read.
        """
        with self._changed:
            self._ended = True
            self._changed.notify()
        while self._thread.is_alive():
            self._thread.join(0.1)
            look(self._done)
        if self._error is not None:
            raise self._error
        return self._sha.hexdigest()

    def cancel(self) -> None:
        """Nobody wants to know any more. The file is closed when this returns."""
        with self._changed:
            self._cancelled = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._path.open("rb", buffering=0) as file:
                while (data := self._next()) is not None:
                    self._take(data or self._from(file))
        except OSError as error:
            self._error = error

    def _from(self, file: FileIO) -> bytes:
        with self._changed:
            end = self._waiting[0][0] if self._waiting else self._there
        file.seek(self._done)
        data = file.read(min(STEP, end - self._done))
        if not data:
            raise OSError("the file is shorter than it was")
        self.read_again += len(data)
        return data

    def _next(self) -> bytes | None:
        """The next bytes; empty: they are in the file only; None: there are no more."""
        with self._changed:
            while True:
                if self._cancelled:
                    return None
                if self._waiting and self._waiting[0][0] == self._done:
                    data = self._waiting.popleft()[1]
                    self._waiting_bytes -= len(data)
                    return data
                if self._done < self._there:
                    return b""
                if self._ended:
                    return None
                self._changed.wait()

    def _take(self, data: bytes) -> None:
        self._sha.update(data)
        view, left = memoryview(data), BLOCK - self._done % BLOCK
        while view:
            piece = view[:left]
            self._crc = zlib.crc32(piece, self._crc)
            self._done += len(piece)
            view = view[left:]
            left = BLOCK - self._done % BLOCK
            if left == BLOCK or self._done == self._size:
                self._block_ends()

    def _block_ends(self) -> None:
        index, checksum = (self._done - 1) // BLOCK, self._crc
        self._crc = 0
        known = self._journal.blocks.get(index)
        if known is None:
            self._journal.add(index, checksum)
        elif known != checksum:
            self.bad.add(index)
