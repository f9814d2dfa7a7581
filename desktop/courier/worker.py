"""The courier process: internet sockets, and a folder for models. No Qt, no database, no keys, no chats.

Guards its pipes and seals itself before any library of the network is loaded.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.child.seal import filters
from desktop.child.wire import Decoder
from desktop.child.worker import Pipe
from desktop.courier import protocol

if TYPE_CHECKING:
    from desktop.courier.body import Patience


def main() -> int:
    """Run, sealed, until stdin ends or ``Quit`` comes."""
    folders = [Path(each) for each in json.loads(os.environ.pop(protocol.FOLDERS_VARIABLE, "[]"))]
    filters.seal_courier(folders)
    return serve(folders)


def serve(folders: list[Path], patience: Patience | None = None) -> int:
    """Run as the process is. (Tests have less patience.)"""
    os.umask(0o077)
    decoder: Decoder[protocol.Command] = Decoder(protocol.Command)
    pipe = Pipe[protocol.Command].take(decoder)
    faulthandler.enable(sys.stderr)
    from desktop.courier.body import Patience
    from desktop.courier.commands import Courier
    from desktop.courier.ways import Ways

    Courier(pipe, Ways.chosen(), folders, patience or Patience()).run()
    return 0
