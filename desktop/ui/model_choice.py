"""Choosing a model, and answering what the engine has to say: menus, questions, the page of a failure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.models import InstalledModel
from desktop.translation import tr
from desktop.ui.engine_watch import EngineView, EngineWatch
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.menus import ModelMenu

# Menus and dialogs are imported when they open: the window does not wait for them at the start.


class ModelChoice(QObject):
    """``models`` is the service; ``told`` says whether the open conversation ends with a failure already, ``speed`` how
    many tokens a model writes per second (0: not known).

    Signals:
        changed: an ``EngineView``: what the room is to show of the engine.
    """

    changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        models: Any,
        told: Callable[[], bool],
        speed: Callable[[InstalledModel], float],
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._models = models
        self._speed = speed
        self._watch = EngineWatch(models, told, self)
        self._watch.due.connect(self.tell)
        models.changed.connect(self.tell)
        models.template_needed.connect(self._ask_for_template)

    def tell(self) -> None:
        """Say what holds now."""
        view: EngineView = self._watch.look()
        self.changed.emit(view)

    def open_below(self, button: QWidget) -> None:
        self._menu().open_below(button, right=True)

    def add(self) -> None:
        """Ask for a model file."""
        from desktop.ui import ways_out

        ways_out.ask_for_model(self._window, self._models.add)

    def answer(self, key: str, argument: str) -> None:
        """What was chosen on the page of a failure."""
        from desktop.ui.chat import failures

        match key:
            case failures.USE_OTHER:
                self._choose(int(argument))
            case failures.LOAD_SAFELY:
                self._models.load_safely()
            case failures.USE_PROCESSOR:
                self._models.load_on_processor()
            case failures.TRY_AGAIN:
                self._models.retry()
            case failures.ADD_FILE:
                self.add()
            case failures.ALLOW:
                self._models.allow(int(argument))
            case failures.TEMPLATE:
                model, self._watch.question = self._watch.question or self._models.current(), None
                self._models.choose_template(model.id, argument)
                self.tell()
            case _:
                pass

    def _menu(self) -> ModelMenu:
        from desktop.ui.menus import ModelMenu

        menu = ModelMenu(self._theme, self._window, self._models.models(), self._models.current(), self._speed)
        menu.chosen.connect(self._choose)
        menu.missing_chosen.connect(self._explain_missing)
        menu.add_requested.connect(self.add)
        return menu

    def _choose(self, model_id: int) -> None:
        self._watch.question = None
        self._models.choose(model_id)

    def _explain_missing(self, model: InstalledModel) -> None:
        from desktop.ui.parts.dialog import Dialog

        dialog = Dialog(
            self._theme,
            self._window,
            tr("The file of {name} is not there").format(name=model.name),
            tr(
                "It was at {path}. Bring the disk or the file back and it works again. "
                "Taking the model off the list deletes nothing else."
            ).format(path=model.path),
            tr("Keep it in the list"),
            tr("Take it off the list"),
            danger=True,
        )
        dialog.accepted.connect(partial(self._models.remove, model.id))
        dialog.ask()

    def _ask_for_template(self, model: InstalledModel) -> None:
        self._watch.question = model
        self.tell()
