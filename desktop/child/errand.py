"""A child that does one thing and is waited for, by a thread that may wait. No Qt and no loop."""

from __future__ import annotations

import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from desktop.child import surroundings, wire
from desktop.child.process import Ending, ctrl_c_waits

WAKE_S = 0.2
_SAID = 8000

Event = TypeVar("Event")


class Errand(Generic[Event]):
    """``command``: program and arguments; ``environment``: what the child is told besides."""

    def __init__(
        self, command: tuple[str, list[str]], decoder: wire.Decoder[Event], environment: Mapping[str, str]
    ) -> None:
        self._command = command
        self._decoder = decoder
        self._environment = surroundings.environment(environment)
        self._heard: queue.Queue[Event | wire.ProtocolError | None] = queue.Queue()

    def run(self, order: msgspec.Struct, hear: Callable[[Event | None], None]) -> Ending:
        """Send ``order`` and hear what the child says until it ends; how it ended. ``hear`` is called with None while
        it says nothing, a few times a second. What ``hear`` raises ends the child at once, and is raised."""
        program, arguments = self._command
        with tempfile.TemporaryFile() as said:
            with ctrl_c_waits():
                child = subprocess.Popen(
                    [program, *arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env=self._environment,
                    # A window of its own on Windows would only flash up.
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            reading = threading.Thread(target=self._read, args=(child,), daemon=True)
            reading.start()
            wrong = "it was not heard to its end"
            try:
                self._send(child, order)
                wrong = self._listen(hear)
            finally:
                # One that has said its last word ends by itself.
                if wrong:
                    child.kill()
                child.wait()
                reading.join()
                for end in (child.stdin, child.stdout):
                    if end is not None:
                        end.close()
            said.seek(0)
            words = said.read()[-_SAID:].decode("utf-8", "replace").strip()
        return Ending(abs(child.returncode), child.returncode < 0, asked=False, protocol_error=wrong, said=words)

    def _send(self, child: subprocess.Popen[bytes], order: msgspec.Struct) -> None:
        assert child.stdin is not None
        try:
            child.stdin.write(wire.encode(order))
            child.stdin.flush()
        except OSError:
            return  # it is gone: how, its end tells

    def _listen(self, hear: Callable[[Event | None], None]) -> str:
        """Until it says no more; what was wrong with what it said."""
        while True:
            try:
                event = self._heard.get(timeout=WAKE_S)
            except queue.Empty:
                hear(None)
                continue
            if event is None:
                return ""
            if isinstance(event, wire.ProtocolError):
                return str(event)
            hear(event)

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        try:
            while data := os.read(child.stdout.fileno(), 1 << 16):
                for line in self._decoder.lines(data):
                    try:
                        self._heard.put(self._decoder.message(line))
                    except wire.UnknownMessage:
                        continue
        except wire.ProtocolError as error:
            self._heard.put(error)
        except OSError:
            pass
        finally:
            self._heard.put(None)
