"""llama.cpp: a model, its context, and the few operations the engine needs. The only importer of llama_cpp.

Works in tokens and sequences; knows nothing of chats, templates or messages. Not thread-safe: one thread drives it, and
only ``Abort`` may be touched from another.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import llama_cpp as _llama_cpp
import psutil

from desktop.domain.chat import Sampling
from desktop.domain.models import FailureKind, LoadOptions

log = logging.getLogger(__name__)

# The bindings are ctypes: typed for readers, not for checkers.
lib: Any = _llama_cpp

DEFAULT_CONTEXT = 8192
SEQUENCES = 2
RANDOM_SEED = 0xFFFFFFFF
"""What llama.cpp takes for "a new one each time"."""
SMALLEST_STEP = 32
STEP_SECONDS = 0.3
"""A prompt is read in steps of about this long, so that progress moves and Stop needs no luck."""


class RuntimeFailure(Exception):
    """llama.cpp could not do it. ``detail`` is technical."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


class Aborted(Exception):
    """The work was stopped through ``Abort``."""


class Abort:
    """A flag that llama.cpp looks at between the steps of its graph.

    The callback is C's own ``strlen`` on a buffer of ours: 0 (false) while the buffer is empty, 1 (true) once it holds
    one character. A Python callback would be called a thousand times per token and wait for the interpreter each time.
    llama.cpp asks on the processor only, not while a graphics card computes; therefore also the small steps above.
    """

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(2)
        libc = ctypes.cdll.msvcrt if hasattr(ctypes, "windll") else ctypes.CDLL(None)
        self.callback: Any = ctypes.cast(libc.strlen, lib.llama_cpp.ggml_abort_callback)
        self.data = ctypes.cast(self._flag, ctypes.c_void_p)

    def set(self) -> None:
        self._flag[0] = b"x"

    def clear(self) -> None:
        self._flag[0] = b"\0"

    def is_set(self) -> bool:
        return self._flag[0] != b"\0"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the loaded model is."""

    context_length: int
    trained_context: int
    parameters: int
    layers: int
    architecture: str
    threads: int
    template: str


def version() -> str:
    """For people."""
    return f"llama-cpp-python {_llama_cpp.__version__}"


def speak_to(hear: Callable[[int, str], None]) -> object:
    """Send what llama.cpp logs to ``hear(level, text)``. Keep the result: it is the callback's only owner."""

    def heard(level: int, text: bytes, _: object) -> None:
        hear(level, text.decode("utf-8", "replace"))

    callback = lib.llama_log_callback(heard)
    lib.llama_log_set(callback, ctypes.c_void_p(0))
    return callback


class Runtime:
    """One loaded model with one context of two sequences."""

    def __init__(self, path: str, options: LoadOptions, abort: Abort, progress: Callable[[float], None]) -> None:
        """Load the model.

        Raises:
            RuntimeFailure: BAD_FILE or UNSUPPORTED_MODEL when the model does not open, OUT_OF_MEMORY when its context
                does not fit.
            Aborted: ``abort`` was set while loading.
        """
        self._abort = abort
        self._model: Any = None
        self._context: Any = None
        self._batch: Any = None
        lib.llama_backend_init()
        self._load(path, options, progress)
        self._vocab: Any = lib.llama_model_get_vocab(self._model)
        self._vocabulary_size = int(lib.llama_vocab_n_tokens(self._vocab))
        self._make_context(options)
        self._memory: Any = lib.llama_get_memory(self._context)
        self._window = int(lib.llama_model_n_swa(self._model))
        self._stepwise = bool(lib.llama_model_is_recurrent(self._model) or lib.llama_model_is_hybrid(self._model))
        self._tokens: list[list[int]] = [[] for _ in range(SEQUENCES)]
        self._read_speed = 0.0
        self._piece_buffer = ctypes.create_string_buffer(256)
        self._pieces: dict[tuple[int, bool], bytes] = {}

    def close(self) -> None:
        """Free the model and its context."""
        if self._batch is not None:
            lib.llama_batch_free(self._batch)
        if self._context is not None:
            lib.llama_free(self._context)
        if self._model is not None:
            lib.llama_model_free(self._model)
        self._batch = self._context = self._model = None

    # --- facts

    def facts(self) -> ModelFacts:
        architecture = self._metadata("general.architecture")
        return ModelFacts(
            context_length=self.context_length,
            trained_context=int(lib.llama_model_n_ctx_train(self._model)),
            parameters=int(lib.llama_model_n_params(self._model)),
            layers=int(lib.llama_model_n_layer(self._model)),
            architecture=architecture,
            threads=self._threads,
            template=self._metadata("tokenizer.chat_template", 1 << 20),
        )

    @property
    def context_length(self) -> int:
        return int(lib.llama_n_ctx(self._context))

    def special(self, name: str) -> str:
        """Text of the vocabulary's ``bos`` or ``eos`` token, or nothing."""
        token = int(lib.llama_vocab_bos(self._vocab) if name == "bos" else lib.llama_vocab_eos(self._vocab))
        return self.piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    @property
    def begin(self) -> int:
        """The token that begins a text; below 0 where there is none."""
        return int(lib.llama_vocab_bos(self._vocab))

    # --- text and tokens

    def tokenize(self, text: str, *, first: bool, special: bool) -> list[int]:
        """Text as tokens. ``first`` adds what the model wants at the very beginning; ``special`` lets names of control
        tokens in the text become those tokens (for templates, never for what someone wrote)."""
        data = text.encode("utf-8", "surrogatepass")
        size = len(data) + 8
        room = (lib.llama_token * size)()
        count = int(lib.llama_tokenize(self._vocab, data, len(data), room, size, first, special))
        if count < 0:
            room = (lib.llama_token * -count)()
            count = int(lib.llama_tokenize(self._vocab, data, len(data), room, -count, first, special))
        return list(room[:count])

    def piece(self, token: int, *, special: bool = True) -> bytes:
        """The bytes a token stands for; may be part of a character.

        Raises:
            ValueError: the vocabulary has no such token (llama.cpp would abort).
        """
        known = self._pieces.get((token, special))
        if known is not None:
            return known
        if not 0 <= token < self._vocabulary_size:
            raise ValueError("no such token")
        size = len(self._piece_buffer)
        count = int(lib.llama_token_to_piece(self._vocab, token, self._piece_buffer, size, 0, special))
        if count < 0:
            self._piece_buffer = ctypes.create_string_buffer(-count)
            count = int(lib.llama_token_to_piece(self._vocab, token, self._piece_buffer, -count, 0, special))
        piece = self._piece_buffer.raw[:count]
        self._pieces[token, special] = piece
        return piece

    def is_end(self, token: int) -> bool:
        """Whether the model means "I am done" by this token."""
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    def is_control(self, token: int) -> bool:
        return bool(lib.llama_vocab_is_control(self._vocab, token))

    # --- sequences

    def keep_common(self, sequence: int, tokens: Sequence[int]) -> int:
        """Roll the sequence back to what it shares with ``tokens`` and say how many of them need not be read.

        At least one token is always left to read, since the state holds no logits.
        """
        held = self._tokens[sequence]
        same = 0
        limit = min(len(held), len(tokens) - 1)
        while same < limit and held[same] == tokens[same]:
            same += 1
        if same < len(held) and not self._can_roll_back(sequence, same):
            same = 0
        if same < len(held):
            lib.llama_memory_seq_rm(self._memory, sequence, same or -1, -1)
            del held[same:]
        return same

    def read(self, sequence: int, tokens: Sequence[int], progress: Callable[[int], None]) -> None:
        """Append ``tokens`` to the sequence; afterwards a token can be sampled. ``progress`` gets how many were read.

        Raises:
            Aborted: stopped; what was read so far is kept.
            RuntimeFailure: OUT_OF_MEMORY, or no room in the context.
        """
        at = 0
        while at < len(tokens):
            step = self._step(len(tokens) - at)
            started = perf_counter()
            self._decode(sequence, tokens[at : at + step], logits=at + step == len(tokens))
            elapsed = perf_counter() - started
            at += step
            if step >= SMALLEST_STEP and elapsed > 0:
                self._read_speed = step / elapsed
            progress(at)

    def append(self, sequence: int, token: int) -> None:
        """Append one token that was sampled."""
        self._decode(sequence, (token,), logits=True)

    def reads_at_once(self, count: int) -> bool:
        """Whether so many tokens take less than one step, as far as known."""
        return count <= self._read_speed * STEP_SECONDS

    def read_ahead(self, sequence: int, tokens: Sequence[int]) -> None:
        """Read what a prompt will begin with, if that is what the sequence holds and a few tokens more.

        Nothing where a sequence cannot be rolled back: the next prompt may be another one after all.

        Raises:
            Aborted: stopped; what was read so far is kept.
            RuntimeFailure: as ``read``.
        """
        held = self._tokens[sequence]
        more = tokens[len(held) :]
        if self._stepwise or self._window > 0 or len(more) > SMALLEST_STEP or list(tokens[: len(held)]) != held:
            return
        if more and sum(map(len, self._tokens)) + len(more) < self.context_length:
            self._decode(sequence, more, logits=False)

    def has_room(self, sequence: int, keep: int) -> bool:
        """Whether a sequence of ``keep`` tokens fits beside the others."""
        others = sum(len(tokens) for other, tokens in enumerate(self._tokens) if other != sequence)
        return others + keep <= self.context_length

    def make_room(self, sequence: int, keep: int) -> None:
        """Forget every other sequence when one of ``keep`` tokens would not fit beside them."""
        if self.has_room(sequence, keep):
            return
        for other in range(SEQUENCES):
            if other != sequence:
                self.forget(other)

    def forget(self, sequence: int) -> None:
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        self._tokens[sequence].clear()

    def held(self, sequence: int) -> int:
        """Tokens of the sequence that are in the KV cache."""
        return len(self._tokens[sequence])

    # --- sampling

    def sampler(self, sampling: Sampling) -> Any:
        """A chain of samplers; free it with ``free_sampler``."""
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        add = lib.llama_sampler_chain_add
        if sampling.repeat_penalty != 1.0:
            add(chain, lib.llama_sampler_init_penalties(self._vocabulary_size, 64, sampling.repeat_penalty, 0.0, 0.0))
        if sampling.temperature <= 0:
            add(chain, lib.llama_sampler_init_greedy())
            return chain
        add(chain, lib.llama_sampler_init_top_k(sampling.top_k))
        add(chain, lib.llama_sampler_init_top_p(sampling.top_p, 1))
        add(chain, lib.llama_sampler_init_min_p(sampling.min_p, 1))
        add(chain, lib.llama_sampler_init_temp(sampling.temperature))
        add(chain, lib.llama_sampler_init_dist(RANDOM_SEED if sampling.seed is None else sampling.seed % RANDOM_SEED))
        return chain

    def sample(self, chain: Any) -> int:
        return int(lib.llama_sampler_sample(chain, self._context, -1))

    def free_sampler(self, chain: Any) -> None:
        lib.llama_sampler_free(chain)

    # --- inside

    def _load(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> None:
        params = lib.llama_model_default_params()
        params.n_gpu_layers = options.gpu_layers

        def on_progress(fraction: float, _: object) -> bool:
            progress(fraction)
            return not self._abort.is_set()

        callback = lib.llama_progress_callback(on_progress)
        params.progress_callback = callback
        self._model = lib.llama_model_load_from_file(path.encode(), params)
        if not self._model:
            if self._abort.is_set():
                raise Aborted
            raise RuntimeFailure(FailureKind.UNSUPPORTED_MODEL)

    def _make_context(self, options: LoadOptions) -> None:
        trained = int(lib.llama_model_n_ctx_train(self._model))
        length = options.context_length or min(trained or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
        self._threads = options.threads or psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
        self._largest_step = max(SMALLEST_STEP, options.batch)
        params = lib.llama_context_default_params()
        params.n_ctx = length
        params.n_batch = params.n_ubatch = self._largest_step
        params.n_seq_max = SEQUENCES
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = self._threads
        params.abort_callback = self._abort.callback
        params.abort_callback_data = self._abort.data
        self._context = lib.llama_init_from_model(self._model, params)
        if not self._context:
            raise RuntimeFailure(FailureKind.OUT_OF_MEMORY)
        self._batch = lib.llama_batch_init(self._largest_step, 0, 1)

    def _metadata(self, key: str, size: int = 256) -> str:
        buffer = ctypes.create_string_buffer(size)
        count = int(lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size))
        return buffer.value.decode("utf-8", "replace") if count >= 0 else ""

    def _can_roll_back(self, sequence: int, keep: int) -> bool:
        if self._stepwise:
            return False
        if self._window <= 0 or keep == 0:
            return True
        # A window that has moved on has forgotten what the tokens after ``keep`` would need to see.
        first = int(lib.llama_memory_seq_pos_min(self._memory, sequence))
        return first <= 0 or first < keep - self._window

    def _step(self, left: int) -> int:
        if not self._read_speed:
            return min(left, self._largest_step, 256)
        step = int(self._read_speed * STEP_SECONDS) // SMALLEST_STEP * SMALLEST_STEP
        return min(left, max(SMALLEST_STEP, min(step, self._largest_step)))

    def _decode(self, sequence: int, tokens: Sequence[int], *, logits: bool) -> None:
        if self._abort.is_set():
            raise Aborted
        batch, held = self._batch, self._tokens[sequence]
        start, last = len(held), len(tokens) - 1
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = start + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = logits and index == last
        result = int(lib.llama_decode(self._context, batch))
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
