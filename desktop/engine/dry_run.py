"""What computing with a model will need, asked of llama.cpp itself without loading the model.

llama.cpp lays out the model and its cache with no memory behind them, builds the graph of one full batch and says how
much room its steps need. No weights are read; it takes about 0.1 s. A bad file may end the process, so this belongs
into an engine's.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from ctypes import Structure, c_bool, c_char_p, c_int, c_uint32
from pathlib import Path
from typing import Any, NamedTuple

import llama_cpp as _llama_cpp

from desktop.domain.choice import Choice
from desktop.domain.compute import COPIES, FLOAT, HALF, Compute
from desktop.domain.memory import DeviceKind
from desktop.engine import devices
from desktop.engine.ggml import Pointer, Size, function
from desktop.engine.parameters import context_parameters, model_parameters

lib: Any = _llama_cpp

GRAPH_SIZE = 1 << 16
"""Room for the steps of a graph; those of the largest models have some ten thousand."""

# Declared in llama.cpp's header for what is not settled yet, so exported under the names that compilers make of it.
_RESERVE = (
    "_Z19llama_graph_reserveP13llama_contextjjj",
    "?llama_graph_reserve@@YAPEAUggml_cgraph@@PEAUllama_context@@III@Z",
)


class _Backends(NamedTuple):
    """What a graph is computed on, in llama.cpp's order: cards, helpers, the processor; and the memory of each."""

    cards: int
    running: list[int]
    memory: list[int]
    places: list[int | None]
    """For every card there is, where it is among ``running``; None: it is not used."""


def compute_of(path: Path, choice: Choice, threads: int = 4) -> Compute | None:
    """Bytes that computing needs in main memory and on each card, or None where llama.cpp does not say.

    ``threads`` is how many the processor will use; each has some room of its own.

    Exact without a card. With one, and more so with several, there may be more room in it than is needed, for what
    passes from one place to another.
    """
    lib.llama_backend_init()
    with _laid_out(path, choice) as context, _backends(choice) as backends:
        if not context:
            return None
        moved = backends.cards > 0 and _all_moved(context, choice)
        together = moved and backends.cards > 1
        most, work = [0] * len(backends.running), 0
        # Some architectures need more room for one sequence than for several.
        for sequences in {1, choice.sequences}:
            graph = _graph(context, choice, sequences)
            if not graph:
                return None
            most = list(map(max, most, _sizes(graph, backends, together=together)))
            work = max(work, _work(graph, threads))
        vectors, everything = _passed_on(context, choice)
    # The graph that was measured had been shared out once already, so some copies of what passes are no longer seen.
    passed = (0, vectors, everything)[min(backends.cards, 2)]
    return Compute(
        # Where all is on cards, nothing is left to compute for the processor.
        main=sum(most[backends.cards :]) + passed + (0 if moved else work),
        devices=tuple(
            most[place] + passed * (COPIES if together else 1) if place is not None else 0 for place in backends.places
        ),
    )


@contextmanager
def _laid_out(path: Path, choice: Choice) -> Generator[Any]:
    """A context without memory behind it; nothing where llama.cpp does not open the model."""
    params = model_parameters(choice)
    params.no_alloc = True
    # With a mapped file it would abort.
    params.load_mode = lib.LLAMA_LOAD_MODE_NONE
    model = lib.llama_model_load_from_file(str(path).encode(), params)
    context = lib.llama_init_from_model(model, context_parameters(choice)) if model else None
    try:
        yield context
    finally:
        if context:
            lib.llama_free(context)
        if model:
            lib.llama_model_free(model)


@contextmanager
def _backends(choice: Choice) -> Generator[_Backends]:
    """All that this computer's devices offer for a choice, running."""
    start = function("ggml_backend_dev_init", Pointer, Pointer, c_char_p)
    memory = function("ggml_backend_get_default_buffer_type", Pointer, Pointer)
    pointers = devices.pointers()
    kinds = {pointer: devices.kind(pointer) for pointer in pointers}
    cards = [pointer for pointer in pointers if kinds[pointer] is DeviceKind.CARD]
    there = cards or [pointer for pointer in pointers if kinds[pointer] is DeviceKind.INTEGRATED]
    cards = [pointer for pointer in there if choice.uses(devices.name(pointer))]
    places = [cards.index(pointer) if pointer in cards else None for pointer in there]
    helpers = [pointer for pointer in pointers if kinds[pointer] is DeviceKind.ACCELERATOR]
    processor = [pointer for pointer in pointers if kinds[pointer] is DeviceKind.PROCESSOR][:1]
    running = [start(pointer, None) for pointer in (*cards, *helpers, *processor)]
    types = [memory(backend) for backend in running]
    if cards:
        # Main memory that the first card can reach, where there is such a kind.
        reached = function("ggml_backend_dev_host_buffer_type", Pointer, Pointer)(cards[0])
        types[-1] = reached or types[-1]
    try:
        yield _Backends(len(cards), running, types, places)
    finally:
        for backend in running:
            function("ggml_backend_free", None, Pointer)(backend)


def _graph(context: Any, choice: Choice, sequences: int) -> int | None:
    """The steps of a full batch of so many sequences."""
    try:
        reserve = function(_RESERVE, Pointer, Pointer, c_uint32, c_uint32, c_uint32)
    except AttributeError:
        return None
    return reserve(context, choice.step, sequences, choice.results)


def _sizes(graph: int, backends: _Backends, *, together: bool) -> list[int]:
    """Bytes for what is passed from step to step, on each back end. ``together``: cards that work at the same time."""
    count = len(backends.running)
    pointers = Pointer * count
    sizes = (Size * count)()
    new = function("ggml_backend_sched_new", Pointer, Pointer, Pointer, c_int, Size, c_bool, c_bool)
    scheduler = new(pointers(*backends.running), pointers(*backends.memory), count, GRAPH_SIZE, together, True)
    function("ggml_backend_sched_reserve_size", None, Pointer, Pointer, Pointer)(scheduler, graph, sizes)
    function("ggml_backend_sched_free", None, Pointer)(scheduler)
    return list(sizes)


class _Plan(Structure):
    """How the processor goes about a graph."""

    _fields_ = (
        ("work_size", Size),
        ("work_data", Pointer),
        ("threads", c_int),
        ("threadpool", Pointer),
        ("abort", Pointer),
        ("abort_data", Pointer),
        ("use_ref", c_bool),
    )


def _work(graph: int, threads: int) -> int:
    """Bytes that the processor needs within a step; 0 where its part of llama.cpp is loaded later on."""
    try:
        plan = function("ggml_graph_plan", _Plan, Pointer, c_int, Pointer)
    except AttributeError:
        return 0
    return int(plan(graph, threads, None).work_size)


def _all_moved(context: Any, choice: Choice) -> bool:
    """Whether all layers are on cards, where there are any."""
    return choice.gpu_layers < 0 or choice.gpu_layers > int(lib.llama_model_n_layer(lib.llama_get_model(context)))


def _passed_on(context: Any, choice: Choice) -> tuple[int, int]:
    """Bytes of what a layer hands on for a batch; and of that together with who may look at whom."""
    model = lib.llama_get_model(context)
    vectors = choice.step * int(lib.llama_model_n_embd(model)) * FLOAT
    masks = 2 if int(lib.llama_model_n_swa(model)) > 0 else 1
    return vectors, 2 * vectors + masks * choice.step * int(lib.llama_n_ctx(context)) * HALF
