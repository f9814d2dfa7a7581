"""Tells what a model thinks from what it answers, while the text is still arriving.

Reasoning models wrap their thoughts in tags. An opening tag counts only at the beginning of the answer, so that a text
*about* such tags stays a text. Part of a possible tag is held back until it is sure what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.domain.chat import PartKind


@dataclass(frozen=True, slots=True)
class Tags:
    """How one family of models marks its reasoning."""

    opening: str
    closing: str
    answer: str = ""
    """What stands between the reasoning and the answer, if anything."""


FAMILIES = (
    Tags("<think>", "</think>"),
    Tags("<thinking>", "</thinking>"),
    Tags("<reasoning>", "</reasoning>"),
    Tags("<thought>", "</thought>"),
    Tags("<seed:think>", "</seed:think>"),
    Tags("[THINK]", "[/THINK]"),
    Tags("<|START_THINKING|>", "<|END_THINKING|>"),
    Tags("<|inner_prefix|>", "<|inner_suffix|>"),
    Tags("<|channel|>analysis<|message|>", "<|end|>", "<|start|>assistant<|channel|>final<|message|>"),
    Tags("<|channel|>final<|message|>", "", ""),
)


def open_at_end(prompt: str) -> Tags | None:
    """The family whose opening tag ends the prompt (some templates write it for the model), if any."""
    tail = prompt.rstrip()
    return next((tags for tags in FAMILIES if tags.closing and tail.endswith(tags.opening)), None)


class Splitter:
    """Feed it text; it gives back pieces with their kind. ``kind`` is what the next text will be."""

    def __init__(self, inside: Tags | None = None, *, started: bool = False) -> None:
        """``inside``: the reasoning is open already. ``started``: the answer is, so no opening tag may follow."""
        self._tags = inside
        self._held = ""
        self._may_open = inside is None and not started
        self._skip = ""
        self._trim = inside is not None

    @property
    def kind(self) -> PartKind:
        return PartKind.REASONING if self._tags else PartKind.TEXT

    @property
    def tags(self) -> Tags | None:
        """The tags that are open."""
        return self._tags

    @property
    def holding(self) -> bool:
        """Whether text is held back because it may be part of a tag."""
        return bool(self._held)

    def feed(self, text: str) -> Iterator[tuple[PartKind, str]]:
        """Text as it comes; pieces that are sure, in order."""
        self._held += text
        while self._held:
            before = (self._held, self._tags, self._may_open, self._skip)
            yield from self._advance()
            if (self._held, self._tags, self._may_open, self._skip) == before:
                return

    def finish(self) -> Iterator[tuple[PartKind, str]]:
        """The end: what was held back is text after all."""
        if self._held:
            yield self.kind, self._held
            self._held = ""

    def _advance(self) -> Iterator[tuple[PartKind, str]]:
        if self._trim:
            self._held = self._held.lstrip()
            if not self._held:
                return
            if self._skip:
                if self._skip.startswith(self._held) and self._held != self._skip:
                    return
                rest = self._held.removeprefix(self._skip)
                self._skip = ""
                self._held = rest.lstrip()
                if not self._held:
                    return
            self._trim = False
        if self._tags:
            yield from self._inside(self._tags)
        elif self._may_open:
            yield from self._beginning()
        else:
            yield PartKind.TEXT, self._held
            self._held = ""

    def _beginning(self) -> Iterator[tuple[PartKind, str]]:
        start = self._held.lstrip()
        for tags in FAMILIES:
            if start.startswith(tags.opening):
                self._held = start[len(tags.opening) :]
                self._may_open, self._trim = False, True
                self._tags = tags if tags.closing else None
                return
        if not start or any(tags.opening.startswith(start) for tags in FAMILIES):
            return
        self._may_open = False
        yield PartKind.TEXT, self._held
        self._held = ""

    def _inside(self, tags: Tags) -> Iterator[tuple[PartKind, str]]:
        text, found, rest = self._held.partition(tags.closing)
        if found:
            self._held, self._tags, self._skip, self._trim = rest, None, tags.answer, True
            if text := text.rstrip():
                yield PartKind.REASONING, text
            return
        # Hold back the longest end that could become the closing tag, and white space before it.
        keep = next((n for n in range(len(tags.closing) - 1, 0, -1) if text.endswith(tags.closing[:n])), 0)
        sure = text[: len(text) - keep].rstrip()
        if sure:
            yield PartKind.REASONING, sure
            self._held = text[len(sure) :]
