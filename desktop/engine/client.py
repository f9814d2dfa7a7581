"""The app's side of an engine: one process, one model at a time, requests by number.

A state machine (``EngineState``) over ``ChildProcess``. It starts the process when a model is to be loaded, passes on
what it says, and turns every way it can end into one ``EngineFailure``. Stale answers are dropped here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.child.bulk import Bulk, pair
from desktop.child.process import ChildProcess, Ending
from desktop.child.surroundings import command_for
from desktop.child.wire import Decoder
from desktop.domain.chat import PartKind, Sampling
from desktop.domain.fit import Room
from desktop.domain.models import EngineFailure, EngineState, FailureKind, LoadOptions
from desktop.engine import failure, protocol

log = logging.getLogger(__name__)

PING_MS = 5_000
HUNG_MS = 30_000
LOAD_QUIET_MS = 120_000
"""A load that shows no sign of life for so long is taken for hung. It is activity that counts, not the whole time."""

UNLOADED = EngineFailure(FailureKind.CRASHED, "unloaded")
"""What becomes of requests whose model was taken away."""

Launcher = Callable[[], tuple[str, list[str]]]


@dataclass(slots=True)
class Request:
    """One request and who listens to it. A listener that is None is not interested."""

    id: int
    on_prefill: Callable[[protocol.Prefill], None] | None = None
    on_token: Callable[[PartKind, str, list[int]], None] | None = None
    on_done: Callable[[protocol.Done], None] | None = None
    on_failed: Callable[[EngineFailure], None] | None = None
    on_progress: Callable[[float], None] | None = None
    on_benchmarked: Callable[[protocol.Benchmarked], None] | None = None
    busy: bool = field(default=True)
    """Whether the engine counts as busy while this runs (side requests do not show)."""
    gives_way: bool = False
    """Whether it is stopped as soon as an answer is asked for."""


class EngineClient(QObject):
    """One engine.

    Signals:
        state_changed: ``state`` is another one.
        progressed: part of the model that was read, 0 to 1.
        measured: a ``protocol.Measured``: what was free before loading.
        loaded: the ``protocol.Loaded`` of the model that is ready now.
        proved: a ``protocol.Proof``: what the system enforces on the process.
        held: a ``protocol.Held``: the chats whose state is in its memory.
        failed: the ``EngineFailure`` that ended a load or the process; requests under way get it too.
    """

    state_changed = Signal()
    progressed = Signal(float)
    measured = Signal(object)
    loaded = Signal(object)
    proved = Signal(object)
    held = Signal(object)
    failed = Signal(object)

    def __init__(self, launcher: Launcher | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._launcher = launcher or (lambda: command_for("--engine"))
        self._process: ChildProcess | None = None
        self._bulk: Bulk | None = None
        self._leaving: list[ChildProcess] = []
        self._after: list[Callable[[], None]] = []
        self._state = EngineState.NOT_LOADED
        self._numbers = count(1)
        self._requests: dict[int, Request] = {}
        self._waiting: list[protocol.Generate | protocol.Benchmark] = []
        """What was asked while the model loads: whoever brings a chat's state back goes first."""
        self._load: protocol.Load | None = None
        self._on_cards = False
        self._said = ""
        self._version = ""
        self._room: Room | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(self._hung)
        self._ping = QTimer(self)
        self._ping.setInterval(PING_MS)
        self._ping.timeout.connect(self._send_ping)

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def said(self) -> str:
        """What the engine wrote on stderr last; kept when it has ended."""
        return self._process.said if self._process else self._said

    @property
    def version(self) -> str:
        """What runs there, for people; empty before the first process has said it."""
        return self._version

    @property
    def room(self) -> Room | None:
        """Memory that was free when the process began, and the graphics cards; nothing before it has said it."""
        return self._room

    def load(self, path: str, options: LoadOptions, template: str = "", *, insists: bool = False) -> None:
        """Open a model in a fresh process: what an earlier one held is given back to the system for certain.

        ``insists``: also where it does not fit into the memory that is free."""
        self._drop_process()
        self._on_cards = False
        self._load = protocol.Load(next(self._numbers), path, options, template, insists)
        self._start()
        self._become(EngineState.LOADING)
        self._send(self._load)
        self._quiet.start(LOAD_QUIET_MS)

    def probe(self) -> None:
        """Have the process try what it is refused; ``proved`` follows. One is started, without a model, if there is
        none."""
        if self._process is None:
            self._start()
        self._send(protocol.Probe(next(self._numbers)))

    def unload(self) -> None:
        """End the process. Requests under way fail with nothing to show."""
        self._drop_process()
        self._load = None
        self._become(EngineState.NOT_LOADED)

    def when_gone(self, then: Callable[[], None]) -> None:
        """Call ``then`` as soon as no process that was dropped has its model's file open any more."""
        self._after.append(then)
        self._tell_gone()

    @property
    def bulk(self) -> Bulk | None:
        """The way for what ``keep`` and ``restore`` announce. Waits, so it belongs on a thread."""
        return self._bulk

    def open_chat(self, chat: int) -> None:
        """This chat is likely to be asked about next; ``held`` follows."""
        self._send(protocol.Open(next(self._numbers), chat))

    def read_ahead(self, chat: int, messages: Sequence[protocol.PromptMessage]) -> None:
        """Read what a prompt will begin with, until anything else is wanted; ``held`` follows."""
        self._send(protocol.Ahead(next(self._numbers), chat, list(messages)))

    def keep(self, chat: int) -> None:
        """Have the state of a chat sent over ``bulk``."""
        self._send(protocol.Keep(next(self._numbers), chat))

    def restore(self, chat: int) -> None:
        """The state of a chat comes over ``bulk``; ``held`` follows."""
        self._send(protocol.Restore(next(self._numbers), chat))

    def forget(self, chat: int) -> None:
        """Nothing of a chat is to stay in the engine's memory."""
        self._send(protocol.Forget(next(self._numbers), chat))

    def generate(
        self,
        messages: Sequence[protocol.PromptMessage],
        sampling: Sampling,
        listener: Request | None = None,
        *,
        sequence: int = protocol.MAIN_SEQUENCE,
        chat: int = protocol.NO_CHAT,
        takes_room: bool = False,
        may_drop: bool = True,
        since: int = 0,
    ) -> int:
        """Ask for an answer; the number of the request. Works while the model is still loading: it waits its turn."""
        request = listener or Request(0)
        request.id = next(self._numbers)
        request.busy = sequence == protocol.MAIN_SEQUENCE
        for other in list(self._requests.values()):
            if other.gives_way and request.busy:
                self.stop(other.id)
        command = protocol.Generate(
            request.id,
            list(messages),
            temperature=sampling.temperature,
            top_k=sampling.top_k,
            top_p=sampling.top_p,
            min_p=sampling.min_p,
            repeat_penalty=sampling.repeat_penalty,
            seed=sampling.seed,
            max_tokens=sampling.max_tokens,
            sequence=sequence,
            chat=chat,
            takes_room=takes_room,
            may_drop=may_drop,
            since=since,
        )
        self._ask(request, command)
        return request.id

    def benchmark(self, lengths: Sequence[int], repetitions: int, written: int, listener: Request) -> int:
        """Measure reading and writing (see ``protocol.Benchmark``); the number of the request. It gives way to answers:
        ``on_done`` then has the reason STOPPED."""
        listener.id = next(self._numbers)
        listener.gives_way = True
        self._ask(listener, protocol.Benchmark(listener.id, list(lengths), repetitions, written))
        return listener.id

    def stop(self, request_id: int) -> None:
        """End one request; its ``on_done`` follows with the reason STOPPED."""
        if request_id in self._requests:
            self._send(protocol.Stop(request_id))

    def stop_all(self) -> None:
        """End whatever is under way."""
        for request_id in list(self._requests):
            self.stop(request_id)

    def flush(self) -> None:
        """What was asked leaves this process now. For the end of the app, when no event loop does it."""
        if self._process is not None:
            self._process.flush()

    def shut(self) -> None:
        """For the end of the app: the process is gone when this returns."""
        self._requests.clear()
        self._drop_process()
        for process in list(self._leaving):
            process.shut()

    # --- inside

    def _ask(self, request: Request, command: protocol.Generate | protocol.Benchmark) -> None:
        self._requests[request.id] = request
        if self._state is EngineState.LOADING:
            self._waiting.append(command)
        else:
            self._send(command)
        self._update_busy()
        self._quiet.start(HUNG_MS if self._state is not EngineState.LOADING else LOAD_QUIET_MS)
        self._ping.start()

    def _start(self) -> None:
        program, arguments = self._launcher()
        decoder: Decoder[Any] = Decoder(protocol.Event)
        environment = {"GGML_NO_BACKTRACE": "1"}
        if self._load is not None:
            environment |= {
                protocol.MODEL_VARIABLE: self._load.path,
                protocol.DRAFT_VARIABLE: self._load.options.draft,
            }
        self._bulk, ends = pair()
        environment |= ends.environment()
        process = ChildProcess(program, arguments, decoder, protocol.Quit(), environment, self)
        process.message.connect(self._on_message)
        process.ended.connect(self._on_ended)
        process.alive.connect(self._on_alive)
        self._process = process
        process.start()
        ends.close()

    def _send(self, command: protocol.Command) -> None:
        if self._process is not None:
            self._process.send(command)

    def _drop_process(self) -> None:
        process, self._process = self._process, None
        self._bulk = None
        self._quiet.stop()
        self._ping.stop()
        requests, self._requests = self._requests, {}
        self._waiting.clear()
        if process is not None:
            self._said = process.said
            process.message.disconnect(self._on_message)
            process.ended.disconnect(self._on_ended)
            process.alive.disconnect(self._on_alive)
            process.ended.connect(self._left)
            self._leaving.append(process)
            process.stop()
        for request in requests.values():
            if request.on_failed is not None:
                request.on_failed(UNLOADED)

    def _left(self, _: Ending) -> None:
        ended = [process for process in self._leaving if not process.running]
        self._leaving = [process for process in self._leaving if process.running]
        for process in ended:
            process.deleteLater()
        self._tell_gone()

    def _tell_gone(self) -> None:
        if not self._leaving:
            after, self._after = self._after, []
            for then in after:
                then()

    def _on_alive(self) -> None:
        if self._quiet.isActive():
            self._quiet.start()

    def _on_message(self, event: protocol.Event) -> None:
        match event:
            case protocol.Progress():
                if self._load is not None and event.id == self._load.id:
                    self.progressed.emit(event.fraction)
                request = self._requests.get(event.id)
                if request is not None and request.on_progress is not None:
                    request.on_progress(event.fraction)
            case protocol.Benchmarked():
                request = self._requests.get(event.id)
                if request is not None and request.on_benchmarked is not None:
                    request.on_benchmarked(event)
            case protocol.Loaded():
                if self._load is not None and event.id == self._load.id:
                    self._on_cards = self._on_cards and event.gpu_layers > 0
                    self._become(EngineState.READY)
                    self._update_busy()
                    if not self._requests:
                        self._quiet.stop()
                    self.loaded.emit(event)
                    waiting, self._waiting = self._waiting, []
                    for command in waiting:
                        self._send(command)
            case protocol.Failed():
                self._on_failed(event)
            case protocol.Prefill():
                request = self._requests.get(event.id)
                if request is not None and request.on_prefill is not None:
                    request.on_prefill(event)
            case protocol.Token():
                request = self._requests.get(event.id)
                if request is not None and request.on_token is not None:
                    request.on_token(event.kind, event.text, event.tokens)
            case protocol.Done():
                request = self._finish(event.id)
                if request is not None and request.on_done is not None:
                    request.on_done(event)
            case protocol.Proof():
                self.proved.emit(event)
            case protocol.Measured():
                self._on_cards = bool(event.room.cards and self._load and self._load.options.gpu_layers)
                self.measured.emit(event)
            case protocol.Held():
                self.held.emit(event)
            case protocol.Hello():
                self._version, self._room = event.engine, event.room
            case protocol.Pong():
                pass

    def _on_failed(self, event: protocol.Failed) -> None:
        what = EngineFailure(event.kind, event.detail, numbers=tuple(event.numbers))
        if self._load is not None and event.id == self._load.id:
            self._fail(what)
            return
        request = self._finish(event.id)
        if request is not None and request.on_failed is not None:
            request.on_failed(what)

    def _on_ended(self, ending: Ending) -> None:
        loading = self._state is EngineState.LOADING
        self._fail(failure.of_ending(ending, loading=loading, on_cards=self._on_cards))

    def _hung(self) -> None:
        log.warning("the engine shows no sign of life and is ended")
        if self._process is not None:
            self._process.kill()
        self._fail(EngineFailure(FailureKind.HUNG, self.said))

    def _fail(self, what: EngineFailure) -> None:
        requests, self._requests = self._requests, {}
        self._drop_process()
        self._become(EngineState.FAILED)
        self.failed.emit(what)
        for request in requests.values():
            if request.on_failed is not None:
                request.on_failed(what)

    def _finish(self, request_id: int) -> Request | None:
        request = self._requests.pop(request_id, None)
        if not self._requests:
            self._ping.stop()
            self._quiet.stop()
        self._update_busy()
        return request

    def _update_busy(self) -> None:
        if self._state in (EngineState.READY, EngineState.BUSY):
            busy = any(request.busy for request in self._requests.values())
            self._become(EngineState.BUSY if busy else EngineState.READY)

    def _send_ping(self) -> None:
        self._send(protocol.Ping(next(self._numbers)))

    def _become(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit()
