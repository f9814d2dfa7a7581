"""The key and a first glance into the database, looked for while the window is imported.

In a process of its own where there are forks (Linux): Python runs one thread at a time, and what a keychain wants
imported would be taken from the window's time. Elsewhere on a thread. Whoever looks, tells it here in one line of JSON
and ends. What it needs is imported there, not here.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from desktop.errors import AppError
from desktop.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.domain.chat import Message
    from desktop.told import Unlocked


class Opener:
    """Gets ready to look for the key; ``go`` says that it may be looked for.

    To be made before any thread where it may fork (``forks``): a fork takes no thread along. ``read_ahead`` makes of
    the messages that were seen what the window is going to show; it runs in the other process only.
    """

    def __init__(
        self, paths: Paths, *, forks: bool = True, read_ahead: Callable[[Sequence[Message]], Any] | None = None
    ) -> None:
        self._paths = paths
        self._read_ahead = read_ahead
        self._go: int | None = None
        self._told = 0
        self._process = 0
        self.unlocked: Future[Unlocked] = Future()
        """Becomes what ``unlocking.unlock`` gives or raises. The end of the process does not wait for it: a keychain
        may be waiting for a person there."""
        if forks and sys.platform == "linux":
            self._fork()

    def go(self) -> None:
        """Look. Without this the other process ends with this one, and no keychain was asked."""
        if self._go is None:
            threading.Thread(target=self._look, name="opener", daemon=True).start()
            return
        os.write(self._go, b"\n")
        threading.Thread(target=self._hear, name="opener", daemon=True).start()

    def _fork(self) -> None:
        assert sys.platform == "linux"
        waits, self._go = os.pipe()
        self._told, tells = os.pipe()
        self._process = os.fork()
        if self._process:
            os.close(waits)
            os.close(tells)
            return
        try:
            os.close(self._go)
            os.close(self._told)
            self._tell(waits, tells)
        finally:
            # Nothing of the window's process is to be cleaned up by this one.
            os._exit(0)

    def _tell(self, waits: int, tells: int) -> None:
        """The other process, from its beginning to its end."""
        # What takes time and asks nobody.
        import desktop.unlocking  # noqa: F401  # pyright: ignore[reportUnusedImport]
        from desktop import told

        if not os.read(waits, 1):
            return
        try:
            found = unlock(self._paths)
            if self._read_ahead is not None and found.seen is not None:
                found = found._replace(read=self._read_ahead(found.seen.opened.messages))
            line = told.line_of(found)
        except AppError as error:
            line = told.line_of(error)
        with os.fdopen(tells, "wb") as file:
            file.write(line)

    def _hear(self) -> None:
        with os.fdopen(self._told, "rb") as file:
            line = file.read()
        os.waitpid(self._process, 0)
        if not line:
            # It ended without a word, which is a bug: here the bug comes to light.
            self._look()
            return
        from desktop import told

        try:
            self.unlocked.set_result(told.understood(line))
        except AppError as error:
            self.unlocked.set_exception(error)

    def _look(self) -> None:
        try:
            self.unlocked.set_result(unlock(self._paths))
        except BaseException as error:
            self.unlocked.set_exception(error)


def unlock(paths: Paths) -> Unlocked:
    """Finish what a restore began, then the key and the glance. Its imports are made with the first use."""
    from desktop import unlocking

    unlocking.prepare(paths.data)
    return unlocking.unlock(paths)
