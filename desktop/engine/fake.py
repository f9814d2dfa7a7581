"""An engine that needs no model: a real child process that speaks the real protocol and does what it was told.

For tests, benchmarks and pictures: a real engine cannot misbehave on demand. What it does stands in the path it is
asked to load: ``fake:{"rate": 200, "text": "…"}``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from desktop.child import evidence
from desktop.child.bulk import Broken, Bulk
from desktop.child.evidence import Process
from desktop.child.wire import Decoder
from desktop.child.worker import Pipe
from desktop.domain import context
from desktop.domain.chat import FinishReason, PartKind
from desktop.domain.drafting import DraftTrouble
from desktop.domain.fit import Room
from desktop.domain.memory import Device
from desktop.domain.models import FailureKind
from desktop.engine import protocol

PREFIX = "fake:"


class Script(msgspec.Struct, forbid_unknown_fields=True):
    """What the fake does. Times are seconds, counts are tokens."""

    text: str = "Hello. This is what an engine would say."
    reasoning: str = ""
    repeat: int = 1
    rate: float = 0.0
    """Tokens per second; 0: as fast as the pipe takes them."""
    chunk: int = 4
    """Characters of a token."""
    load_s: float = 0.0
    load_steps: int = 4
    prompt_tokens: int = 40
    prefill_s: float = 0.0
    fail_load: str = ""
    """A ``FailureKind``: loading fails with it."""
    fits: int = 0
    """Loading fails for want of memory with a larger context than this."""
    too_big: list[int] = []
    """Loading is refused with these numbers (see ``EngineFailure``) with a larger context than they suggest, unless the
    app insists."""
    cards: list[Device] = []
    """Graphics cards that are said to be there."""
    die_loading: str = ""
    """A signal's name: loading ends with it."""
    die_after: int = -1
    """After so many tokens the process ends with ``die_with``."""
    die_with: str = "SIGKILL"
    hang_after: int = -1
    """After so many tokens nothing comes any more, not even an answer to ``Ping``."""
    garbage_after: int = -1
    """After so many tokens a line comes that is no message."""
    benchmark_s: float = 0.0
    """Seconds that each length of a benchmark takes."""
    context_length: int = 8192
    """What a model without a wish of its user gets."""
    holds: int = 0
    """Tokens that a prompt may have; 0: the context's length."""
    side_fails: str = ""
    """A ``FailureKind``: side requests fail with it."""
    side_text: str = ""
    """What side requests are answered with; empty: ``text``."""
    parameters: int = 135_000_000


class Fake:
    """The commands, acted out."""

    def __init__(self, pipe: Pipe[protocol.Command], bulk: Bulk | None = None) -> None:
        self._pipe = pipe
        self._bulk = bulk
        self._script = Script()
        self._stopped: set[int] = set()
        self._wake = threading.Event()
        self._hanging = False
        self._context = 0
        self._seen: dict[int, int] = {}
        """Tokens that each chat has in memory; below 0 the side sequence."""

    def run(self) -> None:
        self._pipe.send(protocol.Hello(os.getpid(), "fake engine", Room(8 << 30, 16 << 30)))
        self._pipe.start(self._urgent)
        while True:
            match self._pipe.commands.get():
                case protocol.Load() as command:
                    self._load(command)
                case protocol.Generate() as command:
                    self._generate(command)
                case protocol.Keep() as command:
                    self._keep(command)
                case protocol.Restore() | protocol.Forget() | protocol.Open() | protocol.Ahead() as command:
                    self._prepare(command)
                case protocol.Benchmark() as command:
                    self._benchmark(command)
                case _:
                    pass

    def _urgent(self, command: protocol.Command) -> bool:
        match command:
            case protocol.Stop():
                self._stopped.add(command.id)
                self._wake.set()
            case protocol.Ping():
                if not self._hanging:
                    self._pipe.send(protocol.Pong(command.id))
            case protocol.Probe():
                self._pipe.send(protocol.Proof(command.id, evidence.facts(), evidence.attempts(Process.ENGINE)))
            case protocol.Quit():
                if not self._hanging:
                    os._exit(0)
            case _:
                return False
        return True

    def _load(self, command: protocol.Load) -> None:
        if not command.path.startswith(PREFIX):
            if not Path(command.path).exists():
                self._pipe.send(protocol.Failed(command.id, FailureKind.BAD_FILE, "it is not there"))
                return
            script = Script()
        else:
            script = msgspec.json.decode(command.path[len(PREFIX) :] or "{}", type=Script)
        self._script = script
        for step in range(script.load_steps):
            time.sleep(script.load_s / max(1, script.load_steps))
            self._pipe.send(protocol.Progress(command.id, (step + 1) / script.load_steps))
        self._pipe.send(protocol.Measured(command.id, Room(8 << 30, 16 << 30, tuple(script.cards))))
        if script.die_loading:
            _die(script.die_loading)
        if script.fail_load:
            self._pipe.send(protocol.Failed(command.id, FailureKind(script.fail_load), "as the script says"))
            return
        length = command.options.context_length or script.context_length
        if script.too_big and not command.insists and not 0 < command.options.context_length <= script.too_big[2]:
            self._pipe.send(protocol.Failed(command.id, FailureKind.TOO_BIG, "", script.too_big))
            return
        if script.fits and length > script.fits:
            self._pipe.send(protocol.Failed(command.id, FailureKind.OUT_OF_MEMORY, f"{length} tokens do not fit"))
            return
        self._context = script.holds or length
        draft = command.options.draft
        gone = DraftTrouble.FILE if draft and not Path(draft).exists() else None
        loaded = protocol.Loaded(command.id, self._context, length, script.parameters, 30, "fake", 2, no_draft=gone)
        self._pipe.send(loaded)

    def _generate(self, command: protocol.Generate) -> None:
        script, asked = self._script, time.perf_counter()
        if script.side_fails and command.sequence == protocol.SIDE_SEQUENCE:
            self._pipe.send(protocol.Failed(command.id, FailureKind(script.side_fails), "as the script says"))
            return

        def length(begins: int) -> int:
            return _length([command.messages[index] for index in context.kept(command.messages, begins)])

        begins, tokens = context.fit(command.messages, length, self._context, command.since)
        if tokens + 1 > self._context:
            self._pipe.send(protocol.Failed(command.id, FailureKind.TOO_LONG, "", [tokens, self._context]))
            return
        if begins and not command.may_drop:
            self._pipe.send(protocol.Failed(command.id, FailureKind.FULL, "", [length(0), self._context]))
            return
        dropped = len(command.messages) - len(context.kept(command.messages, begins))
        total = max(tokens, script.prompt_tokens)
        place = command.chat if command.sequence == protocol.MAIN_SEQUENCE else -command.sequence
        cached = min(self._seen.get(place, 0), total - 1)
        steps = 10 if script.prefill_s else 1
        for step in range(steps + 1):
            done = cached + (total - cached) * step // steps
            self._pipe.send(protocol.Prefill(command.id, done, total, cached, dropped, begins))
            if script.prefill_s and step < steps and self._wait(command.id, script.prefill_s / steps):
                self._done(command, FinishReason.STOPPED, total, cached, 0, 0.0, 0.0)
                return
        first = time.perf_counter()
        reason, written = self._write(command, first)
        self._seen[place] = total + written
        elapsed = time.perf_counter() - first
        self._done(command, reason, total, cached, written, first - asked, elapsed)

    def _benchmark(self, command: protocol.Benchmark) -> None:
        script, longest = self._script, max(command.lengths) + command.written
        if longest > script.context_length:
            numbers = [longest, script.context_length]
            self._pipe.send(protocol.Failed(command.id, FailureKind.TOO_LONG, "", numbers))
            return
        reason, steps = FinishReason.END, 10
        for place, length in enumerate(command.lengths):
            self._misbehave(place)
            for step in range(steps):
                if self._wait(command.id, script.benchmark_s / steps):
                    reason = FinishReason.STOPPED
                    break
                done = (place + (step + 1) / steps) / len(command.lengths)
                self._pipe.send(protocol.Progress(command.id, done))
            if reason is FinishReason.STOPPED:
                break
            # The longer, the slower, and the same each time.
            reading, writing = 400.0 - length / 64, script.rate or 40.0 - length / 512
            self._pipe.send(protocol.Benchmarked(command.id, length, reading, writing, 300 << 20, []))
        self._pipe.send(protocol.Held(command.id, [chat for chat in self._seen if chat > 0]))
        self._pipe.send(protocol.Done(command.id, reason))

    def _keep(self, command: protocol.Keep) -> None:
        if self._bulk is not None and command.chat in self._seen:
            self._bulk.write([str(self._seen[command.chat]).encode()])
        elif self._bulk is not None:
            self._bulk.give_up()

    def _prepare(self, command: protocol.Restore | protocol.Forget | protocol.Open | protocol.Ahead) -> None:
        match command:
            case protocol.Restore() if self._bulk is not None:
                with suppress(Broken):
                    self._seen[command.chat] = int(b"".join(self._bulk.read()))
            case protocol.Ahead():
                self._seen[command.chat] = _length(command.messages)
            case protocol.Forget():
                self._seen.pop(command.chat, None)
            case _:
                pass
        chats = [chat for chat in self._seen if chat > 0]
        self._pipe.send(protocol.Held(command.id, chats, self._seen.get(command.chat, 0)))

    def _write(self, command: protocol.Generate, first: float) -> tuple[FinishReason, int]:
        script, written = self._script, 0
        pieces = [(PartKind.REASONING, piece) for piece in _cut(script.reasoning, script.chunk)]
        aside = script.side_text if command.sequence == protocol.SIDE_SEQUENCE else ""
        pieces += [(PartKind.TEXT, piece) for piece in _cut(aside or script.text * script.repeat, script.chunk)]
        for kind, piece in pieces:
            if script.rate:
                ahead = first + written / script.rate - time.perf_counter()
                if ahead > 0 and self._wait(command.id, ahead):
                    return FinishReason.STOPPED, written
            if command.id in self._stopped:
                return FinishReason.STOPPED, written
            self._misbehave(written)
            if command.max_tokens is not None and written >= command.max_tokens:
                return FinishReason.LENGTH, written
            self._pipe.send(protocol.Token(command.id, kind, piece, [written]))
            written += 1
        return FinishReason.END, written

    def _misbehave(self, written: int) -> None:
        script = self._script
        if written == script.die_after:
            _die(script.die_with)
        if written == script.hang_after:
            self._hanging = True
            threading.Event().wait()
        if written == script.garbage_after:
            self._pipe.send(msgspec.defstruct("Garbage", [("type", str, "prefill"), ("id", str, "no number")])())

    def _done(
        self,
        command: protocol.Generate,
        reason: FinishReason,
        total: int,
        cached: int,
        written: int,
        first_s: float,
        write_s: float,
    ) -> None:
        self._pipe.send(protocol.Done(command.id, reason, total, cached, written, first_s * 1000, write_s * 1000))

    def _wait(self, request_id: int, seconds: float) -> bool:
        """Sleep; True as soon as the request is stopped."""
        self._wake.clear()
        if request_id not in self._stopped:
            self._wake.wait(seconds)
        return request_id in self._stopped


def _length(messages: list[protocol.PromptMessage]) -> int:
    """Tokens that messages are taken for."""
    return sum(len(part.tokens) or len(part.text) // 4 + 1 for message in messages for part in message.parts)


def _cut(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def _die(name: str) -> None:
    sys.stderr.write("the fake engine ends as its script says\n")
    sys.stderr.flush()
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(5)


def command() -> tuple[str, list[str]]:
    """Program and arguments that start the fake instead of the engine (``engine.client`` takes this function)."""
    return sys.executable, ["-m", "desktop.engine.fake"]


def main() -> None:
    decoder: Decoder[protocol.Command] = Decoder(protocol.Command)
    bulk = Bulk.inherited()
    Fake(Pipe[protocol.Command].take(decoder), bulk).run()


if __name__ == "__main__":
    main()
