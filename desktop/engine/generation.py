"""One request: from a history to the last token. The loop between the runtime and the app."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby, pairwise
from time import perf_counter
from typing import Protocol

from desktop.domain import context
from desktop.domain.chat import FinishReason, PartKind, Role, Sampling
from desktop.domain.models import FailureKind
from desktop.engine import channels, prompt, protocol
from desktop.engine.failing import Aborted, RuntimeFailure
from desktop.engine.guessing import Guessing
from desktop.engine.runtime import Runtime
from desktop.engine.sequences import SMALLEST_STEP
from desktop.engine.templates import BadTemplate, Template


class Send(Protocol):
    """How events leave: those of one call together."""

    def __call__(self, *events: protocol.Event) -> None: ...


TOGETHER_S, TOGETHER_NO_CORE_FREE_S = 0.04, 0.08
"""Tokens that follow each other faster than this travel together: each event wakes the app, and where the engine
computes on every core, that takes time from the next token. A slow model's tokens go one by one, and the first one
always goes at once."""


class Generation:
    """Answers one ``Generate``. Whatever happens, exactly one ``Done`` or one exception ends it."""

    def __init__(self, runtime: Runtime, template: Template, request: protocol.Generate, send: Send) -> None:
        self._runtime = runtime
        self._template = template
        self._request = request
        self._send = send
        self._started = perf_counter()
        self._first: float | None = None
        self._last = 0.0
        self._reasoning_end: float | None = None
        self._prompt_tokens = self._cached = self._generated = self._begins = 0
        self._decode_text = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting: list[int] = []
        self._outbox = _Outbox(request.id, send, TOGETHER_S if runtime.leaves_a_core else TOGETHER_NO_CORE_FREE_S)
        self._aside = request.sequence != protocol.MAIN_SEQUENCE

    def run(self) -> None:
        """Read the prompt, write the answer.

        Raises:
            RuntimeFailure: TOO_LONG if what has to stay does not fit, FULL if nothing may be left out, OUT_OF_MEMORY,
                or BAD_TEMPLATE.
        """
        try:
            splitter = self._read_prompt()
            reason = self._write(splitter)
        except Aborted:
            reason = FinishReason.STOPPED
        finally:
            self._outbox.close()
            if self._aside:
                # Nobody goes on with it, and the chat may need the room.
                self._runtime.sequences.forget(self._request.sequence)
        self._send(self._done(reason))

    def read_ahead(self) -> None:
        """Read what the next turn begins with, while nobody asks anything: the first word comes so much sooner.

        Whatever goes wrong, the next turn reads it itself.
        """
        if self._aside or self._begins:
            return
        messages, parts = list(self._request.messages), self._outbox.sent
        if messages[-1].role is Role.ASSISTANT:
            parts = [*messages.pop().parts, *parts]
        messages.append(protocol.PromptMessage(Role.ASSISTANT, _joined(parts)))
        with suppress(Aborted, RuntimeFailure, BadTemplate):
            tokens = prompt.beginning(self._template, self._runtime, messages)
            sequences, sequence = self._runtime.sequences, self._request.sequence
            more = len(tokens) - sequences.held(sequence)
            # A matter of a moment, and it disturbs nobody who wants this answer carried on with.
            if more <= SMALLEST_STEP and sequences.is_beginning_of(sequence, tokens):
                sequences.read_ahead(sequence, tokens)

    def _read_prompt(self) -> channels.Splitter:
        request, runtime = self._request, self._runtime
        begins, built = fitting_prompt(runtime, self._template, request)
        self._begins = begins
        kept = kept_messages(request.messages, begins)
        dropped = len(request.messages) - len(kept)
        total = len(built.tokens)
        self._prompt_tokens = total
        sequences = runtime.sequences
        wanted = total + (request.max_tokens or 0)
        if self._aside and not request.takes_room and not sequences.has_room(request.sequence, wanted):
            # What is asked beside the chat is seldom worth reading the chat anew.
            raise Aborted
        sequences.make_room(request.sequence, wanted if request.takes_room else total)
        cached = self._cached = sequences.keep_common(request.sequence, built.tokens)

        def progress(done: int) -> None:
            event = protocol.Prefill(request.id, done, total, cached, dropped, begins)
            if done < total:
                self._send(event)
            else:
                self._outbox.hold(event)

        if not sequences.reads_at_once(total - cached):
            progress(cached)
        for start, end in pairwise([cached, *self._places(kept, built, cached), total]):
            sequences.checkpoint(request.sequence)
            sequences.read(request.sequence, built.tokens[start:end], lambda done, start=start: progress(start + done))
        return self._splitter(built.ending)

    def _places(self, kept: list[protocol.PromptMessage], built: prompt.Prompt, cached: int) -> list[int]:
        """Where reading pauses for a checkpoint: before the answer begins, which a template may begin in another way
        when it is history, and before the last token, since a state holds no logits."""
        if not self._runtime.sequences.needs_checkpoints or self._request.sequence != protocol.MAIN_SEQUENCE:
            return []
        places = {prompt.before_answer(self._template, self._runtime, kept, built), len(built.tokens) - 1}
        return sorted(place for place in places if cached < place < len(built.tokens))

    def _splitter(self, ending: str) -> channels.Splitter:
        last = self._request.messages[-1]
        opened = channels.open_at_end(ending)
        if last.role is not Role.ASSISTANT:
            return channels.Splitter(opened)
        if last.parts and last.parts[-1].kind is PartKind.REASONING:
            return channels.Splitter(opened or channels.FAMILIES[0])
        return channels.Splitter(started=any(part.text for part in last.parts))

    def _write(self, splitter: channels.Splitter) -> FinishReason:
        request, runtime = self._request, self._runtime
        limit = runtime.sequences.context_length - runtime.sequences.held(request.sequence)
        sampler = runtime.sampler(
            Sampling(
                request.temperature, request.top_k, request.top_p, request.min_p, request.repeat_penalty, request.seed
            )
        )
        longest = limit if request.max_tokens is None else min(limit, request.max_tokens)
        draft = None if self._aside else runtime.draft
        guessing = Guessing(runtime.sequences, request.sequence, runtime.pace, longest, runtime.is_end, draft)
        row = -1
        try:
            while True:
                token = runtime.sample(sampler, row)
                if runtime.is_end(token) and not self._is_part_of_tag(splitter, token):
                    return self._flush(splitter, FinishReason.END)
                self._emit(splitter, token)
                if request.max_tokens is not None and self._generated >= request.max_tokens:
                    return self._flush(splitter, FinishReason.LENGTH)
                if self._generated >= limit:
                    return self._flush(splitter, FinishReason.CONTEXT)
                try:
                    row = guessing.follow(token)
                except Aborted:
                    return self._flush(splitter, FinishReason.STOPPED)
                except RuntimeFailure as failure:
                    if failure.kind is FailureKind.TOO_LONG:
                        return self._flush(splitter, FinishReason.CONTEXT)
                    raise
        finally:
            guessing.take_back()
            runtime.free_sampler(sampler)

    def _is_part_of_tag(self, splitter: channels.Splitter, token: int) -> bool:
        """Some models close their reasoning with a token that elsewhere ends the answer."""
        if splitter.kind is not PartKind.REASONING or splitter.tags is None:
            return False
        return self._runtime.piece(token).decode("utf-8", "replace") == splitter.tags.closing

    def _emit(self, splitter: channels.Splitter, token: int) -> None:
        self._last = perf_counter()
        if self._first is None:
            self._first = self._last
        self._generated += 1
        self._waiting.append(token)
        before = splitter.kind
        text = self._decode_text.decode(self._runtime.piece(token))
        pieces = list(splitter.feed(text)) if text else []
        after = splitter.kind
        if before is PartKind.REASONING and after is PartKind.TEXT and self._reasoning_end is None:
            self._reasoning_end = self._last
        # Tags, and white space after them, belong to the reasoning: the answer's own tokens spell the answer alone.
        owner = PartKind.REASONING if PartKind.REASONING in (before, after) else PartKind.TEXT
        if not pieces:
            if before is not after or (splitter.kind is PartKind.TEXT and not splitter.holding and text):
                self._outbox.add(PartKind.REASONING, "", self._take())
            return
        *earlier, (kind, last) = pieces
        for other_kind, piece in earlier:
            self._outbox.add(other_kind, piece, [])
        tokens = self._take() if kind is owner or before is after else []
        self._outbox.add(kind, last, tokens)
        if self._waiting:
            self._outbox.add(owner, "", self._take())

    def _take(self) -> list[int]:
        tokens, self._waiting = self._waiting, []
        return tokens

    def _flush(self, splitter: channels.Splitter, reason: FinishReason) -> FinishReason:
        pieces = [*splitter.feed(self._decode_text.decode(b"", final=True)), *splitter.finish()]
        for kind, text in pieces or ([(splitter.kind, "")] if self._waiting else []):
            self._outbox.add(kind, text, self._take())
        return reason

    def _done(self, reason: FinishReason) -> protocol.Done:
        first = self._first if self._first is not None else self._last
        reasoning = 0.0
        if self._reasoning_end is not None:
            reasoning = self._reasoning_end - first
        return protocol.Done(
            id=self._request.id,
            reason=reason,
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self._cached,
            generated_tokens=self._generated,
            first_token_ms=(first - self._started) * 1000 if self._first is not None else 0.0,
            generation_ms=(self._last - first) * 1000,
            reasoning_ms=reasoning * 1000,
        )


class _Outbox:
    """Gathers what was written until it is worth an event."""

    def __init__(self, request_id: int, send: Send, together_s: float) -> None:
        self._request_id = request_id
        self._together_s = together_s
        self._send = send
        self._kind = PartKind.TEXT
        self._texts: list[str] = []
        self._tokens: list[int] = []
        self._sent_at = 0.0
        self._prefill: protocol.Prefill | None = None
        self.sent: list[protocol.PromptPart] = []
        """Everything that was written, in the pieces it was sent in."""

    def hold(self, event: protocol.Prefill) -> None:
        """Send this together with the first token: one event less that wakes the app just before it."""
        self._prefill = event

    def add(self, kind: PartKind, text: str, tokens: list[int]) -> None:
        if kind is not self._kind:
            self.flush()
            self._kind = kind
        self._texts.append(text)
        self._tokens += tokens
        if perf_counter() - self._sent_at > self._together_s:
            self.flush()

    def close(self) -> None:
        """Nothing more will come."""
        self.flush()
        self._send(*self._held())

    def _held(self) -> list[protocol.Prefill]:
        held, self._prefill = self._prefill, None
        return [held] if held is not None else []

    def flush(self) -> None:
        if self._texts:
            text = "".join(self._texts)
            self._send(*self._held(), protocol.Token(self._request_id, self._kind, text, self._tokens))
            self.sent.append(protocol.PromptPart(self._kind, text, self._tokens))
            self._texts, self._tokens = [], []
            self._sent_at = perf_counter()


def _joined(parts: Iterable[protocol.PromptPart]) -> list[protocol.PromptPart]:
    """Parts that follow each other and are of the same kind as one."""
    result: list[protocol.PromptPart] = []
    for kind, group in groupby(parts, lambda part: part.kind):
        members = list(group)
        tokens = [token for part in members for token in part.tokens]
        result.append(protocol.PromptPart(kind, "".join(part.text for part in members), tokens))
    return result


def fitting_prompt(runtime: Runtime, template: Template, request: protocol.Generate) -> tuple[int, prompt.Prompt]:
    """Where the memory has to begin for the prompt to fit, and that prompt.

    Raises:
        RuntimeFailure: with the prompt's length and the context's: TOO_LONG if what has to stay does not fit, FULL if
            nothing may be left out and the whole does not fit.
    """
    built: dict[int, prompt.Prompt] = {}

    def length(begins: int) -> int:
        built[begins] = prompt.build(template, runtime, kept_messages(request.messages, begins))
        return len(built[begins].tokens)

    limit = runtime.sequences.context_length
    begins, tokens = context.fit(request.messages, length, limit, request.since)
    if tokens + 1 > limit:
        raise DoesNotFit(FailureKind.TOO_LONG, tokens, limit)
    if begins and not request.may_drop:
        raise DoesNotFit(FailureKind.FULL, len(built[0].tokens), limit)
    return begins, built[begins]


def kept_messages(messages: list[protocol.PromptMessage], begins: int) -> list[protocol.PromptMessage]:
    """What of the messages a memory holds that begins with this one."""
    return [messages[index] for index in context.kept(messages, begins)]


class DoesNotFit(RuntimeFailure):
    """The prompt is longer than the context."""

    def __init__(self, kind: FailureKind, tokens: int, limit: int) -> None:
        super().__init__(kind)
        self.numbers = [tokens, limit]
