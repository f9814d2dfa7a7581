"""A draft model: a small one that guesses what a large one with the same vocabulary will write.

It has a context of its own, which follows what the large model's main sequence holds. A guess is its likeliest token;
it stops where it is not sure. The large model checks every guess (see ``guessing``), so what it writes stays the same.
"""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import llama_cpp as _llama_cpp

from desktop.domain.choice import OUTPUTS, Choice
from desktop.domain.drafting import DraftTrouble
from desktop.domain.models import LoadOptions
from desktop.engine.failing import Abort
from desktop.engine.parameters import context_parameters, load_mode, model_parameters
from desktop.engine.sequences import Sequences
from desktop.engine.trial import Trial

# The bindings are ctypes: typed for readers, not for checkers.
lib: Any = _llama_cpp

SURE = 0.6
"""The chance of the likeliest token, by the draft's own reckoning, below which it guesses no further."""
BESIDE = 10
"""The likeliest tokens, among which chances are reckoned."""
NEAR = OUTPUTS
"""Tokens that it reads together with guessing: those of one batch."""
PIECE = 64
"""Tokens that it reads at once of what it has not seen: the answer hardly waits for it."""
SMALL = 1 / 4
"""Of the large model's size: what is no larger is hoped to be quick enough."""
MORE_TOKENS = 128
"""So many tokens more or less a vocabulary may have and still be the same: some are filled up to a round number."""
COMPARED = 2000
"""Tokens whose texts are compared."""


class NoDraft(Exception):
    """It cannot guess for this model."""

    def __init__(self, trouble: DraftTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Draft:
    """One draft model, loaded. Not thread-safe."""

    def __init__(self, path: str, options: LoadOptions, choice: Choice, threads: int, model: Any, abort: Abort) -> None:
        """Load it beside ``model``. ``choice`` is its own.

        Raises:
            NoDraft: its file cannot be used, it has no room, or it does not fit the model.
        """
        self._model: Any = None
        self._context: Any = None
        self._sampler: Any = None
        self._sequences: Sequences | None = None
        try:
            self._load(path, options, choice, threads, abort)
            self._compare(model)
        except NoDraft:
            self.close()
            raise
        size = int(lib.llama_model_size(self._model))
        self.trial = Trial(hopeful=size <= int(lib.llama_model_size(model)) * SMALL)
        self._sampler = lib.llama_sampler_init_top_k(BESIDE)
        self._vocab: Any = lib.llama_model_get_vocab(self._model)
        self._words = int(lib.llama_vocab_n_tokens(self._vocab))
        self._common = min(self._words, _count(model))
        self._ids = memoryview(array("i", range(self._words)))
        self._logits = bytearray(4 * self._words)
        self._entries = bytearray(12 * self._words)
        self._candidates = (lib.llama_token_data * self._words).from_buffer(self._entries)

    def close(self) -> None:
        """Free it."""
        if self._sampler is not None:
            lib.llama_sampler_free(self._sampler)
        if self._sequences is not None:
            self._sequences.close()
        if self._context:
            lib.llama_free(self._context)
        if self._model:
            lib.llama_model_free(self._model)
        self._model = self._context = self._sampler = self._sequences = None

    def forget(self) -> None:
        """Hold nothing of any chat."""
        self._held.forget(0)

    def ready(self, tokens: Sequence[int]) -> bool:
        """Whether it has read nearly all of this; if not, it has read a piece more now.

        Raises:
            Aborted, RuntimeFailure: as ``Sequences.read``.
        """
        same = self._held.keep_common(0, tokens)
        unseen = tokens[same:-1]
        if len(unseen) > NEAR:
            started = perf_counter()
            self._held.read(0, self._known(unseen[:PIECE]), lambda _: None, logits=False)
            self.trial.read(perf_counter() - started)
        return len(unseen) <= PIECE

    def guess(self, tokens: Sequence[int], most: int) -> list[int]:
        """What follows ``tokens``: at most so many, fewer where it is not sure or expects the end.

        Raises:
            Aborted, RuntimeFailure: as ``ready``.
        """
        started = perf_counter()
        held, found = self._held, list[int]()
        same = held.keep_common(0, tokens)
        more = self._known(tokens[same:])
        while len(found) < most and held.has_room(0, len(tokens) + len(found) + 1):
            held.read(0, more, lambda _: None)
            token, chance = self._likeliest()
            if chance < SURE or token >= self._common or lib.llama_vocab_is_eog(self._vocab, token):
                break
            found.append(token)
            more = [token]
        self.trial.guessed(perf_counter() - started, len(found))
        return found

    # --- inside

    @property
    def _held(self) -> Sequences:
        assert self._sequences is not None
        return self._sequences

    def _known(self, tokens: Sequence[int]) -> list[int]:
        """What it has no token for (the padding of the larger vocabulary, never written) is read as something else."""
        return [token if token < self._words else 0 for token in tokens]

    def _likeliest(self) -> tuple[int, float]:
        """The likeliest next token, and its chance among the likeliest few."""
        row = lib.llama_get_logits_ith(self._context, -1)
        ctypes.memmove((ctypes.c_char * len(self._logits)).from_buffer(self._logits), row, len(self._logits))
        # Each entry is an id, a logit and a chance, of four bytes each.
        memoryview(self._entries).cast("i")[0::3] = self._ids
        memoryview(self._entries).cast("f")[1::3] = memoryview(self._logits).cast("f")
        data = lib.llama_token_data_array(self._candidates, self._words, -1, False)
        lib.llama_sampler_apply(self._sampler, ctypes.byref(data))
        best = [data.data[index] for index in range(int(data.size))]
        first = max(best, key=lambda each: each.logit)
        return int(first.id), 1 / sum(math.exp(each.logit - first.logit) for each in best)

    def _load(self, path: str, options: LoadOptions, choice: Choice, threads: int, abort: Abort) -> None:
        params = model_parameters(choice)
        params.load_mode = load_mode(options)
        self._model = lib.llama_model_load_from_file(path.encode(), params)
        if not self._model:
            raise NoDraft(DraftTrouble.FILE)
        params = context_parameters(choice)
        params.n_threads = params.n_threads_batch = threads
        params.abort_callback = abort.callback
        params.abort_callback_data = abort.data
        self._context = lib.llama_init_from_model(self._model, params)
        if not self._context:
            raise NoDraft(DraftTrouble.ROOM)
        self._sequences = Sequences(self._model, self._context, choice.batch, abort)
        if self._sequences.needs_checkpoints:
            raise NoDraft(DraftTrouble.MEMORY)

    def _compare(self, model: Any) -> None:
        """See that both models mean the same by their tokens, as llama.cpp's own example of this does."""
        mine, other = lib.llama_model_get_vocab(self._model), lib.llama_model_get_vocab(model)
        counts = _count(self._model), _count(model)
        marks = (lib.llama_vocab_type, lib.llama_vocab_bos, lib.llama_vocab_eos, lib.llama_vocab_get_add_bos)
        same = abs(counts[0] - counts[1]) <= MORE_TOKENS and all(mark(mine) == mark(other) for mark in marks)
        step = max(1, min(counts) // COMPARED)
        text = lib.llama_vocab_get_text
        if not same or any(text(mine, token) != text(other, token) for token in range(0, min(counts), step)):
            raise NoDraft(DraftTrouble.TOKENS)


def _count(model: Any) -> int:
    return int(lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model)))
