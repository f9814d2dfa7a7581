"""The room of the models: a head with a switch between its pages and what the open page adds to it, the page below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.translation import tr
from desktop.ui.parts.other_room import OtherRoom
from desktop.ui.parts.toggles import Segmented
from desktop.ui.theme import Theme


class Entry(NamedTuple):
    """A page. ``actions`` stands at the right of the head while it is open; a ``refresh`` of the page is called when it
    is shown."""

    key: str
    name: str
    page: QWidget
    actions: QWidget


class ModelsRoom(OtherRoom):
    """A switch between its pages, and what the open page adds to the head."""

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(theme, "Models", tr("Models"), parent)
        self.keys = [entry.key for entry in entries]
        self.switch = Segmented(theme, tr("Which models"), [entry.name for entry in entries])
        self.switch.chosen.connect(self.turn_to)
        self._actions = QStackedWidget()
        self.head.insertSpacing(2, 20)
        self.head.insertWidget(3, self.switch)
        # Shown only when it has a place: without one it would be a window.
        self.switch.setVisible(len(entries) > 1)
        self._below = QHBoxLayout()
        self._below.setContentsMargins(24, 0, 16, 10)
        self._is_below: bool | None = None
        for entry in entries:
            self.pages.addWidget(entry.page)
            self._actions.addWidget(entry.actions)
        self.column.insertLayout(1, self._below)
        self.column.addWidget(self.pages, 1)

    def open(self, key: str = "") -> None:
        super().open(key)
        self.pages.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_actions()

    def _place_actions(self) -> None:
        """Beside the switch, or under it where there is no room."""
        others = sum(
            self.head.itemAt(place).sizeHint().width() + self.head.spacing()
            for place in range(self.head.count())
            if self.head.itemAt(place).widget() is not self._actions
        )
        below = others + self._actions.currentWidget().sizeHint().width() + 64 > self.width()
        if below == self._is_below:
            return
        self._is_below = below
        if below:
            self.head.removeWidget(self._actions)
            self._below.addWidget(self._actions)
        else:
            self._below.removeWidget(self._actions)
            self.head.insertWidget(self.head.count() - 1, self._actions)

    def tell(self) -> None:
        """Have the open page say what holds now."""
        tell = getattr(self.pages.currentWidget(), "tell", None)
        if tell is not None:
            tell()

    def turn_to(self, place: int) -> None:
        self.switch.choose(place)
        self._actions.setCurrentIndex(place)
        self._place_actions()
        super().turn_to(place)
