"""Models and the engine: which are known, which is loaded, and what to say when one does not load."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import paths
from desktop.domain import names
from desktop.domain.models import EngineFailure, EngineState, FailureKind, InstalledModel, LoadOptions
from desktop.errors import AppError
from desktop.services.load_choices import LoadChoices
from desktop.services.load_records import LoadRecords
from desktop.services.tasks import Worker
from desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.domain.fit import Room
    from desktop.engine import protocol
    from desktop.engine.client import EngineClient
    from desktop.services.drafts import Drafts
    from desktop.services.first_look import FirstLook
    from desktop.storage.library import Library
    from desktop.storage.options import Options

log = logging.getLogger(__name__)

TEMPLATE_NAMES = ("chatml", "llama-3", "mistral", "gemma", "alpaca", "vicuna", "plain")
"""Built-in chat templates, as ``engine.templates`` has them."""
RESTARTS = 2
"""So often an engine that died is started again before an answer has come through."""


class ModelService(QObject):
    """Verbs on models.

    Signals:
        changed: the list, the current model, or what the engine does.
        failed: an ``AppError``: the current model did not load, or its engine ended.
        template_needed: the ``InstalledModel`` that has no chat template; answer with ``choose_template``.
        refused: an ``AppError`` of something else that was asked for.
        noticed: a sentence about something that was done and is worth knowing.
        loading: a model is being loaded.
        loaded: it is ready.
        held: a ``protocol.Held`` of its engine.
        wrote: tokens per second that the loaded model wrote with just now.
    """

    changed = Signal()
    failed = Signal(object)
    template_needed = Signal(object)
    refused = Signal(object)
    noticed = Signal(str)
    loading = Signal()
    loaded = Signal()
    held = Signal(object)
    wrote = Signal(float)

    def __init__(
        self,
        make_engine: Callable[[], EngineClient],
        worker: Worker,
        library: Library,
        options: Options,
        parent: QObject | None = None,
        *,
        load_options: LoadOptions | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: EngineClient | None = None
        self._worker = worker
        self._library = library
        self._options = options
        self._records = LoadRecords(options)
        self._choices = LoadChoices(load_options or LoadOptions())
        self._models: list[InstalledModel] = []
        self._current: InstalledModel | None = None
        self._facts: protocol.Loaded | None = None
        self._progress = 0.0
        self._failure: AppError | None = None
        self._restarts = 0
        self._insists = False
        self._loaded_options: LoadOptions | None = None
        self._room: Room | None = None
        self._telling = False
        self._drafts: Drafts | None = None
        self._farewell: Callable[[Callable[[], None]], None] | None = None
        self._next: InstalledModel | None = None
        """The model that is loaded as soon as the one before it has been left in good order."""

    def set_farewell(self, farewell: Callable[[Callable[[], None]], None]) -> None:
        """What is to happen before a model that is ready makes room for the next load; it calls what it is given."""
        self._farewell = farewell

    @property
    def engine(self) -> EngineClient:
        """The app's side of the engine, made when it is needed first: the window does not wait for it."""
        if self._engine is None:
            engine = self._engine = self._make_engine()
            engine.setParent(self)
            engine.state_changed.connect(self._engine_changed)
            engine.progressed.connect(self._progressed)
            engine.loaded.connect(self._loaded)
            engine.failed.connect(self._engine_failed)
            engine.held.connect(self.held)
            engine.measured.connect(self._measured)
        return self._engine

    def running_engine(self) -> EngineClient | None:
        """The app's side of the engine, if its process runs."""
        return self._engine if self._engine is not None and self._engine.pid else None

    # --- what there is

    def models(self) -> list[InstalledModel]:
        return list(self._models)

    def current(self) -> InstalledModel | None:
        """The model that is chosen, loaded or not."""
        return self._current

    def state(self) -> EngineState:
        if self._next is not None:
            return EngineState.LOADING
        return self._engine.state if self._engine is not None else EngineState.NOT_LOADED

    def load_progress(self) -> float:
        return self._progress

    def failure(self) -> AppError | None:
        """Why the current model is not running, if it failed."""
        return self._failure

    def engine_said(self) -> str:
        """The engine's own last words."""
        return self._engine.said if self._engine is not None else ""

    def context_length(self) -> int:
        """Tokens of the loaded model's context; 0 while none is loaded."""
        return self._facts.context_length if self._facts else 0

    def facts(self) -> protocol.Loaded | None:
        """What the engine says of the loaded model."""
        return self._facts

    def room(self) -> Room | None:
        """The memory that was free before the last load; None before the first."""
        return self._room

    def memory_here(self) -> Room:
        """The same, or before the first load main memory as it is now."""
        if self._room is not None:
            return self._room
        import psutil  # before the first load only

        from desktop.domain.fit import Room

        memory = psutil.virtual_memory()
        return Room(memory.available, memory.total)

    def loaded_options(self) -> LoadOptions | None:
        """How the current model is loaded, or is being loaded."""
        return self._loaded_options

    def parameters(self) -> int:
        return self._facts.parameters if self._facts else 0

    def state_kind(self) -> str:
        """What a saved state of the loaded model is good for; empty while none is loaded."""
        model = self._current
        return f"{model.key} {self._facts.state_kind}" if model is not None and self._facts is not None else ""

    def is_starter(self, model: InstalledModel) -> bool:
        return Path(model.path) == paths.starter_model()

    def template_names(self) -> list[str]:
        return list(TEMPLATE_NAMES)

    # --- verbs

    def start(self, wanted: str = "") -> None:
        """Read the library and load ``wanted`` (a name or a path), else the model used last, else the starter model."""
        from desktop.services import first_look

        read = partial(first_look.look, self._library, self._options, self._records, wanted)
        self._worker.run(read, self._library_read)

    def choose(self, model_id: int) -> None:
        """Load a model from the list."""
        model = next((model for model in self._models if model.id == model_id), None)
        if model is not None:
            self._load(model)

    def add(self, path: str) -> None:
        """Take a model file into the list, in place, and load it."""
        from desktop.services import intake

        self._worker.run(lambda: intake.take_in(self._library, Path(path)), self._added, self.refused.emit)

    def remove(self, model_id: int) -> None:
        """Take a model off the list. Its file stays."""
        if self._current is not None and self._current.id == model_id:
            self._next = None
            self.engine.unload()
            self._current = None
        self._models = [model for model in self._models if model.id != model_id]
        self._worker.run(lambda: self._library.remove(model_id))
        self.changed.emit()

    def reload(self) -> None:
        """Read the list again: something about it was changed elsewhere."""
        self._worker.run(self._library.list, self._listed)

    def allow(self, model_id: int) -> None:
        """Open a model in spite of what was found in its file, from now on."""
        model = next((known for known in self._models if known.id == model_id), None)
        if model is None or model.checked is None:
            return
        checked = model.checked._replace(allowed=True)
        self._replace(model._replace(checked=checked))
        self._worker.run(lambda: self._library.set_check(model_id, checked))
        self.choose(model_id)

    def retry(self) -> None:
        """Load the current model again. Where it was refused for its size, whoever asks again wants it all the same."""
        if self._current is not None:
            self._insists = self._failure is not None and self._failure.code == FailureKind.TOO_BIG
            self._load(self._current)

    def rest(self) -> None:
        """End the engine's process: its memory goes back to the system. ``wake`` brings it back."""
        if self.state() is EngineState.READY:
            self._facts = None
            self.engine.unload()
            self.changed.emit()

    def wake(self) -> None:
        """The model is about to be asked something: load it, should it be resting."""
        if self.state() is EngineState.NOT_LOADED and self._current is not None and self._failure is None:
            self._load(self._current)

    def options_of(self, model: InstalledModel) -> LoadOptions:
        """How a model is loaded, as the user chose it."""
        return self._choices.chosen(model)

    def set_options(self, model: InstalledModel, options: LoadOptions) -> None:
        """Load a model like this from now on: from its next load."""
        self._choices.choose(model, options)
        self._worker.run(lambda: self._records.keep(model.key, options))

    def safer_context(self) -> tuple[int, int] | None:
        """Tokens that the current model was to get, and those that ``load_safely`` gives it; None: there is no less."""
        if self._current is None:
            return None
        too_big = self._failure is not None and self._failure.code == FailureKind.TOO_BIG
        return self._choices.less(self._current, too_big=too_big)

    def never_less(self) -> None:
        """From now on a model that does not fit is refused, instead of loaded with a shorter context."""
        self._choices.never_less()

    def load_safely(self) -> None:
        """Load the current model again so that it fits, or with half the context where nobody knows what would."""
        model, safer = self._current, self.safer_context()
        if model is None or safer is None:
            return
        self._choices.take_less(model, safer[1])
        self._telling = True
        self._load(model)

    def load_on_processor(self) -> None:
        """Load the current model again with nothing on a graphics card; until Snug ends."""
        model = self._current
        if model is not None:
            self._choices.take_no_card(model)
            self._load(model)

    def choose_template(self, model_id: int, name: str) -> None:
        """Use a built-in chat template for this model from now on, and load it."""
        self._models = [model._replace(template=name) if model.id == model_id else model for model in self._models]
        self._worker.run(lambda: self._library.set_template(model_id, name))
        self.choose(model_id)

    # --- inside

    def _listed(self, models: list[InstalledModel]) -> None:
        self._models = models
        if self._current is not None:
            self._current = next((model for model in models if model.id == self._current.id), self._current)
        self.changed.emit()

    def _library_read(self, read: FirstLook) -> None:
        self._models, model, chosen, unfinished = read
        self._choices.know(chosen)
        if model is not None and unfinished:
            self._current = model
            self._failure = _sentence(EngineFailure(FailureKind.UNFINISHED), model.name)
            self.failed.emit(self._failure)
            self.changed.emit()
        elif model is not None:
            self._load(model)
        else:
            self._failure = AppError(
                "NO_MODEL",
                tr("There is no model yet."),
                tr("Your chats are safe."),
                tr("Add a model file (.gguf) that is on this computer."),
            )
            self.failed.emit(self._failure)
            self.changed.emit()

    def _added(self, model: InstalledModel) -> None:
        self._models = [other for other in self._models if other.id != model.id] + [model]
        self._load(model)

    def _load(self, model: InstalledModel) -> None:
        ready = self._next is not None or self.state() is EngineState.READY
        self._next = model
        if self._farewell is None or not ready:
            self._begin(model)
            return
        self._farewell(lambda: self._begin(model))
        if self._next is model:
            self._current, self._facts, self._failure, self._progress = model, None, None, 0.0
            self.changed.emit()

    def _begin(self, model: InstalledModel, *, looked: bool = False) -> None:
        if self._next is not model:
            return  # another one was chosen meanwhile
        self._next = None
        model = next((known for known in self._models if known.id == model.id), model)
        self._current = model
        self._failure = None
        self._facts = None
        self._progress = 0.0
        if self._waits_for_a_look(model, looked=looked):
            return
        if not model.has_template and not model.template:
            self.engine.unload()
            self._failure = _sentence(EngineFailure(FailureKind.NO_TEMPLATE), model.name)
            self.template_needed.emit(model)
            self.changed.emit()
            return
        options = self._loaded_options = self._choices.now(model)
        insists, self._insists = self._insists, False
        self._choices.begin()
        self._worker.run(lambda: self._records.begin(model.id))
        from desktop.domain.drafting import draft_path

        draft = draft_path(model, self._models, options)
        self.engine.load(model.path, options._replace(draft=draft), model.template, insists=insists)
        self.loading.emit()
        self.changed.emit()

    def _waits_for_a_look(self, model: InstalledModel, *, looked: bool) -> bool:
        """Whether the file is not to be opened now: nobody has looked at it yet, or what was found asks for a yes."""
        if model.checked is None and not looked:
            self.engine.unload()
            self._worker.run(lambda: self._look(model), self._looked, lambda _: self._looked(model))
        elif model.doubtful:
            self.engine.unload()
            self._failure = _sentence(EngineFailure(FailureKind.DOUBTFUL, _reasons(model)), model.name)
            self.failed.emit(self._failure)
        else:
            return False
        self.changed.emit()
        return True

    def _look(self, model: InstalledModel) -> InstalledModel:
        from desktop.services import intake

        return self._library.set_check(model.id, intake.look(model)) or model

    def _looked(self, model: InstalledModel) -> None:
        """Somebody looked at a file that is to be loaded. What cannot be read at all the engine says more about."""
        self._replace(model)
        if self._current is not None and self._current.id == model.id:
            self._next = model
            self._begin(model, looked=True)

    def _replace(self, model: InstalledModel) -> None:
        self._models = [model if known.id == model.id else known for known in self._models]

    def _engine_changed(self) -> None:
        self.changed.emit()

    def _measured(self, measured: protocol.Measured) -> None:
        self._room = measured.room

    def _progressed(self, fraction: float) -> None:
        self._progress = fraction
        self.changed.emit()

    def _loaded(self, facts: protocol.Loaded) -> None:
        self._facts = facts
        self._progress = 1.0
        model = self._current
        if model is not None:
            self._worker.run(lambda: self._used(model.id))
        self.changed.emit()
        self.loaded.emit()
        telling, self._telling = self._telling, False
        if telling and model is not None:
            words = f"{names.words_for(facts.context_length):,}"
            told = tr("{name} runs with safer settings: it remembers about {number} words.").format(
                name=model.name, number=words
            )
            self.noticed.emit(told)
        if model is not None and facts.no_draft is not None:
            chosen = self._loaded_options is not None and bool(self._loaded_options.draft)
            from desktop.services.drafts import Drafts

            self._drafts = self._drafts or Drafts()
            if told := self._drafts.words(model, facts.no_draft, chosen=chosen):
                self.noticed.emit(told)

    def _used(self, model_id: int) -> None:
        self._records.end()
        self._library.touch(model_id)
        from desktop.services import first_look

        self._options.put(first_look.CHOSEN, model_id)

    def _engine_failed(self, what: EngineFailure) -> None:
        was_running, self._facts, self._telling = self._facts is not None, None, False
        if what.kind not in (FailureKind.CRASHED, FailureKind.DEVICE_LOST):
            self._worker.run(self._records.end)
        if what.kind is FailureKind.TOO_BIG:
            self._choices.too_big(self._current, what.numbers)
        if self._choices.may_step_down(self._current, what.kind):
            QTimer.singleShot(0, self.load_safely)
            return
        self._failure = _sentence(what, self._current.name if self._current else "")
        self.failed.emit(self._failure)
        self.changed.emit()
        # An engine that worked is started again by itself, so that the next question needs nothing; one that does not
        # even load, or dies again and again, waits for the user.
        if was_running and self._restarts < RESTARTS:
            self._restarts += 1
            QTimer.singleShot(0, self.retry)

    def close(self) -> None:
        """The app ends: the engine's process is gone when this returns."""
        if self._engine is None:
            return
        if self.state() is EngineState.LOADING:
            self._worker.run(self._records.end)
        self._engine.shut()

    def answered(self, tokens_per_second: float) -> None:
        """An answer came to its end: the engine is well. 0 tokens per second: it was too short to tell."""
        self._restarts = 0
        if tokens_per_second > 0:
            self.wrote.emit(tokens_per_second)


def _reasons(model: InstalledModel) -> str:
    found = model.checked.findings if model.checked is not None else ()
    return "\n".join(each.words for each in found if each.asks)


def _sentence(what: EngineFailure, name: str) -> AppError:
    from desktop.engine import failure

    return failure.sentence(what, name)
