"""What the sequences of a context hold, token for token, and how they are brought to hold something else.

A sequence is the state of one conversation in llama.cpp's memory: a KV cache, a recurrent state, or both. Most models
can be rolled back to any token. A sliding window forgets what it has left behind, and a recurrent state cannot go back
at all (``llama_memory_seq_rm`` says True all the same): those go back to a checkpoint, a copy of the part of the state
that cannot be rolled back.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Container, Sequence
from time import perf_counter
from typing import Any, NamedTuple

import llama_cpp as _llama_cpp

from desktop.domain.models import FailureKind
from desktop.engine.failing import Abort, Aborted, RuntimeFailure

# The bindings are ctypes: typed for readers, not for checkers.
lib: Any = _llama_cpp

SEQUENCES = 2
"""As ``domain.choice`` has it."""
SMALLEST_STEP = 32
STEP_SECONDS = 0.3
"""A prompt is read in steps of about this long, so that progress moves and Stop needs no luck."""
CHECKPOINTS = 3
"""Copies of the part that cannot be rolled back that one sequence keeps; the newest stay."""


class Checkpoint(NamedTuple):
    """The part of a state that cannot be rolled back, as it was after ``length`` tokens."""

    length: int
    state: bytearray


class Snapshot(NamedTuple):
    """A sequence's whole state. Good only for the same model, the same options and the same llama.cpp."""

    tokens: list[int]
    state: bytearray
    checkpoints: list[Checkpoint]

    @property
    def size(self) -> int:
        """Bytes, nearly all of it the state."""
        return len(self.state) + sum(len(checkpoint.state) for checkpoint in self.checkpoints)


class Sequences:
    """The sequences of one context. Not thread-safe."""

    def __init__(self, model: Any, context: Any, largest_step: int, abort: Abort) -> None:
        self._context = context
        self._memory: Any = lib.llama_get_memory(context)
        self._abort = abort
        self._largest_step = largest_step
        self._batch: Any = lib.llama_batch_init(largest_step, 0, 1)
        self._window = int(lib.llama_model_n_swa(model))
        self._stepwise = bool(lib.llama_model_is_recurrent(model) or lib.llama_model_is_hybrid(model))
        self._tokens: list[list[int]] = [[] for _ in range(SEQUENCES)]
        self._checkpoints: list[list[Checkpoint]] = [[] for _ in range(SEQUENCES)]
        self._reads = [0] * SEQUENCES
        self._read_speed = 0.0

    def close(self) -> None:
        lib.llama_batch_free(self._batch)

    # --- what they hold

    @property
    def context_length(self) -> int:
        """Tokens that all sequences together have room for."""
        return int(lib.llama_n_ctx(self._context))

    @property
    def needs_checkpoints(self) -> bool:
        """Whether this model cannot be rolled back to any token."""
        return self._stepwise or self._window > 0

    def tokens(self, sequence: int) -> list[int]:
        """What the sequence holds."""
        return list(self._tokens[sequence])

    def held(self, sequence: int) -> int:
        """Tokens that the sequence holds."""
        return len(self._tokens[sequence])

    def reads(self, sequence: int) -> int:
        """How often something was read into the sequence: the same number means the same content, or less of it."""
        return self._reads[sequence]

    def begins_with(self, sequence: int, tokens: Sequence[int]) -> bool:
        """Whether what the sequence holds begins with these tokens."""
        return self._tokens[sequence][: len(tokens)] == list(tokens)

    def is_beginning_of(self, sequence: int, tokens: Sequence[int]) -> bool:
        """Whether these tokens begin with what the sequence holds."""
        held = self._tokens[sequence]
        return list(tokens[: len(held)]) == held

    def forget(self, sequence: int) -> None:
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        self._tokens[sequence].clear()
        self._checkpoints[sequence].clear()

    def has_room(self, sequence: int, keep: int) -> bool:
        """Whether ``keep`` tokens of one sequence fit beside the others."""
        return keep + sum(map(self.held, self._others(sequence))) <= self.context_length

    def make_room(self, sequence: int, keep: int) -> None:
        """Forget every other sequence when ``keep`` tokens of this one would not fit beside them."""
        if not self.has_room(sequence, keep):
            for other in self._others(sequence):
                self.forget(other)

    # --- reading

    def keep_common(self, sequence: int, tokens: Sequence[int]) -> int:
        """Roll the sequence back to what it shares with ``tokens`` and say how many of them need not be read.

        At least one token is always left to read, since the state holds no logits.
        """
        held = self._tokens[sequence]
        same = min(_shared(held, tokens), len(tokens) - 1)
        if same == len(held):
            return same
        if not self._can_roll_back(sequence, same):
            return self._back_to_checkpoint(sequence, same)
        lib.llama_memory_seq_rm(self._memory, sequence, same or -1, -1)
        self._cut(sequence, same)
        return same

    def read(
        self, sequence: int, tokens: Sequence[int], progress: Callable[[int], None], *, logits: bool = True
    ) -> None:
        """Append ``tokens`` to the sequence; afterwards, with ``logits``, a token can be sampled. ``progress`` gets how
        many were read.

        Raises:
            Aborted: stopped; what was read so far is kept.
            RuntimeFailure: OUT_OF_MEMORY, or no room in the context.
        """
        at = 0
        while at < len(tokens):
            step = self._step(len(tokens) - at)
            started = perf_counter()
            last = logits and at + step == len(tokens)
            self._decode(sequence, tokens[at : at + step], rows=(step - 1,) if last else ())
            # A graphics card computes on after llama.cpp has returned: its time counts too.
            lib.llama_synchronize(self._context)
            elapsed = perf_counter() - started
            at += step
            if step >= SMALLEST_STEP and elapsed > 0:
                self._read_speed = step / elapsed
            progress(at)

    def read_ahead(self, sequence: int, tokens: Sequence[int]) -> int:
        """Read what a prompt will begin with, so that less is left to read then; how many tokens that took.

        Leaves the others alone: nothing is read that has no room beside them.

        Raises:
            Aborted, RuntimeFailure: as ``read``.
        """
        if self.begins_with(sequence, tokens) or not self.has_room(sequence, len(tokens) + 1):
            return 0
        # A place to come back to, should the prompt begin otherwise after all.
        self.checkpoint(sequence)
        same = self.keep_common(sequence, tokens)
        self.read(sequence, tokens[same:], lambda _: None, logits=False)
        return len(tokens) - same

    def append(self, sequence: int, *tokens: int) -> None:
        """Append a token that was sampled, and guesses of what follows it; each one's row has its logits.

        Raises:
            Aborted, RuntimeFailure: as ``read``.
        """
        self._decode(sequence, tokens, rows=range(len(tokens)))

    def take_back(self, sequence: int, count: int) -> None:
        """Hold so many tokens less, of those that were appended last. Only where no checkpoints are needed."""
        keep = self.held(sequence) - count
        lib.llama_memory_seq_rm(self._memory, sequence, keep or -1, -1)
        self._cut(sequence, keep)

    def wait(self) -> None:
        """Until everything is computed: a graphics card may still be at it when ``read`` and ``append`` return."""
        lib.llama_synchronize(self._context)

    def reads_at_once(self, count: int) -> bool:
        """Whether so many tokens take less than one step, as far as known."""
        return count <= self._read_speed * STEP_SECONDS

    # --- checkpoints and snapshots

    def checkpoint(self, sequence: int) -> None:
        """Make this a place that the sequence can come back to, where it could not otherwise."""
        length, kept = self.held(sequence), self._checkpoints[sequence]
        if self.needs_checkpoints and length and not any(checkpoint.length == length for checkpoint in kept):
            kept.append(Checkpoint(length, self._state(sequence, lib.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)))
            del kept[:-CHECKPOINTS]

    def take(self, sequence: int) -> Snapshot:
        """A copy of the sequence's state. Takes as much memory again."""
        state = self._state(sequence, lib.LLAMA_STATE_SEQ_FLAGS_NONE)
        return Snapshot(list(self._tokens[sequence]), state, list(self._checkpoints[sequence]))

    def put(self, sequence: int, snapshot: Snapshot) -> bool:
        """Bring a sequence to hold what it held when ``take`` was called; False (and nothing held) if that fails."""
        self.forget(sequence)
        self.make_room(sequence, len(snapshot.tokens))
        if not self._set_state(sequence, snapshot.state, lib.LLAMA_STATE_SEQ_FLAGS_NONE):
            return False
        if int(lib.llama_memory_seq_pos_max(self._memory, sequence)) + 1 != len(snapshot.tokens):
            self.forget(sequence)
            return False
        self._reads[sequence] += 1
        self._tokens[sequence] = list(snapshot.tokens)
        self._checkpoints[sequence] = list(snapshot.checkpoints)
        return True

    def size(self, sequence: int) -> int:
        """Bytes that a snapshot would take."""
        whole = int(lib.llama_state_seq_get_size_ext(self._context, sequence, lib.LLAMA_STATE_SEQ_FLAGS_NONE))
        return whole + sum(len(checkpoint.state) for checkpoint in self._checkpoints[sequence])

    # --- inside

    def _others(self, sequence: int) -> list[int]:
        return [other for other in range(SEQUENCES) if other != sequence]

    def _state(self, sequence: int, flags: int) -> bytearray:
        size = int(lib.llama_state_seq_get_size_ext(self._context, sequence, flags))
        state = bytearray(size)
        written = int(lib.llama_state_seq_get_data_ext(self._context, _bytes_of(state), size, sequence, flags))
        del state[written:]
        return state

    def _set_state(self, sequence: int, state: bytearray, flags: int) -> bool:
        read = int(
            lib.llama_state_seq_set_data_ext(self._context, _bytes_of(state), len(state), sequence, flags)
            if state
            else 0
        )
        if read != len(state) or not read:
            self.forget(sequence)
            return False
        return True

    def _can_roll_back(self, sequence: int, keep: int) -> bool:
        if self._stepwise:
            return keep == 0
        if self._window <= 0 or keep == 0:
            return True
        # A window that has moved on has forgotten what the tokens after ``keep`` would need to see.
        first = int(lib.llama_memory_seq_pos_min(self._memory, sequence))
        return first <= 0 or first < keep - self._window

    def _back_to_checkpoint(self, sequence: int, most: int) -> int:
        """Go back to the newest checkpoint of at most so many tokens; what is held then."""
        usable = [checkpoint for checkpoint in self._checkpoints[sequence] if checkpoint.length <= most]
        if not usable:
            self.forget(sequence)
            return 0
        length, state = usable[-1]
        if not self._set_state(sequence, state, lib.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY):
            return 0
        if not lib.llama_memory_seq_rm(self._memory, sequence, length, -1):
            self.forget(sequence)
            return 0
        self._cut(sequence, length)
        return length

    def _cut(self, sequence: int, length: int) -> None:
        del self._tokens[sequence][length:]
        kept = self._checkpoints[sequence]
        kept[:] = [checkpoint for checkpoint in kept if checkpoint.length <= length]

    def _step(self, left: int) -> int:
        if not self._read_speed:
            return min(left, self._largest_step, 256)
        step = int(self._read_speed * STEP_SECONDS) // SMALLEST_STEP * SMALLEST_STEP
        return min(left, max(SMALLEST_STEP, min(step, self._largest_step)))

    def _decode(self, sequence: int, tokens: Sequence[int], *, rows: Container[int]) -> None:
        """``rows``: of which of these tokens there will be logits."""
        if self._abort.is_set():
            raise Aborted
        batch, held = self._batch, self._tokens[sequence]
        start = len(held)
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = start + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = index in rows
        result = int(lib.llama_decode(self._context, batch))
        self._reads[sequence] += 1
        if result == 0:
            held.extend(tokens)
            return
        # Part of the batch may be in the cache: believe the cache, not the plan.
        reached = int(lib.llama_memory_seq_pos_max(self._memory, sequence)) + 1
        if self._stepwise or reached < start:
            self.forget(sequence)
        else:
            held.extend(tokens[: reached - start])
        if result == 2:
            raise Aborted
        if result == 1:
            raise RuntimeFailure(FailureKind.TOO_LONG, "no room in the KV cache")
        raise RuntimeFailure(FailureKind.OUT_OF_MEMORY, f"llama_decode: {result}")


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with. Halves what is left each time: slices are compared much faster than tokens."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _bytes_of(state: bytearray) -> Any:
    return (ctypes.c_uint8 * len(state)).from_buffer(state)
