"""A second way between the app and a child, for bytes in bulk: a snapshot of a hundred megabytes is no line of JSON.

Two pipes that the child inherits. What travels is cut into blocks with their length before them; a length of 0 ends it,
``GIVEN_UP`` says that the rest will not come. Reading and writing wait for the other side, so both belong on threads
that may wait. Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import os
import struct
import sys
import weakref
from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import Any

VARIABLE = "SNUG_BULK"
"""Environment of a child: the handles of its two ends, to read from and to write to."""
BLOCK = 1 << 20
GIVEN_UP = 0xFFFFFFFF
_LENGTH = struct.Struct("<I")
_PIPE_SIZE = 1031  # fcntl.F_SETPIPE_SZ, which is Linux's own


class Broken(Exception):
    """The bytes did not come whole: the other side gave up or is gone."""


class Bulk:
    """One side of the way."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        # When nobody uses it any more: a thread that still reads must not find another file in its place.
        weakref.finalize(self, _close, reads, writes)

    @classmethod
    def inherited(cls) -> Bulk | None:
        """The child's side; None where there is none. To be called before anything is started."""
        ends = os.environ.pop(VARIABLE, "")
        if not ends:
            return None
        reads, writes = map(int, ends.split(","))
        if sys.platform == "win32":
            import msvcrt

            reads, writes = msvcrt.open_osfhandle(reads, os.O_RDONLY), msvcrt.open_osfhandle(writes, 0)
        for end in (reads, writes):
            os.set_inheritable(end, False)
        return cls(reads, writes)

    def write(self, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """Send the pieces. If making one of them fails, the other side learns that the rest will not come.

        Raises:
            Broken: the other side is gone.
        """
        try:
            try:
                for piece in pieces:
                    view = memoryview(piece).cast("B")
                    for start in range(0, len(view), BLOCK):
                        block = view[start : start + BLOCK]
                        self._send(_LENGTH.pack(len(block)))
                        self._send(block)
            except BaseException:
                with suppress(OSError):
                    self._send(_LENGTH.pack(GIVEN_UP))
                raise
            self._send(_LENGTH.pack(0))
        except OSError as error:
            raise Broken(error.strerror or "gone") from None

    def give_up(self) -> None:
        """What was asked for will not come."""
        with suppress(OSError):
            self._send(_LENGTH.pack(GIVEN_UP))

    def read(self) -> Generator[bytearray]:
        """What was sent, block by block. To be read to its end, or what comes next would be taken for it.

        Raises:
            Broken: the rest will not come.
        """
        while True:
            (length,) = _LENGTH.unpack(self._receive(_LENGTH.size))
            if length == 0:
                return
            if length > BLOCK:
                raise Broken("given up")
            yield self._receive(length)

    def _send(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._writes, view) :]

    def _receive(self, length: int) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        at = 0
        while at < length:
            try:
                piece = os.read(self._reads, length - at)
            except OSError as error:
                raise Broken(error.strerror or "gone") from None
            if not piece:
                raise Broken("gone")
            view[at : at + len(piece)] = piece
            at += len(piece)
        return data


def _close(*ends: int) -> None:
    for end in ends:
        with suppress(OSError):
            os.close(end)


class Ends:
    """The child's two ends, until it has inherited them."""

    def __init__(self, reads: int, writes: int) -> None:
        self._ends = (reads, writes)
        for end in self._ends:
            os.set_inheritable(end, True)

    def environment(self) -> dict[str, str]:
        """What the child finds them by."""
        handles: Any = self._ends
        if sys.platform == "win32":
            import msvcrt

            handles = map(msvcrt.get_osfhandle, self._ends)
        return {VARIABLE: ",".join(map(str, handles))}

    def close(self) -> None:
        """The child runs and has its own now: with ours gone, its end is our end too."""
        _close(*self._ends)


def pair() -> tuple[Bulk, Ends]:
    """A way to a child that is about to be started."""
    child_reads, we_write = os.pipe()
    we_read, child_writes = os.pipe()
    if sys.platform == "linux":
        import fcntl

        for end in (we_write, child_writes):
            with suppress(OSError):  # more than this user may have
                fcntl.fcntl(end, _PIPE_SIZE, BLOCK)
    return Bulk(we_read, we_write), Ends(child_reads, child_writes)
