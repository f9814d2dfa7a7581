"""How fast each model wrote the last time, for each way to load it: so that a choice can be told before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.domain.models import InstalledModel, LoadOptions

if TYPE_CHECKING:
    from desktop.services.models import ModelService
    from desktop.services.tasks import Worker
    from desktop.storage.options import Json, Options

_KEY = "speed:"


class Way(NamedTuple):
    """A way to load a model, as far as it changes how fast it writes."""

    layers: int
    """On graphics cards."""
    rest: str
    """Everything else but the context, which costs nothing before it is filled."""


def way_of(options: LoadOptions, layers: int, threads: int) -> Way:
    """``layers`` and ``threads`` are what the options come to."""
    cards = ",".join((*options.devices, *(f"{part:g}" for part in options.tensor_split))) if layers else ""
    rest = (threads, options.cache_type.value, options.flash_attention.value, cards)
    return Way(layers, " ".join(map(str, rest)).strip())


class Speeds(QObject):
    """Tokens per second, measured by answers and benchmarks. Kept by the model's key in the options.

    Signals:
        changed: something else is known.
    """

    changed = Signal()

    def __init__(self, models: ModelService, worker: Worker, options: Options) -> None:
        super().__init__()
        self._models = models
        self._worker = worker
        self._options = options
        self._known: dict[str, dict[Way, float]] = {}
        self._now = 0.0
        models.wrote.connect(self._wrote)
        models.loading.connect(self._loading)

    def now(self) -> float:
        """What the model that is loaded wrote with just now; 0: it wrote nothing yet."""
        return self._now if self._models.facts() is not None else 0.0

    def about(self, model: InstalledModel, way: Way) -> float:
        """What is to be expected; 0: nobody knows. Between two numbers of layers that were measured, the time of a
        token lies between theirs."""
        measured = self._known.get(model.key, {})
        known = {found.layers: speed for found, speed in measured.items() if found.rest == way.rest}
        below = max((layers for layers in known if layers <= way.layers), default=None)
        above = min((layers for layers in known if layers >= way.layers), default=None)
        if below is None or above is None:
            return 0.0
        share = (way.layers - below) / (above - below) if above > below else 0.0
        return 1 / ((1 - share) / known[below] + share / known[above])

    def look_up(self, model: InstalledModel) -> None:
        """Read what is known of a model; ``changed`` follows."""
        if model.key not in self._known:
            self._worker.run(lambda: _read(self._options, model.key), lambda known: self._looked_up(model.key, known))

    # --- inside

    def _loading(self) -> None:
        self._now = 0.0

    def _wrote(self, speed: float) -> None:
        model, facts, room = self._models.current(), self._models.facts(), self._models.room()
        options = self._models.loaded_options()
        if model is None or facts is None or options is None:
            return
        way = way_of(options, facts.gpu_layers if room is not None and room.cards else 0, facts.threads)
        self._now = speed
        self._known.get(model.key, {})[way] = speed
        self._worker.run(lambda: _keep(self._options, model.key, way, speed))
        self.changed.emit()

    def _looked_up(self, key: str, known: dict[Way, float]) -> None:
        self._known[key] = known
        self.changed.emit()


def _read(options: Options, key: str) -> dict[Way, float]:
    stored = options.get(_KEY + key)
    return {
        Way(int(layers), rest): float(speed)
        for rest, speeds in (stored.items() if isinstance(stored, dict) else ())
        if isinstance(speeds, dict)
        for layers, speed in speeds.items()
        if layers.isdigit() and isinstance(speed, int | float) and speed > 0
    }


def _keep(options: Options, key: str, way: Way, speed: float) -> None:
    known = _read(options, key) | {way: speed}
    stored: dict[str, Json] = {}
    for found, figure in known.items():
        speeds = stored.setdefault(found.rest, {})
        assert isinstance(speeds, dict)
        speeds[str(found.layers)] = round(figure, 2)
    options.put(_KEY + key, stored)
