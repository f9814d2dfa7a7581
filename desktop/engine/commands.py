"""What the engine does with each command: load and generate. Runs in the engine process only.

Commands wait in a queue and run one after the other on the main thread; ``Stop``, ``Ping`` and ``Quit`` are taken by
the reading thread at once, so they also work in the middle of a prompt.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from desktop.child import evidence
from desktop.child.bulk import Broken, Bulk
from desktop.child.evidence import Process
from desktop.child.worker import Pipe
from desktop.domain import gguf
from desktop.domain.choice import Choice
from desktop.domain.drafting import DraftTrouble
from desktop.domain.gguf import Header
from desktop.domain.memory import MAIN
from desktop.domain.models import FailureKind
from desktop.engine import protocol
from desktop.engine.benchmark import Benchmark
from desktop.engine.draft import NoDraft
from desktop.engine.failing import Abort, Aborted, RuntimeFailure
from desktop.engine.generation import DoesNotFit, Generation
from desktop.engine.ggml import load_back_ends
from desktop.engine.placing import Placing, own_bytes, place, room_now
from desktop.engine.prompt import so_far
from desktop.engine.prompt_cache import PromptCache, pack, unpack
from desktop.engine.runtime import Runtime, speak_to, version
from desktop.engine.templates import BUILT_IN, BadTemplate, Template

LOG_WARNING, LOG_ERROR, LOG_CONTINUED = 3, 4, 5


class Engine:
    """The commands' meanings."""

    def __init__(self, pipe: Pipe[protocol.Command], bulk: Bulk | None = None) -> None:
        self._pipe = pipe
        self._bulk = bulk
        self._sending: threading.Thread | None = None
        self._abort = Abort()
        self._lock = threading.Lock()
        self._running: int | None = None
        self._stopped: set[int] = set()
        self._reads_ahead = False
        self._runtime: Runtime | None = None
        self._cache: PromptCache | None = None
        self._template_name = ""
        self._template: Template | None = None
        self._level = 0
        self._version = version()
        self._log_callback = speak_to(self._heard)
        load_back_ends()

    def run(self) -> None:
        self._pipe.send(protocol.Hello(os.getpid(), self._version, room_now()))
        self._pipe.start(self._urgent)
        while True:
            command = self._pipe.commands.get()
            with self._lock:
                self._running = command.id
                self._reads_ahead = isinstance(command, protocol.Ahead)
                self._abort.clear()
                if command.id in self._stopped or (self._reads_ahead and not self._pipe.commands.empty()):
                    self._abort.set()
            try:
                self._do(command)
            finally:
                with self._lock:
                    self._running = None
                    self._reads_ahead = False
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
                # Reading ahead is a guess: whoever wants something for certain goes first.
                with self._lock:
                    if self._reads_ahead:
                        self._abort.set()
                return False
        return True

    def _do(self, command: protocol.Command) -> None:
        try:
            match command:
                case protocol.Load():
                    self._load(command)
                case protocol.Generate():
                    self._generate(command)
                case protocol.Open() | protocol.Ahead() | protocol.Restore() | protocol.Forget():
                    self._prepare(command)
                case protocol.Keep():
                    self._keep(command)
                case protocol.Benchmark():
                    self._benchmark(command)
                case _:
                    pass
        except Aborted:
            self._pipe.send(protocol.Failed(command.id, FailureKind.CRASHED, "stopped"))
        except BadTemplate as error:
            self._pipe.send(protocol.Failed(command.id, FailureKind.BAD_TEMPLATE, str(error)))
        except RuntimeFailure as error:
            numbers = error.numbers if isinstance(error, DoesNotFit) else []
            self._pipe.send(protocol.Failed(command.id, error.kind, error.detail, numbers))
        except MemoryError:
            self._pipe.send(protocol.Failed(command.id, FailureKind.OUT_OF_MEMORY))

    def _load(self, command: protocol.Load) -> None:
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = self._cache = None
        try:
            header = gguf.read_model(Path(command.path))
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

        room = room_now()
        self._pipe.send(protocol.Measured(command.id, room))
        draft = _head_of_draft(command.options.draft)
        placing = place(header, command.options, room, draft)
        if not placing.fit.fits and not command.insists:
            self._pipe.send(_too_big(command.id, placing))
            return
        self._runtime = Runtime(command.path, placing.options, self._abort, progress, header)
        self._cache = PromptCache(self._runtime.sequences)
        no_draft = _take_draft(self._runtime, command.options.draft, placing.draft, found=draft is not None)
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
                self._runtime.state_kind(),
                placing.options.gpu_layers,
                [card.free for card in room_now().cards],
                own_bytes(),
                no_draft,
            )
        )

    def _generate(self, command: protocol.Generate) -> None:
        runtime, template = self._ready()
        if self._cache is not None and command.sequence == protocol.MAIN_SEQUENCE:
            self._cache.open(command.chat)
        generation = Generation(runtime, template, command, self._pipe.send)
        generation.run()
        if self._pipe.commands.empty():
            generation.read_ahead()

    def _prepare(self, command: protocol.Open | protocol.Ahead | protocol.Restore | protocol.Forget) -> None:
        """Whatever comes of it, ``Held`` says what is there: nobody waits for more, and nothing depends on it."""
        snapshot = None
        if isinstance(command, protocol.Restore) and self._bulk is not None:
            with suppress(Broken):
                snapshot = unpack(self._bulk.read())
        cache = self._cache
        if cache is None or self._runtime is None:
            self._pipe.send(protocol.Held(command.id, []))
            return
        match command:
            case protocol.Open():
                cache.open(command.chat)
            case protocol.Ahead():
                cache.open(command.chat)
                self._read_ahead(command)
            case protocol.Restore() if snapshot is not None:
                cache.put(command.chat, snapshot)
            case protocol.Forget():
                cache.forget(command.chat)
                if self._runtime.draft is not None:
                    self._runtime.draft.forget()
            case _:
                pass
        self._tell_held(command.id, cache, self._runtime)

    def _tell_held(self, request_id: int, cache: PromptCache, runtime: Runtime) -> None:
        held = runtime.sequences.held(protocol.MAIN_SEQUENCE)
        self._pipe.send(protocol.Held(request_id, cache.chats(), held))

    def _benchmark(self, command: protocol.Benchmark) -> None:
        cache, runtime = self._cache, self._runtime
        if cache is None or runtime is None:
            raise RuntimeFailure(FailureKind.PROTOCOL, "no model is loaded")
        try:
            with cache.lent():
                reason = Benchmark(runtime, command, self._pipe.send).run()
        finally:
            self._tell_held(command.id, cache, runtime)
        self._pipe.send(protocol.Done(command.id, reason))

    def _read_ahead(self, command: protocol.Ahead) -> None:
        if self._abort.is_set():
            return
        with suppress(Aborted, RuntimeFailure, BadTemplate):
            runtime, template = self._ready()
            tokens = so_far(template, runtime, command.messages)
            runtime.sequences.read_ahead(protocol.MAIN_SEQUENCE, tokens)

    def _keep(self, command: protocol.Keep) -> None:
        bulk = self._bulk
        if bulk is None:
            return
        if self._sending is not None:
            self._sending.join()
        snapshot = self._cache.take(command.chat) if self._cache is not None else None

        def send() -> None:
            with suppress(Broken):
                if snapshot is None:
                    bulk.give_up()
                else:
                    bulk.write(pack(snapshot))

        # The next answer does not wait until a disk has taken it all.
        self._sending = threading.Thread(target=send, name="keep", daemon=True)
        self._sending.start()

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


def _head_of_draft(path: str) -> Header | None:
    """None: there is none, or it cannot be read."""
    try:
        return gguf.read_model(Path(path)) if path else None
    except (gguf.BadModelFile, OSError):
        return None


def _take_draft(runtime: Runtime, path: str, choice: Choice | None, *, found: bool) -> DraftTrouble | None:
    """Why there is none although one was asked for. Whatever is wrong with it, the model works without."""
    if not path:
        return None
    if choice is None:
        return DraftTrouble.ROOM if found else DraftTrouble.FILE
    try:
        runtime.take_draft(path, choice)
    except NoDraft as error:
        return error.trouble
    return None


def _too_big(load_id: int, placing: Placing) -> protocol.Failed:
    """It does not fit: bytes that are needed where most are missing, bytes that are free there, then context length and
    layers on the cards of what would fit (0 and 0: nothing would)."""
    fit, room = placing.fit, placing.room
    free = room.main_free if fit.place == MAIN else room.cards[fit.place].free
    fitting = (fit.choice.context_length, fit.choice.gpu_layers) if fit.choice is not None else (0, 0)
    return protocol.Failed(load_id, FailureKind.TOO_BIG, "", [fit.missing + free, free, *fitting])
