"""The quantiser's process: no Qt, no database, no sockets, no files but the model and its copy.

Seals itself, then guards its pipes, before anything native is loaded.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from pathlib import Path

from desktop.child.seal import filters, places
from desktop.child.wire import Decoder
from desktop.child.worker import Pipe
from desktop.quantiser import protocol


def main() -> int:
    """Run, sealed, until the copy is made, stdin ends or ``Quit`` comes."""
    model, copy = json.loads(os.environ.pop(protocol.FILES_VARIABLE, '["", ""]'))
    seal(Path(model), Path(copy))
    decoder: Decoder[protocol.Command] = Decoder(protocol.Command)
    pipe = Pipe[protocol.Command].take(decoder)
    faulthandler.enable(sys.stderr)
    pipe.start(_is_urgent)
    # Only now: llama.cpp prints to file descriptor 1, which was the protocol's until a moment ago.
    from desktop.quantiser import quantising

    command = pipe.commands.get()
    if isinstance(command, protocol.Make):
        pipe.send(quantising.make(command, pipe.send))
    return 0


def seal(model: Path, copy: Path) -> str:
    """As an engine is sealed, with one file that may be written. Why not, or nothing."""
    return filters.seal_engine(places.parts_of(model), [copy])


def _is_urgent(command: protocol.Command) -> bool:
    if isinstance(command, protocol.Quit):
        os._exit(0)
    return False
