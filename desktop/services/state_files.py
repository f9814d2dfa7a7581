"""The engine's states of chats on disk: encrypted, of one kind each, with a limit on what they take. No Qt.

A file holds what the engine needs to go on with a chat as if it had never been left. It is named by the chat's number
and by what it is good for (model file, options, version of llama.cpp), so one of another kind is not found. Losing one
costs time only: whatever is wrong with a file, it goes, and the engine reads the chat again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from pathlib import Path

from desktop.errors import AppError
from desktop.vault import sealed

log = logging.getLogger(__name__)

SUFFIX = ".state"
MOST_BYTES = 4 << 30
OF_FREE_DISK = 0.05
"""What the files take together is the smaller of the two."""
_PURPOSE = "state"


class StateFiles:
    """The folder of one profile. For one thread."""

    def __init__(self, folder: Path, key: bytes, most_bytes: Callable[[], int] | None = None) -> None:
        self._folder = folder
        self._key = key
        self._most = most_bytes or self._room

    @staticmethod
    def name(chat: int, kind: str) -> str:
        """The file of a chat's state of one kind."""
        return f"{chat}-{hashlib.sha256(kind.encode()).hexdigest()[:16]}{SUFFIX}"

    def limit(self, most_bytes: int) -> None:
        """Let them take so much together; 0: as much as Snug finds right."""
        self._most = (lambda: most_bytes) if most_bytes else self._room
        self._trim()

    def names(self) -> set[str]:
        """What there is, by ``name``."""
        return {path.name for path in self._folder.glob(f"*{SUFFIX}")}

    def write(self, chat: int, kind: str, pieces: Iterable[bytes | bytearray]) -> bool:
        """Keep a state, in the place of an older one. What was used longest ago goes when it gets too much.

        An exception of ``pieces`` is passed on, and the older one stays. A disk that takes no more is no error (False):
        the chat is read again.
        """
        path = self._path(chat, kind)
        try:
            sealed.seal_file(path, map(bytes, pieces), self._key, _PURPOSE)
        except OSError as error:
            log.info("a state was not kept: %s", error.strerror)
            return False
        self._trim()
        return True

    def read(self, chat: int, kind: str) -> Generator[bytes]:
        """What was kept, piece by piece; nothing of it may be used before the end, where a cut is noticed.

        Raises:
            AppError: FILE_DAMAGED. The file is gone then.
            OSError: it cannot be read.
        """
        path = self._path(chat, kind)
        try:
            with path.open("rb") as file:
                yield from sealed.unseal(file, self._key, _PURPOSE)
        except AppError:
            path.unlink(missing_ok=True)
            raise
        with suppress(OSError):
            os.utime(path)

    def forget(self, chats: Iterable[int]) -> None:
        """Take away whatever is kept of these chats."""
        for chat in chats:
            for path in self._folder.glob(f"{chat}-*"):
                path.unlink(missing_ok=True)

    def keep_only(self, existing: Callable[[Iterable[int]], set[int]]) -> None:
        """Take away what is of chats that are gone. ``existing`` says which of some there are."""
        known = self.known()
        if known:
            self.forget(known - existing(known))

    def known(self) -> set[int]:
        """The chats of which something is kept."""
        numbers = (name.partition("-")[0] for name in self.names())
        return {int(number) for number in numbers if number.isdecimal()}

    def used_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._folder.glob(f"*{SUFFIX}"))

    def _path(self, chat: int, kind: str) -> Path:
        return self._folder / self.name(chat, kind)

    def _trim(self) -> None:
        try:
            files = sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
            total, most = sum(path.stat().st_size for path in files), self._most()
            for path in files:
                if total <= most:
                    return
                total -= path.stat().st_size
                path.unlink(missing_ok=True)
        except OSError as error:
            log.info("the states were not trimmed: %s", error.strerror)

    def _room(self) -> int:
        free = shutil.disk_usage(self._folder).free + self.used_bytes()
        return min(MOST_BYTES, int(free * OF_FREE_DISK))
