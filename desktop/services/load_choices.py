"""How each model is loaded: as the user chose, or with less since it did not fit. Until Snug ends; ``LoadRecords``
keeps what was chosen."""

from __future__ import annotations

from desktop.domain.models import FailureKind, InstalledModel, LoadOptions

SMALLEST_CONTEXT = 2048
"""Loading safely does not go below so many tokens."""
USUAL_CONTEXT = 8192
"""What a model gets where nobody asked for a number: its own, at most this."""


class LoadChoices:
    """``usual`` is how a model is loaded about which nothing was chosen."""

    def __init__(self, usual: LoadOptions) -> None:
        self._usual = usual
        self._chosen: dict[str, LoadOptions] = {}
        """By the model's key."""
        self._smaller: dict[int, LoadOptions] = {}
        """Of the models that are loaded with less, by their number."""
        self._fitting: LoadOptions | None = None
        self._steps_down = True

    def know(self, chosen: dict[str, LoadOptions]) -> None:
        """What was kept, by the models' keys."""
        self._chosen = chosen

    def chosen(self, model: InstalledModel) -> LoadOptions:
        """As the user chose it."""
        return self._chosen.get(model.key, self._usual)

    def now(self, model: InstalledModel) -> LoadOptions:
        """How it is loaded next."""
        return self._smaller.get(model.id) or self.chosen(model)

    def choose(self, model: InstalledModel, options: LoadOptions) -> None:
        """The user wants it like this, from its next load on."""
        self._chosen[model.key] = options
        self._smaller.pop(model.id, None)

    def begin(self) -> None:
        """A load begins: what fitted before says nothing any more."""
        self._fitting = None

    def never_less(self) -> None:
        """A model that does not fit is refused."""
        self._steps_down = False

    def too_big(self, model: InstalledModel | None, numbers: tuple[int, ...]) -> None:
        """A model was refused for its size, with the ``numbers`` of ``EngineFailure``."""
        self._fitting = None
        if model is None or len(numbers) != 4 or not numbers[2]:
            return
        fitting = self.chosen(model)._replace(context_length=numbers[2])
        # Auto finds the layers by itself.
        self._fitting = fitting if fitting.gpu_layers < 0 else fitting._replace(gpu_layers=numbers[3])

    def less(self, model: InstalledModel, *, too_big: bool) -> tuple[int, int] | None:
        """Tokens that a model was to get, and those that ``take_less`` gives it; None: there is no less. ``too_big``:
        it was refused for its size."""
        now = self.now(model).context_length or min(model.context_length or USUAL_CONTEXT, USUAL_CONTEXT)
        if too_big:
            return (now, self._fitting.context_length) if self._fitting is not None else None
        then = max(SMALLEST_CONTEXT, now // 2)
        return (now, then) if then < now else None

    def take_less(self, model: InstalledModel, context_length: int) -> None:
        """Load it so that it fits, or with this context where nobody knows what would."""
        self._smaller[model.id] = self._fitting or self.chosen(model)._replace(context_length=context_length)

    def take_no_card(self, model: InstalledModel) -> None:
        """Load it with nothing on a graphics card."""
        self._smaller[model.id] = self.chosen(model)._replace(gpu_layers=0)

    def may_step_down(self, model: InstalledModel | None, kind: FailureKind) -> bool:
        """Whether less may be tried without asking: once, and nothing that the user chose."""
        if not self._steps_down or model is None or model.id in self._smaller or self.chosen(model).context_length:
            return False
        if kind is FailureKind.TOO_BIG:
            return self._fitting is not None and self.chosen(model).gpu_layers in (self._fitting.gpu_layers, -1)
        return kind is FailureKind.OUT_OF_MEMORY and self.less(model, too_big=False) is not None
