"""One file from the hub to the disk: whole, checked, and carried on after whatever cut it.

``Download.run`` writes into ``NAME.part``, beside it lies ``NAME.journal``; only what has the publisher's fingerprint
gets its name. What the network does is tried again with patience; what the hub refuses, or the disk, ends it at once,
and what there is stays for the next time.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop.courier import failing
from desktop.courier.body import Body, Patience
from desktop.courier.failing import Failure
from desktop.courier.hashing import Trail
from desktop.courier.journal import BLOCK, Journal, Wanted
from desktop.courier.net import Errand
from desktop.courier.pace import Pace
from desktop.domain.file_names import unfinished
from desktop.domain.hub import MARGIN, HubFailure, Phase

PIECE = 1 << 20
PASSING = (
    *(HubFailure.NO_CONNECTION, HubFailure.NAME_NOT_FOUND, HubFailure.TIMEOUT, HubFailure.TOO_SLOW, HubFailure.CUT),
    *(HubFailure.SERVER, HubFailure.BUSY, HubFailure.CHANGED),
)
"""What may be over when it is tried again in a moment."""


class Download:
    """One download in one courier."""

    def __init__(
        self,
        wanted: Wanted,
        target: Path,
        body: Body,
        errand: Errand,
        pace: Pace,
        patience: Patience,
        replaces: str = "",
    ) -> None:
        """``replaces``: fingerprint of the one file that may lie at the target until this one is whole."""
        self._wanted = wanted
        self._target = target
        self._part, journal = unfinished(target)
        self._journal = Journal(journal, wanted)
        self._body = body
        self._errand = errand
        self._pace = pace
        self._patience = patience
        self._replaces = replaces
        self._have = 0
        self.repaired = 0
        """Bytes that had to be fetched again."""

    def run(self) -> None:
        """To the end; the file is there when this returns.

        Raises:
            Failure: it is not. What there is of it stays, unless it has the wrong fingerprint.
        """
        try:
            if self._target.exists() and not self._gives_way():
                self._look_at_what_is_there()
                return
            with self._alone():
                self._have = self._kept()
                self._room_for(self._wanted.size - self._have)
                self._journal.begin(self._journal.etag)
                trail = self._fill()
                if self._fingerprint(trail) != self._wanted.sha256:
                    self._repair(trail.bad)
            # Nobody has it open any more: Windows renames no file that somebody has.
            self._name()
        except OSError as error:
            raise failing.of_disk(error, self._target.parent, self._wanted.size - self._have) from None

    def forget(self) -> None:
        """Nothing of it stays."""
        with suppress(OSError):
            self._part.unlink(missing_ok=True)
            self._journal.forget()

    # --- before

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Nobody else writes the part meanwhile: another window's courier, say. Where there is nothing in it in the
        end, it goes."""
        held = False
        try:
            with self._part.open("ab") as part:
                if sys.platform != "win32":
                    import fcntl

                    try:
                        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        raise Failure(HubFailure.IN_USE) from None
                held = True
                yield
        finally:
            if held and self._part.exists() and not self._part.stat().st_size:
                self.forget()

    def _gives_way(self) -> bool:
        """Whether what lies at the target is the file that is to be replaced."""
        if self._replaces in ("", self._wanted.sha256):
            return False
        digest = hashlib.sha256()
        with self._target.open("rb") as file:
            while piece := file.read(PIECE):
                self._errand.check()
                digest.update(piece)
        return digest.hexdigest() == self._replaces

    def _look_at_what_is_there(self) -> None:
        if self._target.stat().st_size == self._wanted.size:
            trail = Trail(self._target, self._journal_of_none(), self._wanted.size)
            if self._fingerprint(trail) == self._wanted.sha256:
                self.forget()
                return
        raise Failure(HubFailure.NOT_WRITABLE, f"another file is called {self._target.name}")

    def _journal_of_none(self) -> Journal:
        return Journal(Path(os.devnull), self._wanted)

    def _kept(self) -> int:
        """Bytes that need not be fetched again."""
        there = min(self._part.stat().st_size, self._wanted.size)
        if not there or not self._journal.read():
            self._journal.forget()
            os.truncate(self._part, 0)
            return 0
        if not self._journal.same_boot:
            # The journal tells what is wrong with its blocks; of what came after them nobody knows.
            known = (max(self._journal.blocks, default=-1) + 1) * BLOCK
            there = min(there, known)
        os.truncate(self._part, there)
        return there

    def _room_for(self, needed: int) -> None:
        failure = failing.no_space(self._target.parent, needed)
        if needed and failure.numbers[1] < needed + MARGIN:
            raise failure

    # --- the bytes

    def _fill(self) -> Trail:
        """All of it, from what is there on."""
        trail = Trail(self._part, self._journal, self._have)
        with self._part.open("r+b", buffering=0) as file:
            file.seek(self._have)

            def write(data: bytes) -> None:
                at = self._have
                view = memoryview(data)
                while view:
                    count = file.write(view)
                    self._have += count
                    view = view[count:]
                trail.wrote(at, data)
                self._pace.at(Phase.DOWNLOADING, self._have)

            def again() -> None:
                nonlocal trail
                trail.cancel()
                file.truncate(0)
                file.seek(0)
                self._have = 0
                self._journal.blocks.clear()
                self._journal.begin("")
                trail = Trail(self._part, self._journal, 0)

            def once() -> None:
                if self._have < self._wanted.size:
                    self._body.fetch(self._have, self._wanted.size, self._journal, write, again)

            try:
                self._patiently(lambda: self._have, once)
                os.fsync(file.fileno())
            except BaseException:
                trail.cancel()
                raise
        return trail

    def _patiently(self, progress: Callable[[], int], once: Callable[[], None]) -> None:
        """Once, and again after what passes. Whoever gets further has all the patience again."""
        tried, before = 0, progress()
        while True:
            try:
                once()
                return
            except Failure as failure:
                if failure.kind not in PASSING:
                    raise
                if progress() > before or failure.kind is HubFailure.CHANGED:
                    tried = 0
                before = progress()
                if tried == len(self._patience.delays_s):
                    raise
                wait = max(self._patience.delays_s[tried], failure.retry_after)
                if failure.kind is HubFailure.CHANGED:
                    wait = 0.0
                tried += 1
                self._pace.waits(progress(), wait, failure.kind)
                if self._errand.stopped.wait(wait):
                    raise failing.stopped() from None

    # --- after

    def _fingerprint(self, trail: Trail) -> str:
        try:
            return trail.finish(self._checking)
        except BaseException:
            trail.cancel()
            raise

    def _checking(self, done: int) -> None:
        self._errand.check()
        if done < self._wanted.size:
            self._pace.at(Phase.CHECKING, done)

    def _repair(self, bad: set[int]) -> None:
        """What the disk spoilt, if that can be told; then whatever differs when it is fetched again."""
        count = -(-self._wanted.size // BLOCK)
        for suspects in [sorted(bad), list(range(count))] if bad else [list(range(count))]:
            for first, end in _runs(suspects):
                self._replace(first * BLOCK, min(end * BLOCK, self._wanted.size))
            self._journal.blocks.clear()
            self._journal.begin(self._journal.etag)
            if self._fingerprint(Trail(self._part, self._journal, self._wanted.size)) == self._wanted.sha256:
                return
        os.truncate(self._part, 0)  # what is empty goes as soon as nobody has it open
        raise Failure(HubFailure.WRONG_FINGERPRINT)

    def _replace(self, start: int, end: int) -> None:
        """Fetch this range, and write what is not on the disk as it came."""
        at = start
        with self._part.open("r+b", buffering=0) as file:

            def write(data: bytes) -> None:
                nonlocal at
                file.seek(at)
                if file.read(len(data)) != data:
                    file.seek(at)
                    file.write(data)
                    self.repaired += len(data)
                at += len(data)
                self._pace.at(Phase.REPAIRING, at)

            def again() -> None:
                raise Failure(HubFailure.WRONG_FINGERPRINT, "it changed on the hub meanwhile")

            def once() -> None:
                if at < end:
                    self._body.fetch(at, end, self._journal, write, again)

            self._patiently(lambda: at, once)
            os.fsync(file.fileno())

    def _name(self) -> None:
        """The one moment in which the file gets its name."""
        self._part.replace(self._target)
        if os.name != "nt":
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self._journal.forget()


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Neighbours together, as (first, end)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs
