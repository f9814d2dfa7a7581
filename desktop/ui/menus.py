"""The menus of the room's header: which model answers, and what can be done with the chat. They say what was chosen and
change nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import AtLimit
from desktop.domain.models import InstalledModel
from desktop.domain.names import speed_text
from desktop.translation import tr, tr_later
from desktop.ui.parts.menu import Menu
from desktop.ui.theme import Theme


class ModelMenu(Menu):
    """Signals:
    chosen: id of the model to answer from now on.
    missing_chosen: a model whose file is not there.
    add_requested: another file is to be added.
    """

    chosen = Signal(int)
    missing_chosen = Signal(object)
    add_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        models: list[InstalledModel],
        current: InstalledModel | None,
        speed: Callable[[InstalledModel], float],
    ) -> None:
        """``speed`` says how many tokens a model writes per second; 0: not known."""
        super().__init__(theme, tr("Models"), parent, width=360)
        self.setObjectName("modelMenu")
        self._models: dict[QAction, InstalledModel] = {}
        for model in (each for each in models if each.chats):
            here = current is not None and model.id == current.id
            known = speed(model)
            figure = speed_text(known) if known else ""
            action = self.add_model(model.name, model.quant, here, missing=not model.available, figure=figure)
            self._models[action] = model
            if here:
                self.setActiveAction(action)
        if models:
            self.add_rule()
        self._add = self.add_command(tr("Add a model file…"), "plus")
        self.triggered.connect(self._picked)
        self.aboutToHide.connect(self.deleteLater)

    def _picked(self, action: QAction) -> None:
        model = self._models.get(action)
        if model is None:
            self.add_requested.emit()
        elif model.available:
            self.chosen.emit(model.id)
        else:
            self.missing_chosen.emit(model)


AT_LIMIT = {
    AtLimit.DROP: tr_later("Forget the oldest part"),
    AtLimit.STOP: tr_later("Stop and say so"),
    AtLimit.SUMMARISE: tr_later("Summarise the oldest part"),
}


class ChatMenu(Menu):
    """Signals:
    rename_requested: the chat is to have another title.
    limit_chosen: the ``AtLimit`` from now on.
    """

    rename_requested = Signal()
    limit_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, at_limit: AtLimit, *, may_rename: bool) -> None:
        super().__init__(theme, tr("This chat"), parent)
        self.setObjectName("headerMenu")
        if may_rename:
            self.add_command(tr("Rename"), "pencil", "F2").triggered.connect(self.rename_requested)
            self.add_rule()
        self.add_heading(tr("When memory is full"))
        self._choices = {self.add_choice(tr(words), choice is at_limit): choice for choice, words in AT_LIMIT.items()}
        self.triggered.connect(self._picked)
        self.aboutToHide.connect(self.deleteLater)

    def _picked(self, action: QAction) -> None:
        if action in self._choices:
            self.limit_chosen.emit(self._choices[action])
