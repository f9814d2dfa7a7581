"""The engine process: no Qt, no database, no sockets, no files but its models.

Seals itself, then guards its pipes, before anything native is loaded.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

from desktop.child.bulk import Bulk
from desktop.child.seal import filters, places
from desktop.child.wire import Decoder
from desktop.child.worker import Pipe
from desktop.engine import protocol

SPINS = 2_000
"""Turns that llama.cpp's threads wait in before they give their core away, where other programs want it."""
CROWDED = 1.5
"""So many threads for each processor want to run, over the last minute: more than an engine alone accounts for."""


def main() -> int:
    """Run, sealed, until stdin ends or ``Quit`` comes."""
    files = [os.environ.pop(name, "") for name in (protocol.MODEL_VARIABLE, protocol.DRAFT_VARIABLE)]
    filters.seal_engine([part for file in files if file for part in places.parts_of(Path(file))])
    return serve()


def serve() -> int:
    """Run as the process is. (Tests compare a sealed engine with one that is not.)"""
    decoder: Decoder[protocol.Command] = Decoder(protocol.Command)
    bulk = Bulk.inherited()
    pipe = Pipe[protocol.Command].take(decoder)
    faulthandler.enable(sys.stderr)
    if _others_compute():
        # Read by GNU's OpenMP when it is loaded. Its threads wait for each other by turning in circles, by default
        # longer than a turn on the processor: where others compute as well, that wastes most of the time (a token took
        # seven times as long); where nobody does, it is the quickest (by 7 %).
        os.environ.setdefault("GOMP_SPINCOUNT", str(SPINS))
    # Only now: llama.cpp prints to file descriptor 1, which was the protocol's until a moment ago.
    try:
        from desktop.engine.commands import Engine

        engine = Engine(pipe, bulk)
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        # How ctypes and the bindings say that a library is missing, damaged or another one.
        sys.stderr.write(f"{error}\n")
        return protocol.EXIT_BACK_END
    engine.run()
    return 0


def _others_compute() -> bool:
    if sys.platform == "win32":
        return False
    return os.getloadavg()[0] > CROWDED * (os.cpu_count() or 1)
