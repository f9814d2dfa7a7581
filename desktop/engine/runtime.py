"""llama.cpp: a model, its context, and the few operations the engine needs.

Works in tokens; what the context holds is the business of ``sequences``. Knows nothing of chats, templates or
messages. Not thread-safe: one thread drives it, and only ``Abort`` may be touched from another.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp as _llama_cpp
import psutil

from desktop.domain import gguf
from desktop.domain.chat import Sampling
from desktop.domain.choice import Choice, choice_of
from desktop.domain.drafting import DraftTrouble
from desktop.domain.gguf import Header
from desktop.domain.models import FailureKind, LoadOptions
from desktop.engine.draft import Draft, NoDraft
from desktop.engine.failing import Abort, Aborted, RuntimeFailure
from desktop.engine.guessing import Pace
from desktop.engine.parameters import context_parameters, load_mode, model_parameters
from desktop.engine.sequences import Sequences

log = logging.getLogger(__name__)

# The bindings are ctypes: typed for readers, not for checkers.
lib: Any = _llama_cpp

RANDOM_SEED = 0xFFFFFFFF
"""What llama.cpp takes for "a new one each time"."""


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

    def __init__(
        self,
        path: str,
        options: LoadOptions,
        abort: Abort,
        progress: Callable[[float], None],
        header: Header | None = None,
    ) -> None:
        """Load the model. ``header``: the file's head, where somebody has read it already.

        Raises:
            RuntimeFailure: BAD_FILE or UNSUPPORTED_MODEL when the model does not open, OUT_OF_MEMORY when its context
                does not fit.
            Aborted: ``abort`` was set while loading.
        """
        self._abort = abort
        self._options = options
        self._choice = choice_of(header or gguf.read_model(Path(path)), options)
        self._model: Any = None
        self._context: Any = None
        lib.llama_backend_init()
        self._load(path, options, progress)
        self._vocab: Any = lib.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(lib.llama_vocab_n_tokens(self._vocab))
        """Tokens that the model knows, from 0 on."""
        self._make_context(options)
        self.sequences = Sequences(self._model, self._context, self._choice.batch, abort)
        self.pace = Pace()
        self.draft: Draft | None = None
        """A small model that guesses ahead in the main sequence."""
        self._piece_buffer = ctypes.create_string_buffer(256)
        self._pieces: dict[tuple[int, bool], bytes] = {}

    def take_draft(self, path: str, choice: Choice) -> None:
        """Have a draft model guess ahead, loaded as ``choice`` says.

        Raises:
            NoDraft: it cannot.
        """
        if self.sequences.needs_checkpoints:
            raise NoDraft(DraftTrouble.MEMORY)
        self.draft = Draft(path, self._options, choice, self._threads, self._model, self._abort)

    def close(self) -> None:
        """Free the model and its context, and the draft's."""
        if self.draft is not None:
            self.draft.close()
            self.draft = None
        if self._context is not None:
            self.sequences.close()
            lib.llama_free(self._context)
        if self._model is not None:
            lib.llama_model_free(self._model)
        self._context = self._model = None

    # --- facts

    def facts(self) -> ModelFacts:
        architecture = self._metadata("general.architecture")
        return ModelFacts(
            context_length=self.sequences.context_length,
            trained_context=int(lib.llama_model_n_ctx_train(self._model)),
            parameters=int(lib.llama_model_n_params(self._model)),
            layers=int(lib.llama_model_n_layer(self._model)),
            architecture=architecture,
            threads=self._threads,
            template=self._metadata("tokenizer.chat_template", 1 << 20),
        )

    def state_kind(self) -> str:
        """Names everything that a saved state depends on beside the model's file."""
        choice = self._choice
        fixed = (version(), choice.sequences, self.sequences.context_length, choice.batch)
        return " ".join(map(str, (*fixed, choice.keys, choice.values, choice.flash_attention)))

    @property
    def leaves_a_core(self) -> bool:
        """Whether there are more processors, real or half, than threads that compute here."""
        return (psutil.cpu_count() or 1) > self._threads

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
        if not 0 <= token < self.vocabulary_size:
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

    # --- sampling

    def sampler(self, sampling: Sampling) -> Any:
        """A chain of samplers; free it with ``free_sampler``."""
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        add = lib.llama_sampler_chain_add
        if sampling.repeat_penalty != 1.0:
            add(chain, lib.llama_sampler_init_penalties(self.vocabulary_size, 64, sampling.repeat_penalty, 0.0, 0.0))
        if sampling.temperature <= 0:
            add(chain, lib.llama_sampler_init_greedy())
            return chain
        add(chain, lib.llama_sampler_init_top_k(sampling.top_k))
        add(chain, lib.llama_sampler_init_top_p(sampling.top_p, 1))
        add(chain, lib.llama_sampler_init_min_p(sampling.min_p, 1))
        add(chain, lib.llama_sampler_init_temp(sampling.temperature))
        add(chain, lib.llama_sampler_init_dist(RANDOM_SEED if sampling.seed is None else sampling.seed % RANDOM_SEED))
        return chain

    def sample(self, chain: Any, row: int = -1) -> int:
        """The next token, from a row of the logits; the last one's unless another is named."""
        return int(lib.llama_sampler_sample(chain, self._context, row))

    def free_sampler(self, chain: Any) -> None:
        lib.llama_sampler_free(chain)

    # --- inside

    def _load(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> None:
        params = model_parameters(self._choice)
        params.load_mode = load_mode(options)

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
        self._threads = options.threads or psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
        params = context_parameters(self._choice)
        params.n_threads = params.n_threads_batch = self._threads
        params.abort_callback = self._abort.callback
        params.abort_callback_data = self._abort.data
        self._context = lib.llama_init_from_model(self._model, params)
        if not self._context:
            raise RuntimeFailure(FailureKind.OUT_OF_MEMORY)

    def _metadata(self, key: str, size: int = 256) -> str:
        buffer = ctypes.create_string_buffer(size)
        count = int(lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size))
        return buffer.value.decode("utf-8", "replace") if count >= 0 else ""
