"""The engine process: no Qt, no database, no sockets. Guards its pipes before anything native is loaded."""

from __future__ import annotations

import faulthandler
import sys

from desktop.child.seal import memory
from desktop.child.wire import Decoder
from desktop.child.worker import Pipe
from desktop.engine import protocol


def main() -> int:
    """Run until stdin ends or ``Quit`` comes."""
    memory.no_core_dumps()
    memory.not_dumpable()
    decoder: Decoder[protocol.Command] = Decoder(protocol.Command)
    pipe = Pipe[protocol.Command].take(decoder)
    faulthandler.enable(sys.stderr)
    # Only now: llama.cpp prints to file descriptor 1, which was the protocol's until a moment ago.
    from desktop.engine.commands import Engine

    Engine(pipe).run()
    return 0
