"""The messages between the app and an engine. Both sides import this; it knows neither.

App to engine: ``Command``. Engine to app: ``Event``. An ``id`` names a request; 0 is the process itself.
"""

from __future__ import annotations

import msgspec

from desktop.child.evidence import Attempt, Facts
from desktop.domain.chat import FinishReason, PartKind, Role
from desktop.domain.drafting import DraftTrouble
from desktop.domain.fit import Room
from desktop.domain.models import FailureKind, LoadOptions

EXIT_BACK_END = 67
"""Exit status of an engine that found nothing of llama.cpp that computes here."""
MODEL_VARIABLE = "SNUG_ENGINE_MODEL"
"""Environment of an engine: the model file that it will load. It can read no other, and knows before it reads a word.
Not an argument: those are shown to every user of the computer."""
DRAFT_VARIABLE = "SNUG_ENGINE_DRAFT"
"""The same for its draft model."""
MAIN_SEQUENCE = 0
"""The sequence that holds the open chat."""
NO_CHAT = 0
"""A request that belongs to no chat, and leaves the state of none behind."""
SIDE_SEQUENCE = 1
"""The sequence for titles and other short side requests, so that they do not push the chat out of the KV cache."""


class PromptPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """Part of an earlier message. ``tokens`` are used as they are if they still spell ``text``."""

    kind: PartKind
    text: str
    tokens: list[int] = []


class PromptMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the history."""

    role: Role
    parts: list[PromptPart]
    pinned: bool = False
    """Its turn is not left out."""


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Open a model file. Answered by ``Progress`` and then ``Loaded`` or ``Failed``."""

    id: int
    path: str
    options: LoadOptions = LoadOptions()
    template: str = ""
    """Name of a built-in chat template; empty: the file's own."""
    insists: bool = False
    """Load it although it does not fit into the memory that is free."""


class Generate(msgspec.Struct, frozen=True, tag="generate"):
    """Answer the last message, or carry on writing it if it is the assistant's."""

    id: int
    messages: list[PromptMessage]
    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = None
    max_tokens: int | None = None
    sequence: int = MAIN_SEQUENCE
    chat: int = NO_CHAT
    """Whose state the main sequence is to hold before, and holds after."""
    takes_room: bool = False
    """Whether a side request that does not fit beside the chat may push it out, to be read anew; else it is ended."""
    may_drop: bool = True
    """Whether the oldest turns may be left out. If not, a chat that does not fit fails with ``FULL``."""
    since: int = 0
    """The message that the memory began with the last time (``Prefill.begins``), as an index into ``messages``."""


class Open(msgspec.Struct, frozen=True, tag="open"):
    """This chat is likely to be asked about next: bring its state in. Answered by ``Held``."""

    id: int
    chat: int


class Ahead(msgspec.Struct, frozen=True, tag="ahead"):
    """Read what the prompt will begin with: the last message is the user's and not finished. ``Stop`` ends it, and so
    does whatever is wanted next. Answered by ``Held``."""

    id: int
    chat: int
    messages: list[PromptMessage]


class Keep(msgspec.Struct, frozen=True, tag="keep"):
    """Send the state of a chat over the bulk pipe (or give up, where there is none). Answered there alone."""

    id: int
    chat: int


class Restore(msgspec.Struct, frozen=True, tag="restore"):
    """Take the state of a chat from the bulk pipe and bring it in. Answered by ``Held``."""

    id: int
    chat: int


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    """Nothing of this chat is to stay in memory. Answered by ``Held``."""

    id: int
    chat: int


class Benchmark(msgspec.Struct, frozen=True, tag="benchmark"):
    """Measure how fast the model reads and writes. Answered by ``Progress``, a ``Benchmarked`` for each length,
    ``Held`` and ``Done``, or ``Failed`` with TOO_LONG where a length has no room."""

    id: int
    lengths: list[int]
    """Tokens that are read, from an empty context on."""
    repetitions: int = 3
    written: int = 32
    """Tokens that are written after them."""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End the request ``id`` now, also in the middle of a prompt. Answered by that request's ``Done``."""

    id: int


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Answered at once by ``Pong``, also while the engine is busy."""

    id: int


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Try what the seal of an engine refuses. Answered at once by ``Proof``, also while the engine is busy."""

    id: int


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """End the process."""

    id: int = 0


Command = Load | Generate | Open | Ahead | Keep | Restore | Forget | Benchmark | Stop | Ping | Probe | Quit


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The process is up."""

    pid: int
    engine: str
    """For people: what runs here, and its version."""
    room: Room
    """Memory that is free now."""
    id: int = 0


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """Part of the model file that was read, or of a benchmark that is done, 0 to 1."""

    id: int
    fraction: float


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """Memory that was free before loading began."""

    id: int
    room: Room


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The model is ready. ``context_length`` is what it was really given, in tokens."""

    id: int
    context_length: int
    trained_context: int
    parameters: int
    layers: int
    architecture: str
    threads: int
    state_kind: str = ""
    """Names everything that a state depends on beside the model's file: states of another kind are of no use."""
    gpu_layers: int = 0
    """Steps of the model that were asked onto graphics cards."""
    cards_free: list[int] = []
    """Bytes that are free on each card now, in the order of ``Measured``."""
    own_bytes: int = 0
    """Main memory that the engine's process has for itself, without the model file where that is mapped (Linux)."""
    no_draft: DraftTrouble | None = None
    """Why there is no draft model although one was asked for."""


class Prefill(msgspec.Struct, frozen=True, tag="prefill"):
    """Tokens of the prompt that are read. ``cached`` of them were there already.

    ``begins`` is the message that the memory begins with, as an index into those of the request; 0 if all of them are
    part of the prompt. Of those before it ``dropped`` are not: all but the system prompt and the turns with a pinned
    message (``domain.context.kept``).
    """

    id: int
    done: int
    total: int
    cached: int = 0
    dropped: int = 0
    begins: int = 0


class Token(msgspec.Struct, frozen=True, tag="token", omit_defaults=True):
    """What was written: one token, or a few that followed each other fast. ``text`` may be empty while a character is
    incomplete; ``tokens`` then wait for it."""

    id: int
    kind: PartKind
    text: str
    tokens: list[int] = []


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The request has ended. Times are milliseconds, as measured in the engine."""

    id: int
    reason: FinishReason
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    first_token_ms: float = 0.0
    generation_ms: float = 0.0
    reasoning_ms: float = 0.0


class Benchmarked(msgspec.Struct, frozen=True, tag="benchmarked"):
    """What was measured at one length: medians of the repetitions."""

    id: int
    length: int
    reading: float
    """Tokens read per second, from the first to the last of this length."""
    writing: float
    """Tokens written per second after that."""
    own_bytes: int = 0
    """Main memory of the engine's process then; of what it shares with others its part, where the system says it."""
    cards_free: list[int] = []
    """Bytes that are free on each card then, in the order of ``Measured``."""


class Held(msgspec.Struct, frozen=True, tag="held"):
    """The chats whose state is in memory now, so that they need not be read again, and the tokens that the main
    sequence holds."""

    id: int
    chats: list[int]
    tokens: int = 0


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Answer to ``Ping``."""

    id: int


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """Answer to ``Probe``: what the kernel says about the engine's process, and what came of trying."""

    id: int
    facts: Facts
    attempts: list[Attempt]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The request could not be done. ``detail`` is technical and holds no words of a chat."""

    id: int
    kind: FailureKind
    detail: str = ""
    numbers: list[int] = []


Event = Hello | Progress | Measured | Loaded | Prefill | Token | Done | Benchmarked | Held | Pong | Proof | Failed
