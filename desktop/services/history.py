"""A chat's messages as the engine wants them."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.domain.chat import Message, Part, PartKind, Role
from desktop.engine.protocol import PromptMessage, PromptPart

SPOKEN = (PartKind.TEXT, PartKind.REASONING)


def prompt_messages(system_prompt: str, messages: Iterable[Message], model_key: str) -> list[PromptMessage]:
    """The history for ``Generate``. Token ids go along only for answers of this very model."""
    result: list[PromptMessage] = []
    if system_prompt.strip():
        result.append(PromptMessage(Role.SYSTEM, [PromptPart(PartKind.TEXT, system_prompt)]))
    for message in messages:
        same_model = bool(message.model_key) and message.model_key == model_key
        parts = [_part(part, same_model) for part in message.parts if part.kind in SPOKEN]
        result.append(PromptMessage(message.role, parts))
    return result


def _part(part: Part, same_model: bool) -> PromptPart:
    return PromptPart(part.kind, part.text, list(part.tokens) if same_model else [])


class Growing:
    """The parts of an answer while they are written. Text and tokens are joined only when somebody asks."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self._kinds: list[PartKind] = []
        self._texts: list[list[str]] = []
        self._tokens: list[list[int]] = []
        for part in parts:
            self.add(part.kind, part.text, part.tokens)

    def add(self, kind: PartKind, text: str, tokens: Iterable[int]) -> None:
        """Append to the last part, or begin another one where the kind changes."""
        if not self._kinds or self._kinds[-1] is not kind:
            if not text and self._kinds:
                # Tokens without text of their own (the end of a tag) stay with what they follow.
                self._tokens[-1].extend(tokens)
                return
            self._kinds.append(kind)
            self._texts.append([])
            self._tokens.append([])
        if text:
            self._texts[-1].append(text)
        self._tokens[-1].extend(tokens)

    def parts(self) -> tuple[Part, ...]:
        """What there is by now."""
        return tuple(
            Part(kind, "".join(texts), tuple(tokens))
            for kind, texts, tokens in zip(self._kinds, self._texts, self._tokens, strict=True)
        )

    @property
    def kind(self) -> PartKind | None:
        """Kind of the part that is being written."""
        return self._kinds[-1] if self._kinds else None
