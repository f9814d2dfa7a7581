"""What the engine does with each command: load and generate. Runs in the engine process only.

Commands wait in a queue and run one after the other on the main thread; ``Stop``, ``Ping`` and ``Quit`` are taken by
the reading thread at once, so they also work in the middle of a prompt.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from desktop.child import evidence
from desktop.child.evidence import Process
from desktop.child.worker import Pipe
from desktop.domain import gguf
from desktop.domain.models import FailureKind
from desktop.engine import protocol
from desktop.engine.failing import Abort, Aborted, RuntimeFailure
from desktop.engine.generation import Generation, TooLong
from desktop.engine.runtime import Runtime, speak_to, version
from desktop.engine.templates import BUILT_IN, BadTemplate, Template

LOG_WARNING, LOG_ERROR, LOG_CONTINUED = 3, 4, 5


class Engine:
    """The commands' meanings."""

    def __init__(self, pipe: Pipe[protocol.Command]) -> None:
        self._pipe = pipe
        self._abort = Abort()
        self._lock = threading.Lock()
        self._running: int | None = None
        self._stopped: set[int] = set()
        self._runtime: Runtime | None = None
        self._template_name = ""
        self._template: Template | None = None
        self._level = 0
        self._version = version()
        self._log_callback = speak_to(self._heard)

    def run(self) -> None:
        self._pipe.start(self._urgent)
        self._pipe.send(protocol.Hello(os.getpid(), self._version))
        while True:
            command = self._pipe.commands.get()
            with self._lock:
                self._running = command.id
                self._abort.clear()
                if command.id in self._stopped:
                    self._abort.set()
            try:
                self._do(command)
            finally:
                with self._lock:
                    self._running = None
                    self._stopped.discard(command.id)

    def _urgent(self, command: protocol.Command) -> bool:
        match command:
            case protocol.Stop():
                with self._lock:
                    self._stopped.add(command.id)
                    if self._running == command.id:
                        self._abort.set()
            case protocol.Ping():
                self._pipe.send(protocol.Pong(command.id))
            case protocol.Probe():
                self._pipe.send(protocol.Proof(command.id, evidence.facts(), evidence.attempts(Process.ENGINE)))
            case protocol.Quit():
                os._exit(0)
            case _:
                return False
        return True

    def _do(self, command: protocol.Command) -> None:
        try:
            match command:
                case protocol.Load():
                    self._load(command)
                case protocol.Generate():
                    self._generate(command)
                case _:
                    pass
        except Aborted:
            self._pipe.send(protocol.Failed(command.id, FailureKind.CRASHED, "stopped"))
        except BadTemplate as error:
            self._pipe.send(protocol.Failed(command.id, FailureKind.BAD_TEMPLATE, str(error)))
        except RuntimeFailure as error:
            numbers = error.numbers if isinstance(error, TooLong) else []
            self._pipe.send(protocol.Failed(command.id, error.kind, error.detail, numbers))
        except MemoryError:
            self._pipe.send(protocol.Failed(command.id, FailureKind.OUT_OF_MEMORY))

    def _load(self, command: protocol.Load) -> None:
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None
        try:
            gguf.read_header(Path(command.path))
        except gguf.BadModelFile as error:
            self._pipe.send(protocol.Failed(command.id, FailureKind.BAD_FILE, str(error)))
            return
        except OSError as error:
            self._pipe.send(protocol.Failed(command.id, FailureKind.BAD_FILE, error.strerror or "it cannot be read"))
            return
        shown = -1

        def progress(fraction: float) -> None:
            nonlocal shown
            percent = int(fraction * 100)
            if percent != shown:
                shown = percent
                self._pipe.send(protocol.Progress(command.id, fraction))

        self._runtime = Runtime(command.path, command.options, self._abort, progress)
        self._template_name = command.template
        self._template = None
        facts = self._runtime.facts()
        self._pipe.send(
            protocol.Loaded(
                command.id,
                facts.context_length,
                facts.trained_context,
                facts.parameters,
                facts.layers,
                facts.architecture,
                facts.threads,
            )
        )

    def _generate(self, command: protocol.Generate) -> None:
        runtime, template = self._ready()
        generation = Generation(runtime, template, command, self._pipe.send)
        generation.run()
        if self._pipe.commands.empty():
            generation.read_ahead()

    def _ready(self) -> tuple[Runtime, Template]:
        if self._runtime is None:
            raise RuntimeFailure(FailureKind.PROTOCOL, "no model is loaded")
        if self._template is None:
            source = BUILT_IN.get(self._template_name) or self._runtime.facts().template
            if not source.strip():
                raise RuntimeFailure(FailureKind.NO_TEMPLATE)
            self._template = Template(source, self._runtime.special("bos"), self._runtime.special("eos"))
        return self._runtime, self._template

    def _heard(self, level: int, text: str) -> None:
        """llama.cpp's own words: warnings and errors go to stderr, where the app keeps the last of them."""
        if level != LOG_CONTINUED:
            self._level = level
        if self._level in (LOG_WARNING, LOG_ERROR):
            sys.stderr.write(text)
            sys.stderr.flush()
