"""A history as tokens: the chat template around it, and what the model wrote spliced in as the very tokens it wrote.

Text does not always become the same tokens again. An answer that is tokenised anew would push the rest of the chat out
of the prompt cache, so the template is rendered with placeholders, and answers whose tokens are known take their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.domain.chat import PartKind, Role
from desktop.engine.protocol import PromptMessage, PromptPart
from desktop.engine.templates import Template

# Private-use characters: no template looks for them, and none trims them away.
_OPEN, _CLOSE = "\uf8d0", "\uf8d1"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


class Vocabulary(Protocol):
    """What of the runtime is needed here."""

    @property
    def begin(self) -> int: ...
    def tokenize(self, text: str, *, first: bool, special: bool) -> list[int]: ...
    def piece(self, token: int, *, special: bool = True) -> bytes: ...
    def is_control(self, token: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to be read. ``ending`` is the text that the template put last."""

    tokens: list[int]
    ending: str


def build(template: Template, vocabulary: Vocabulary, messages: Sequence[PromptMessage]) -> Prompt:
    """The prompt for answering the last message, or for carrying on with it if it is the assistant's.

    Raises:
        BadTemplate: the template fails.
    """
    unfinished: PromptMessage | None = None
    if messages and messages[-1].role is Role.ASSISTANT:
        unfinished, messages = messages[-1], messages[:-1]
    places: list[PromptMessage] = []
    rendered = template.render([_with_place(message, vocabulary, places) for message in messages], answer=True)
    tokens = _tokenized(rendered, places, vocabulary)
    if unfinished is not None:
        for part in unfinished.parts:
            tokens += _tokens_of(part.text, part.tokens, vocabulary)
    return Prompt(tokens, rendered[-200:])


def beginning(template: Template, vocabulary: Vocabulary, messages: Sequence[PromptMessage]) -> list[int]:
    """What the prompt begins with when the user says something after these messages, whatever that is.

    Raises:
        BadTemplate: the template fails.
    """
    places: list[PromptMessage] = []
    known = [_with_place(message, vocabulary, places) for message in messages]
    question = f"{_OPEN}{len(places)}{_CLOSE}"
    rendered = template.render([*known, {"role": Role.USER.value, "content": question}], answer=True)
    return _tokenized(rendered.partition(question)[0], places, vocabulary)


def before_answer(template: Template, vocabulary: Vocabulary, messages: Sequence[PromptMessage], built: Prompt) -> int:
    """Tokens of a prompt before the template begins the answer.

    Raises:
        BadTemplate: the template fails.
    """
    if messages and messages[-1].role is Role.ASSISTANT:
        messages = messages[:-1]
    places: list[PromptMessage] = []
    known = [_with_place(message, vocabulary, places) for message in messages]
    tokens = _tokenized(template.render(known, answer=False), places, vocabulary)
    return _common(tokens, built.tokens)


def so_far(template: Template, vocabulary: Vocabulary, messages: Sequence[PromptMessage]) -> list[int]:
    """What the prompt begins with however the last message, the user's, goes on.

    Raises:
        BadTemplate: the template fails.
    """
    *earlier, last = messages
    more = PromptMessage(last.role, [*last.parts, PromptPart(PartKind.TEXT, " …")])
    tokens = build(template, vocabulary, messages).tokens
    same = _common(tokens, build(template, vocabulary, [*earlier, more]).tokens)
    # The last word may become another one by its next letter.
    return tokens[: max(0, same - 1)]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two prompts have in common from their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _tokenized(rendered: str, places: Sequence[PromptMessage], vocabulary: Vocabulary) -> list[int]:
    """What a template made, with the messages in their places."""
    tokens: list[int] = []
    for index, piece in enumerate(_PLACE.split(rendered)):
        if index % 2:
            tokens += _content(places[int(piece)], vocabulary)
        elif piece:
            tokens += vocabulary.tokenize(piece, first=not tokens, special=True)
    if len(tokens) > 1 and tokens[0] == tokens[1] == vocabulary.begin:
        del tokens[0]
    return tokens


def _with_place(message: PromptMessage, vocabulary: Vocabulary, places: list[PromptMessage]) -> dict[str, str]:
    """The message for the template: its text, or a placeholder where the text must not be tokenised as it stands."""
    text = _said(message)
    keep = bool(_answer_tokens(message)) if message.role is Role.ASSISTANT else _names_control(text, vocabulary)
    if keep or _OPEN in text or _CLOSE in text:
        places.append(message)
        text = f"{_OPEN}{len(places) - 1}{_CLOSE}"
    return {"role": message.role.value, "content": text}


def _content(message: PromptMessage, vocabulary: Vocabulary) -> list[int]:
    text = _said(message)
    if message.role is Role.ASSISTANT:
        return _tokens_of(text, _answer_tokens(message), vocabulary)
    return vocabulary.tokenize(text, first=False, special=False)


def _tokens_of(text: str, tokens: Sequence[int], vocabulary: Vocabulary) -> list[int]:
    """The tokens that were written, if they still spell the text: an edit or another model makes them worthless."""
    if tokens and _spelled(tokens, vocabulary).strip() == text.strip():
        return list(tokens)
    if tokens and text.strip() and text.strip() in _spelled(tokens, vocabulary):
        # The tags around reasoning are tokens of their own and no part of its text.
        return list(tokens)
    return vocabulary.tokenize(text, first=False, special=False)


def _spelled(tokens: Iterable[int], vocabulary: Vocabulary) -> str:
    try:
        return b"".join(vocabulary.piece(token) for token in tokens).decode("utf-8", "replace")
    except (ValueError, OverflowError):
        return ""


def _said(message: PromptMessage) -> str:
    return "".join(part.text for part in message.parts if part.kind is PartKind.TEXT)


def _answer_tokens(message: PromptMessage) -> list[int]:
    return [token for part in message.parts if part.kind is PartKind.TEXT for token in part.tokens]


def _names_control(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the text holds the name of a control token, which must stay text and not become that token."""
    if "<" not in text and "[" not in text:
        return False
    return any(vocabulary.is_control(token) for token in vocabulary.tokenize(text, first=False, special=True))
