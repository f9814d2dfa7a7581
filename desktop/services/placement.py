"""What can be chosen about loading the model, and what each choice comes to in memory, before it is loaded.

Worked out from the file's head and from what was free before the last load. A choice counts from the next load on,
and is kept for this model.
"""

from __future__ import annotations

import logging
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.domain import draft_memory
from desktop.domain.choice import Choice, choice_of
from desktop.domain.drafting import draft_path, own_draft
from desktop.domain.fit import Fit, Room, best_fit, most_layers
from desktop.domain.memory import MAIN, Estimate, estimate, places, shares, steps
from desktop.domain.models import NO_DRAFT, CacheType, EngineState, FlashAttention, InstalledModel, LoadOptions
from desktop.domain.names import list_text, memory_text
from desktop.domain.placement import Card, Change, Place, PlacementView
from desktop.services.speeds import way_of
from desktop.translation import tr, tr_later

if TYPE_CHECKING:
    from desktop.domain.gguf import Header
    from desktop.engine import protocol
    from desktop.services.models import ModelService
    from desktop.services.speeds import Speeds
    from desktop.services.tasks import Worker

log = logging.getLogger(__name__)

CACHE_WORDS = {CacheType.F16: tr_later("Full"), CacheType.Q8_0: tr_later("Half"), CacheType.Q4_0: tr_later("Quarter")}
FLASH_WORDS = {
    FlashAttention.AUTO: tr_later("Auto"),
    FlashAttention.ON: tr_later("On"),
    FlashAttention.OFF: tr_later("Off"),
}


class Placement(QObject):
    """The choices about the current model.

    Signals:
        changed: ``view`` says something else.
    """

    changed = Signal()

    def __init__(self, models: ModelService, worker: Worker, speeds: Speeds) -> None:
        super().__init__()
        self._models = models
        self._worker = worker
        self._speeds = speeds
        speeds.changed.connect(self._tell)
        self._model: InstalledModel | None = None
        self._header: Header | None = None
        self._draft_path = ""
        self._draft: Header | None = None
        """Of the draft model that was chosen, or belongs to the model."""
        self._options = LoadOptions()
        self._view: PlacementView | None = None
        models.changed.connect(self._look)
        self._look()

    def view(self) -> PlacementView | None:
        """What there is to show; None: no model is chosen, or its file cannot be read."""
        if self._view is None and self._model is not None and self._header is not None:
            self._view = self._work_out(self._model, self._header)
        return self._view

    def choose(self, **fields: object) -> None:
        """Choose something (fields of ``LoadOptions``)."""
        self._options = self._options._replace(**fields)  # pyright: ignore[reportArgumentType]
        self._tell()

    def take_remedy(self) -> None:
        """Choose what would fit."""
        if self._header is None:
            return
        fit = best_fit(self._header, choice_of(self._header, self._options), self._room())
        if fit.choice is not None and not fit.fits:
            self.choose(gpu_layers=fit.choice.gpu_layers, context_length=self._length_of(fit.choice))

    def undo(self) -> None:
        """Back to how the model is loaded."""
        if self._model is not None:
            self._options = self._loaded()
            self._tell()

    def apply(self) -> None:
        """Load the model again with what was chosen, and from now on."""
        if self._model is not None:
            self._models.set_options(self._model, self._options)
            self._models.choose(self._model.id)

    # --- inside

    def _look(self) -> None:
        model = self._models.current()
        if model is None or self._model is None or model.id != self._model.id:
            self._model, self._header = model, None
            if model is not None:
                self._options = self._models.options_of(model)
                self._speeds.look_up(model)
                self._worker.run(lambda: _read(model.path), lambda header: self._read(model, header))
        self._tell()

    def _read(self, model: InstalledModel, header: Header | None) -> None:
        if self._model is not None and model.id == self._model.id:
            self._header = header
            self._tell()

    def _look_at_draft(self, model: InstalledModel) -> None:
        path = draft_path(model, self._models.models(), self._options)
        if path == self._draft_path:
            return
        self._draft_path, self._draft = path, None

        def read(header: Header | None) -> None:
            if path == self._draft_path:
                self._draft = header
                self._tell()

        if path:
            self._worker.run(lambda: _read(path), read)

    def _tell(self) -> None:
        if self._model is not None:
            self._look_at_draft(self._model)
        self._view = None
        self.changed.emit()

    def _room(self) -> Room:
        return self._models.memory_here()

    def _loaded(self) -> LoadOptions:
        assert self._model is not None
        return self._models.options_of(self._model)

    def _length_of(self, choice: Choice) -> int:
        """A context length as an option: 0 where it is Snug's own choice."""
        assert self._header is not None
        usual = choice_of(self._header, self._options._replace(context_length=0)).context_length
        return 0 if choice.context_length == usual and not self._options.context_length else choice.context_length

    def _work_out(self, model: InstalledModel, header: Header) -> PlacementView:
        options, room = self._options, self._room()
        choice = choice_of(header, options)
        beside = draft_memory.beside(self._draft, choice, options, room)[1] if self._draft is not None else None
        free = draft_memory.left(room, beside) if beside is not None else room
        fits = most_layers(header, choice, free) if room.cards else 0
        if options.gpu_layers < 0:
            choice = choice._replace(gpu_layers=max(0, fits))
        takes, fit = estimate(header, choice, room.cards), best_fit(header, choice, free)
        if beside is not None:
            # What does not fit beside it is loaded without it.
            takes = draft_memory.together(takes, beside) if fit.fits else takes
            fit = fit if fit.fits else best_fit(header, choice, room)
        own = own_draft(model, self._models.models())
        facts = self._models.facts()
        is_loaded = facts is not None and options == self._models.loaded_options()
        problem, remedy = _advice(fit, room, choice)
        return PlacementView(
            model.name,
            options,
            takes.offloaded,
            steps(header),
            fits,
            tuple(_places(room, takes, facts if is_loaded else None, mapped=options.map_file)),
            is_loaded,
            _cards(header, choice, room) if len(room.cards) > 1 else (),
            "" if room.cards else self._no_card(room),
            problem,
            remedy,
            choice.context_length,
            header.context_length,
            options.threads or _cores(),
            _cores(),
            _changes(self._loaded(), options, header, room) if self._loaded() != options else (),
            self._speeds.now(),
            Path(options.draft).name if options.draft not in ("", NO_DRAFT) else own.name if own is not None else "",
            options.draft != NO_DRAFT,
            self._expected(model, options, takes.offloaded, is_loaded=is_loaded),
        )

    def _expected(self, model: InstalledModel, options: LoadOptions, layers: int, *, is_loaded: bool) -> float:
        """What is measured needs no guess."""
        if is_loaded and self._speeds.now() > 0:
            return 0.0
        return self._speeds.about(model, way_of(options, layers, options.threads or _cores()))

    def _no_card(self, room: Room) -> str:
        if self._models.room() is None and self._models.state() is not EngineState.READY:
            return tr("Whether there is a graphics card is known when a model has been loaded.")
        if not room.built_for_cards:
            return tr(
                "This Snug was built for the processor alone. A graphics card wants a build with Vulkan, CUDA or Metal."
            )
        return tr(
            "No graphics card was found, so the processor does all the work. "
            "If there is one in this computer, its driver may be missing or too old."
        )


@cache
def _cores() -> int:
    """Asked once: the view is made anew with every step of a slider."""
    import psutil

    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def _read(path: str) -> Header | None:
    from desktop.domain import gguf

    try:
        return gguf.read_model(Path(path))
    except (gguf.BadModelFile, OSError) as error:
        log.info("the head of a model cannot be read: %s", type(error).__name__)
        return None


def _places(room: Room, takes: Estimate, facts: protocol.Loaded | None, *, mapped: bool) -> list[Place]:
    """Cards and main memory. With ``facts`` what is no weights is measured: the weights are known to the byte."""
    found: list[Place] = []
    for number, (card, usage) in enumerate(zip(room.cards, takes.devices, strict=True)):
        memory = usage.total - usage.weights
        if facts is not None and number < len(facts.cards_free):
            taken = card.free - facts.cards_free[number]
            # A driver that takes no account always says that everything is free.
            memory = taken - usage.weights if taken >= usage.weights else memory
        which, other = card.description or card.name, card.total - card.free
        short = tr("Graphics") if len(room.cards) == 1 else tr("Card {number}").format(number=number + 1)
        found.append(Place(_name(room, number), which, card.total, other, usage.weights, memory, short))
    main, other = takes.main, room.main_total - room.main_free
    memory = main.total - main.weights
    if facts is not None and facts.own_bytes:
        memory = max(0, facts.own_bytes - (0 if mapped and sys.platform == "linux" else main.weights))
    return [*found, Place(tr("Main memory"), "RAM", room.main_total, other, main.weights, memory, tr("Main"))]


def _name(room: Room, number: int) -> str:
    return tr("Graphics card") if len(room.cards) == 1 else tr("Graphics card {number}").format(number=number + 1)


def _cards(header: Header, choice: Choice, room: Room) -> tuple[Card, ...]:
    """The cards there are, and what each of them gets."""
    where, parts = places(header, choice, room.cards), shares(choice, room.cards)
    return tuple(
        Card(
            card.name,
            _name(room, number),
            card.description or card.name,
            choice.uses(card.name),
            where.count(number),
            round(100 * parts[number] / sum(parts)),
        )
        for number, card in enumerate(room.cards)
    )


def _advice(fit: Fit, room: Room, choice: Choice) -> tuple[str, str]:
    """What is wrong with a choice, and what would be right; nothing where it fits."""
    if fit.fits:
        return "", ""
    if fit.place == MAIN:
        problem = tr("{size} more than main memory has to spare. The model may not load.")
    elif len(room.cards) == 1:
        problem = tr("{size} more than the graphics card has to spare. The model may not load.")
    else:
        problem = tr("{size} more than graphics card {number} has to spare. The model may not load.")
    problem = problem.format(size=memory_text(fit.missing), number=fit.place + 1)
    if fit.choice is None:
        return problem, ""
    if fit.choice.context_length != choice.context_length:
        return problem, tr("Use {tokens:,} tokens instead").format(tokens=fit.choice.context_length)
    return problem, tr("Use {number} instead").format(number=fit.choice.gpu_layers)


def _changes(before: LoadOptions, after: LoadOptions, header: Header, room: Room) -> tuple[Change, ...]:
    """What takes a reload, in words."""

    def layers(options: LoadOptions) -> str:
        return tr("Auto") if options.gpu_layers < 0 else str(min(options.gpu_layers, steps(header)))

    def used(options: LoadOptions) -> str:
        numbers = [str(number) for number, card in enumerate(room.cards, 1) if card.name in options.devices]
        return list_text(numbers) if options.devices else tr("All")

    def split(options: LoadOptions) -> str:
        whole = sum(options.tensor_split)
        return " : ".join(f"{part / whole:.0%}" for part in options.tensor_split) if whole else tr("Auto")

    def tokens(options: LoadOptions) -> str:
        return f"{choice_of(header, options).context_length:,}"

    def yes(value: bool) -> str:
        return tr("on") if value else tr("off")

    def draft(options: LoadOptions) -> str:
        return Path(options.draft).name if options.draft not in ("", NO_DRAFT) else yes(not options.draft)

    rows = (
        (tr("GPU layers"), layers(before), layers(after)),
        (tr("Graphics cards"), used(before), used(after)),
        (tr("Shared out"), split(before), split(after)),
        (tr("Context"), tokens(before), tokens(after)),
        (tr("Memory detail"), tr(CACHE_WORDS[before.cache_type]), tr(CACHE_WORDS[after.cache_type])),
        (tr("Threads"), str(before.threads or tr("Auto")), str(after.threads or tr("Auto"))),
        (tr("Flash attention"), tr(FLASH_WORDS[before.flash_attention]), tr(FLASH_WORDS[after.flash_attention])),
        (tr("Read at once"), str(before.batch), str(after.batch)),
        (tr("Keep in memory"), yes(before.lock_memory), yes(after.lock_memory)),
        (tr("Read as needed"), yes(before.map_file), yes(after.map_file)),
        (tr("Draft model"), draft(before), draft(after)),
    )
    return tuple(Change(*row) for row in rows if row[1] != row[2])
