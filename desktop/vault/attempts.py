"""Slows down guessing: after three wrong passphrases each further one has to wait, up to a minute.

This keeps a passer-by from trying at the keyboard. Against somebody who copied the files it is the cost of Argon2id
that counts, and the header says so nowhere else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from desktop.errors import AppError
from desktop.translation import tr
from desktop.vault.files import read_private, write_atomically

FREE = 3
LONGEST_S = 60.0

TOO_SOON = "TOO_SOON"


class Attempts:
    """Wrong answers since the last right one, remembered across starts."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now

    def wait_s(self) -> float:
        """Seconds until the next attempt is taken."""
        count, last = self._read()
        if count < FREE:
            return 0.0
        now = self._now()
        if last > now:
            # The clock was set back: that must not lock anybody out for a year.
            self._write(count, now)
            last = now
        return max(0.0, min(LONGEST_S, 2.0 ** min(count - FREE, 16)) - (now - last))

    def refuse_if_too_soon(self) -> None:
        """Raises:
        AppError: TOO_SOON.
        """
        wait = self.wait_s()
        if wait > 0:
            raise AppError(
                TOO_SOON,
                tr("That was wrong several times in a row."),
                tr("Your chats are untouched, and stay encrypted."),
                tr("Wait {number} s, then try again.").format(number=max(1, round(wait))),
                f"{wait:.1f}",
            )

    def failed(self) -> None:
        """One more wrong answer."""
        count, _ = self._read()
        self._write(count + 1, self._now())

    def passed(self) -> None:
        """A right answer: start again."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[int, float]:
        try:
            count, last = json.loads(read_private(self._path) or b"[0, 0]")
            return int(count), float(last)
        except (ValueError, TypeError):
            return 0, 0.0

    def _write(self, count: int, moment: float) -> None:
        write_atomically(self._path, json.dumps([count, moment]).encode())
