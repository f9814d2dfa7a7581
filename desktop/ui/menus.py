"""The two menus of the window: which model answers, and how Snug looks. They say what was chosen and change nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.domain.models import InstalledModel
from desktop.ui.parts.menu import Menu
from desktop.ui.theme import Appearance, Theme


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
        self, theme: Theme, parent: QWidget, models: list[InstalledModel], current: InstalledModel | None
    ) -> None:
        super().__init__(theme, "Models", parent, width=360)
        self.setObjectName("modelMenu")
        self._models: dict[QAction, InstalledModel] = {}
        for model in models:
            here = current is not None and model.id == current.id
            action = self.add_model(model.name, model.quant, here, missing=not model.available)
            self._models[action] = model
            if here:
                self.setActiveAction(action)
        if models:
            self.add_rule()
        self._add = self.add_command("Add a model file…", "plus")
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


class AppearanceMenu(Menu):
    """Signals:
    appearance_chosen: an ``Appearance``.
    motion_chosen: whether motion is to be reduced.
    """

    appearance_chosen = Signal(object)
    motion_chosen = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "Settings", parent, width=240)
        self.setObjectName("appearanceMenu")
        self.add_heading("Appearance")
        choices = (
            (Appearance.SYSTEM, "Same as the system", "monitor"),
            (Appearance.LIGHT, "Light", "sun"),
            (Appearance.DARK, "Dark", "moon"),
        )
        self._choices: dict[QAction, Appearance] = {}
        for appearance, words, icon_name in choices:
            action = self.add_choice(words, theme.appearance is appearance, icon_name)
            self._choices[action] = appearance
        self.add_rule()
        self._motion = self.add_choice("Reduced motion", theme.reduced_motion, "eye")
        self.triggered.connect(self._picked)
        self.aboutToHide.connect(self.deleteLater)

    def _picked(self, action: QAction) -> None:
        appearance = self._choices.get(action)
        if appearance is not None:
            self.appearance_chosen.emit(appearance)
        else:
            self.motion_chosen.emit(self._motion.isChecked())
