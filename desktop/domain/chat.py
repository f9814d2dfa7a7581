"""A conversation as values: chats, messages, and the parts a message is made of.

A chat is a tree of messages. Each message names its parent; the chat names its active leaf. Editing, answering again
and forking add siblings, so nothing that was said is ever overwritten.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Status(StrEnum):
    """How far a message has come."""

    COMPLETE = "complete"
    GENERATING = "generating"
    """The answer is being written by a living process."""
    STOPPED = "stopped"
    """The user pressed Stop."""
    INTERRUPTED = "interrupted"
    """The app or the engine ended before the answer did."""


class FinishReason(StrEnum):
    """Why an answer ended."""

    END = "end"
    """The model said it was done."""
    LENGTH = "length"
    """It reached the limit of new tokens that was asked for."""
    CONTEXT = "context"
    """The context was full."""
    STOPPED = "stopped"
    FAILED = "failed"


class PartKind(StrEnum):
    """What a part of a message holds."""

    TEXT = "text"
    REASONING = "reasoning"
    IMAGE = "image"
    FILE = "file"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"


class Part(NamedTuple):
    """One part of a message, in order.

    ``tokens`` are the ids that the model wrote for this part (empty for what a person wrote). They are put into the
    next prompt as they are, since text does not always become the same tokens again.
    """

    kind: PartKind
    text: str = ""
    tokens: tuple[int, ...] = ()


class Statistics(NamedTuple):
    """What an answer cost. Times are in milliseconds."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Tokens of the prompt that did not have to be read again."""
    generated_tokens: int = 0
    first_token_ms: float = 0.0
    """From asking to the first token."""
    generation_ms: float = 0.0
    """From the first token to the last."""
    reasoning_ms: float = 0.0
    """Of it, spent in the reasoning part."""
    begins: int = 0
    """Which message on the way to the answer the model's memory began with; 0: it saw all of them."""
    unseen: int = 0
    """Messages before that one that it did not see."""

    @property
    def tokens_per_second(self) -> float:
        """Writing speed after the first token; 0 where one token or none was written."""
        if self.generated_tokens < 2 or self.generation_ms <= 0:
            return 0.0
        return (self.generated_tokens - 1) * 1000.0 / self.generation_ms


class Message(NamedTuple):
    """One message of a chat. ``id`` grows with time within a database, so it also gives the order."""

    id: int
    chat_id: int
    parent_id: int | None
    role: Role
    parts: tuple[Part, ...]
    status: Status = Status.COMPLETE
    created_at: float = 0.0
    """Seconds since the epoch, for showing only: order comes from ``id``."""
    model_name: str = ""
    """The model that answered, in words for the user; empty for the user's own messages."""
    model_key: str = ""
    """Fingerprint of the model's file: token ids are valid for the same model only."""
    finish_reason: FinishReason | None = None
    statistics: Statistics | None = None
    failure: str = ""
    """Code of the failure that ended this answer (``FailureKind``), or empty."""
    pinned: bool = False
    """Its turn stays in the model's memory when older ones have to go."""

    def text_of(self, kind: PartKind) -> str:
        """The text of all parts of one kind."""
        return "".join(part.text for part in self.parts if part.kind is kind)

    @property
    def text(self) -> str:
        """What the message says, without the reasoning."""
        return self.text_of(PartKind.TEXT)

    @property
    def reasoning(self) -> str:
        """What the model thought before it answered."""
        return self.text_of(PartKind.REASONING)


class Node(NamedTuple):
    """A message without its words: enough to walk the tree."""

    id: int
    parent_id: int | None
    role: Role


class AtLimit(StrEnum):
    """What is done when a chat is longer than the context."""

    DROP = "drop"
    """The model no longer sees the oldest turns."""
    STOP = "stop"
    """Nothing more is answered."""
    SUMMARISE = "summarise"
    """The model writes a note that takes the place of the oldest turns, before they have to go."""


class TitleOrigin(StrEnum):
    """Where a title comes from: a better origin may replace a lesser one, never the other way round."""

    NONE = "none"
    WORDS = "words"
    """The first words of the first message."""
    MODEL = "model"
    USER = "user"


class Chat(NamedTuple):
    """A chat as the list shows it."""

    id: int
    title: str
    title_origin: TitleOrigin = TitleOrigin.NONE
    created_at: float = 0.0
    updated_at: float = 0.0
    pinned: bool = False
    active_leaf: int | None = None
    system_prompt: str = ""
    at_limit: AtLimit = AtLimit.DROP
    folder_id: int | None = None
    """The folder it is in; None: in none."""


class Sampling(NamedTuple):
    """How the next token is chosen."""

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = None
    """None: a new seed each time."""
    max_tokens: int | None = None
    """Limit of new tokens; None: until the model ends or the context is full."""


class SearchHit(NamedTuple):
    """A chat or message that holds the words looked for."""

    chat_id: int
    chat_title: str
    message_id: int | None
    """None: the title itself."""
    snippet: str
    """Plain text around the first find."""
    spans: tuple[tuple[int, int], ...] = ()
    """Start and end of each find within ``snippet``, in characters."""
    updated_at: float = 0.0
