"""``snug models shrink``: a smaller copy of a model, or what copies can be made."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from pathlib import Path

import psutil

from desktop.cli import output
from desktop.domain.fit import Room
from desktop.domain.models import InstalledModel
from desktop.domain.smaller import Smaller
from desktop.errors import AppError
from desktop.house import Stores
from desktop.services import shelf_work, shrinking
from desktop.services.file_work import Stopped


def shrink(chosen: Namespace, stores: Stores, model: InstalledModel, folder: Path) -> int:
    """Make the copy in ``folder`` and put it on the list. Ctrl+C leaves nothing of it.

    Raises:
        AppError: of ``shrinking``, or NO_SUCH_COPY.
    """
    memory = psutil.virtual_memory()
    _, copies = shrinking.copies_of(model, Room(memory.available, memory.total))
    if not chosen.to:
        _tell_copies(copies, as_json=chosen.json)
        return 0
    copy = next((each for each in copies if each.quant.name.casefold() == chosen.to.casefold()), None)
    if copy is None:
        names = ", ".join(each.quant.name for each in copies)
        raise AppError(
            "NO_SUCH_COPY", f"No copy of {model.name} in “{chosen.to}” can be made.", todo=f"There are: {names}."
        )
    telling = _Telling(copy, as_json=chosen.json)
    # Ctrl+C comes more than once, and would end the tidying up as well.
    before = signal.signal(signal.SIGINT, telling.stop)
    try:
        path, origin = shrinking.shrunk(model, copy, folder, telling.step)
    except Stopped:
        return 130
    finally:
        telling.end()
        signal.signal(signal.SIGINT, before)
    taken, refused = shelf_work.take_in(stores.library, stores.options, [path], {path: origin})
    if refused is not None:
        raise refused
    for made in taken:
        if chosen.json:
            output.event("made", model=made.id, name=made.name, quant=made.quant, bytes=made.size_bytes, path=made.path)
        else:
            output.line(f"{made.name} {made.quant} is on the list ({output.size(made.size_bytes)}): {made.path}")
    return 0


def _tell_copies(copies: tuple[Smaller, ...], *, as_json: bool) -> None:
    for copy in copies:
        quality, fitness = copy.quant.quality.words, copy.judged.fitness.value
        if as_json:
            output.event("copy", quant=copy.quant.name, bytes=copy.size, quality=quality, fit=fitness)
        else:
            output.line(f"{copy.quant.name:<8}  about {output.size(copy.size):>9}  {quality}, {fitness.lower()}")


class _Telling:
    """How far the copy is, for people at a terminal and for programs."""

    def __init__(self, copy: Smaller, *, as_json: bool) -> None:
        self._copy = copy
        self._as_json = as_json
        self._done = 0
        self._told = -1
        self._shown = False
        self._stopped = False

    def stop(self, *_: object) -> None:
        self._stopped = True

    def step(self, count: int) -> None:
        if self._stopped:
            raise Stopped
        self._done += count
        percent = min(self._done * 100 // self._copy.size, 99)
        if percent == self._told:
            return
        self._told = percent
        if self._as_json:
            output.event("progress", fraction=percent / 100)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[KMaking {self._copy.quant.name}, {percent} %")
            sys.stderr.flush()
            self._shown = True

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
