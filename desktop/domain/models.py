"""Models as values: what is installed, how it is loaded, and what can go wrong with an engine."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from desktop.domain.trust import Check


class EngineState(StrEnum):
    """What the engine is doing.

    ::

        NOT_LOADED ──load──► LOADING ──► READY ⇄ BUSY
             ▲                  │          │
             └──unload──────────┼──────────┤
                                └──► FAILED ◄──crash
    """

    NOT_LOADED = "not loaded"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    """Reading a prompt or writing an answer."""
    FAILED = "failed"


class FailureKind(StrEnum):
    """Why an engine failed. The kind comes from typed errors, exit codes and signals, never from log text."""

    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    BAD_FILE = "BAD_FILE"
    UNSUPPORTED_MODEL = "UNSUPPORTED_MODEL"
    CRASHED = "CRASHED"
    HUNG = "HUNG"
    PROTOCOL = "PROTOCOL"
    MISSING_BACKEND = "MISSING_BACKEND"
    """Nothing of llama.cpp computes here: its libraries are missing, damaged, or for another computer."""
    NO_TEMPLATE = "NO_TEMPLATE"
    """The file has no chat template, and none was chosen yet."""
    BAD_TEMPLATE = "BAD_TEMPLATE"
    """The file's chat template cannot be used: it fails, or takes too much time or memory."""
    TOO_BIG = "TOO_BIG"
    """It would not fit into the memory that is free, and was not loaded."""
    DOUBTFUL = "DOUBTFUL"
    """Something was found in its file, and nobody has said yet that it may be opened."""
    MISSING_DEVICE = "MISSING_DEVICE"
    """A graphics card that was chosen for the model is not there; the detail names it."""
    DEVICE_LOST = "DEVICE_LOST"
    """The engine ended while a graphics card computed: the card, or its driver, may be why."""
    UNFINISHED = "UNFINISHED"
    """Snug ended while it loaded this model the last time."""
    TOO_LONG = "TOO_LONG"
    """What always stays is longer than the context: the question, the system prompt, what is pinned."""
    FULL = "FULL"
    """The chat is longer than the context, and nothing of it may be left out."""


class FileKind(StrEnum):
    """What a GGUF file is for."""

    CHAT = "chat"
    PROJECTOR = "projector"
    """Turns pictures or sound into what the model beside it reads."""
    DRAFT = "draft"
    """A small model that guesses ahead for a large one."""
    EMBEDDING = "embedding"
    """Finds what belongs together; it writes nothing."""
    OTHER = "other"
    """Belongs to making models, not to using them."""


class InstalledModel(NamedTuple):
    """A model that Snug knows: a GGUF file, or the parts of a split one. Files stay where they are and are never
    changed."""

    id: int
    path: str
    name: str
    """For people: ``general.name`` of the file, else its file name."""
    quant: str = ""
    """Quantization as its publishers write it, for instance ``Q4_K_M``."""
    architecture: str = ""
    size_bytes: int = 0
    parameters: int = 0
    layers: int = 0
    context_length: int = 0
    """Longest context the model was trained for, in tokens."""
    has_template: bool = True
    template: str = ""
    """Name of a built-in template that the user chose; empty: the file's own."""
    key: str = ""
    """Fingerprint of the file's identity: size, time of change and header."""
    added_at: float = 0.0
    last_used_at: float = 0.0
    given_name: str = ""
    """What the user calls it. ``name`` is that too, where there is one."""
    repo: str = ""
    """Where it came from, as ``owner/name``; empty: a file of the user's own."""
    repo_file: str = ""
    revision: str = ""
    publisher: str = ""
    licence: str = ""
    """As ``licences.licence_of`` takes it."""
    sha256: tuple[str, ...] = ()
    """The publisher's fingerprint of each file, in hex."""
    checked: Check | None = None
    """What was found when the file was looked at; None: nobody has."""
    parts: tuple[str, ...] = ()
    """The other files of a model that is split; ``path`` is the first one."""
    projector: str = ""
    """The file beside it that turns pictures into what it reads."""
    kind: FileKind = FileKind.CHAT
    made_from: str = ""
    """The name of the model that it is a smaller copy of, made here."""
    available: bool = True
    """False while the file is not there (a disk that was taken away)."""

    @property
    def files(self) -> tuple[str, ...]:
        """All its files, in order."""
        return (self.path, *self.parts)

    @property
    def chats(self) -> bool:
        """Whether one can talk to it."""
        return self.kind is FileKind.CHAT

    @property
    def verified(self) -> bool:
        """Whether the file was found to be, bit for bit, what its publisher published."""
        return self.checked is not None and self.checked.verified_at > 0

    @property
    def doubtful(self) -> bool:
        """Whether the user is to be asked before it is opened: something was found, and nobody has said yes to it. With
        a template of Snug's own, what is in the file's does not count."""
        if self.checked is None or self.checked.allowed:
            return False
        return any(found.asks and not (found.in_template and self.template) for found in self.checked.findings)


class CacheType(StrEnum):
    """How precisely the KV cache keeps what was read: 16, 8 or 4 bits for a number."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class FlashAttention(StrEnum):
    """Attention that takes less memory. A KV cache of 8 or 4 bits needs it."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


NO_DRAFT = "none"
"""In ``LoadOptions.draft``: none, whatever there is."""


class LoadOptions(NamedTuple):
    """How a model is loaded. Zero and None leave the choice to Snug."""

    context_length: int = 0
    """Tokens; 0: the model's own, at most 8,192."""
    gpu_layers: int = -1
    """-1: as many as there are."""
    threads: int = 0
    """0: one for each physical core."""
    batch: int = 512
    """Tokens read in one step. Smaller stops sooner, larger reads a little faster."""
    cache_type: CacheType = CacheType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO
    map_file: bool = True
    """The system reads the file as it is needed (mmap); else all of it is read into memory."""
    lock_memory: bool = False
    """Never swapped out (mlock)."""
    devices: tuple[str, ...] = ()
    """Names of the graphics cards that layers may be moved to; empty: all there are."""
    tensor_split: tuple[float, ...] = ()
    """How the layers are shared out between these, in the order that llama.cpp has them in; empty: by free memory."""
    draft: str = ""
    """File of the draft model that guesses ahead for it, or ``NO_DRAFT``; empty: the one that belongs to it, if any.
    For the engine: the file, or empty for none."""


class EngineFailure(NamedTuple):
    """A failure as the app keeps it. ``detail`` is what the engine said, with no words of a chat in it."""

    kind: FailureKind
    detail: str = ""
    file_name: str = ""
    numbers: tuple[int, ...] = ()
    """For ``TOO_LONG`` and ``FULL``: tokens of what has to fit, tokens of the context.

    For ``TOO_BIG``: bytes that are needed where most are missing, bytes that are free there, then context length and
    layers on cards of what would fit (0: nothing)."""
