"""The states of several chats in one engine: the one in use in llama.cpp's memory, recent ones beside it as copies.

What the copies may take is capped; the one not used for the longest time goes first. The app keeps what outlives the
engine, encrypted, on disk: ``pack`` and ``unpack`` are for it. A state is used for as far as its tokens are those of
the prompt, so a copy that is out of date costs time and never a wrong word.
"""

from __future__ import annotations

import json
import struct
from collections import OrderedDict
from collections.abc import Generator, Iterable
from contextlib import contextmanager

import psutil

from desktop.engine.protocol import MAIN_SEQUENCE, NO_CHAT
from desktop.engine.sequences import SEQUENCES, Checkpoint, Sequences, Snapshot

WORTHWHILE = 64
"""Tokens below which reading again is as quick as keeping."""
MOST_BYTES = 2 << 30
OF_FREE_MEMORY = 0.25
_HEAD = struct.Struct("<I")


class PromptCache:
    """The chats whose state is at hand."""

    def __init__(self, sequences: Sequences, most_bytes: int | None = None) -> None:
        self._sequences = sequences
        self._most = most_bytes
        self._kept: OrderedDict[int, Snapshot] = OrderedDict()
        self.current = NO_CHAT
        """The chat that the main sequence is to be about next."""
        self._left: tuple[int, int] = (NO_CHAT, -1)
        """The chat whose words it still holds, until something else is read (``Sequences.reads``)."""

    def chats(self) -> list[int]:
        """Those that need not be read again."""
        here = self.current if self._is_worthwhile() else NO_CHAT
        return [chat for chat in (here, *self._kept) if chat != NO_CHAT]

    def open(self, chat: int) -> None:
        """Bring the main sequence to what is known of this chat. Where nothing is, it stays as it is: another chat
        may begin with the same system prompt."""
        if chat == self.current:
            return
        self._set_aside()
        left = self._left[0] if self._is_of_another() else self.current
        self.current = chat
        snapshot = self._kept.pop(chat, None)
        if snapshot is None or not self._sequences.put(MAIN_SEQUENCE, snapshot):
            self._left = (left, self._sequences.reads(MAIN_SEQUENCE))

    def take(self, chat: int) -> Snapshot | None:
        """A copy of what is known of a chat; None if that is not worth keeping."""
        if chat != NO_CHAT and chat == self.current:
            return self._copy()
        return self._kept.get(chat)

    def put(self, chat: int, snapshot: Snapshot) -> None:
        """Open a chat with a state from elsewhere, unless more of it is known here."""
        self.open(chat)
        if self._sequences.held(MAIN_SEQUENCE) < len(snapshot.tokens) or not self._is_about(snapshot):
            self._sequences.put(MAIN_SEQUENCE, snapshot)

    def forget(self, chat: int) -> None:
        """Nothing of this chat is to stay."""
        self._kept.pop(chat, None)
        if chat == (self._left[0] if self._is_of_another() else self.current):
            self._sequences.forget(MAIN_SEQUENCE)
        if chat == self.current:
            self.current = NO_CHAT

    @contextmanager
    def lent(self) -> Generator[None]:
        """Inside, the sequences are empty and somebody else's. Afterwards the main one holds what it held before, if
        there was room to keep that."""
        chat = self.current
        self.open(NO_CHAT)
        self._empty()
        try:
            yield
        finally:
            self._empty()
            self.open(chat)

    def _empty(self) -> None:
        for sequence in range(SEQUENCES):
            self._sequences.forget(sequence)

    def _is_about(self, snapshot: Snapshot) -> bool:
        return self._sequences.begins_with(MAIN_SEQUENCE, snapshot.tokens)

    def _is_of_another(self) -> bool:
        """Whether the main sequence holds the words of a chat that was left, and none of the current one yet."""
        return self._left[1] == self._sequences.reads(MAIN_SEQUENCE)

    def _is_worthwhile(self) -> bool:
        return not self._is_of_another() and self._sequences.held(MAIN_SEQUENCE) >= WORTHWHILE

    def _copy(self) -> Snapshot | None:
        return self._sequences.take(MAIN_SEQUENCE) if self._is_worthwhile() else None

    def _set_aside(self) -> None:
        if self.current == NO_CHAT:
            return
        # As much memory again as the state takes: not where that would be the last of it.
        room = self._room()
        if self._sequences.size(MAIN_SEQUENCE) > room:
            return
        snapshot = self._copy()
        if snapshot is None:
            return
        self._kept[self.current] = snapshot
        while sum(kept.size for kept in self._kept.values()) > room:
            self._kept.popitem(last=False)

    def _room(self) -> int:
        """Bytes that all copies together may take."""
        if self._most is not None:
            return self._most
        taken = sum(kept.size for kept in self._kept.values())
        return min(MOST_BYTES, int((psutil.virtual_memory().available + taken) * OF_FREE_MEMORY))


def pack(snapshot: Snapshot) -> Generator[bytes | bytearray]:
    """A snapshot as bytes, in pieces."""
    head = {
        "tokens": snapshot.tokens,
        "state": len(snapshot.state),
        "checkpoints": [(checkpoint.length, len(checkpoint.state)) for checkpoint in snapshot.checkpoints],
    }
    text = json.dumps(head, separators=(",", ":")).encode()
    yield _HEAD.pack(len(text))
    yield text
    yield snapshot.state
    for checkpoint in snapshot.checkpoints:
        yield checkpoint.state


def unpack(pieces: Iterable[bytes | bytearray]) -> Snapshot | None:
    """The snapshot that was packed; None if these are not its bytes. Takes all there are."""
    data = bytearray()
    for piece in pieces:
        data += piece
    try:
        (length,) = _HEAD.unpack_from(data)
        head = json.loads(data[_HEAD.size : _HEAD.size + length])
        at = _HEAD.size + length
        view = memoryview(data)
        state = bytearray(view[at : at + head["state"]])
        at += head["state"]
        checkpoints: list[Checkpoint] = []
        for tokens, size in head["checkpoints"]:
            checkpoints.append(Checkpoint(int(tokens), bytearray(view[at : at + size])))
            at += size
        if at != len(data):
            return None
        return Snapshot([int(token) for token in head["tokens"]], state, checkpoints)
    except (struct.error, ValueError, KeyError, TypeError, IndexError):
        return None
