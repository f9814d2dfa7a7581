"""The child's side of a pipe: guards stdout, reads commands on a thread, sends events.

Knows nothing of what the commands mean. Import this, and call ``Pipe.take``, before anything native is imported:
llama.cpp and friends print to file descriptor 1, which belongs to the protocol.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from desktop.child import wire

Command = TypeVar("Command")

EXIT_PROTOCOL = 64
"""Exit status of a child that was sent something that is no message."""


class Pipe(Generic[Command]):
    """Commands from the parent, events to the parent.

    The reading thread hands each command to ``urgent`` first; what that does not take (returns False) waits in
    ``commands``. The end of stdin means that the parent is gone: the process exits at once, whatever it is doing.
    """

    def __init__(self, decoder: wire.Decoder[Command], source: int, target: int) -> None:
        self.commands: queue.Queue[Command] = queue.Queue()
        self._decoder = decoder
        self._source = source
        self._target = target
        self._sending = threading.Lock()
        self._urgent: Callable[[Command], bool] | None = None

    @classmethod
    def take(cls, decoder: wire.Decoder[Command]) -> Pipe[Command]:
        """Take stdin and stdout for the protocol; from now on what is printed goes to stderr.

        Ctrl+C in a terminal reaches every process there. It is meant for the app, which then says what is to end.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        source, target = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        return cls(decoder, source, target)

    def start(self, urgent: Callable[[Command], bool]) -> None:
        """Begin reading. ``urgent`` runs on the reading thread and must be quick."""
        self._urgent = urgent
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def send(self, *events: msgspec.Struct) -> None:
        """Send events, all at once; safe from any thread. A parent that is gone ends this process."""
        data = memoryview(b"".join(map(wire.encode, events)))
        with self._sending:
            try:
                while data:
                    data = data[os.write(self._target, data) :]
            except OSError:
                os._exit(0)

    def _read(self) -> None:
        assert self._urgent is not None
        while True:
            try:
                data = os.read(self._source, 1 << 16)
            except OSError:
                data = b""
            if not data:
                os._exit(0)
            try:
                for line in self._decoder.lines(data):
                    try:
                        command = self._decoder.message(line)
                    except wire.UnknownMessage:
                        continue
                    if not self._urgent(command):
                        self.commands.put(command)
            except wire.ProtocolError:
                os._exit(EXIT_PROTOCOL)
