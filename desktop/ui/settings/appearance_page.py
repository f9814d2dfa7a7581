"""Appearance: light or dark, and whether things move."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.translation import tr, tr_later
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.parts.toggles import Segmented, Switch
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Appearance, Theme, size

_CHOICES = (
    (Appearance.SYSTEM, tr_later("System")),
    (Appearance.LIGHT, tr_later("Light")),
    (Appearance.DARK, tr_later("Dark")),
)


class AppearancePage(Page):
    """Signals:
    appearance_chosen: an ``Appearance``.
    motion_chosen: whether motion is to be reduced.
    """

    appearance_chosen = Signal(object)
    motion_chosen = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Appearance"), size("settingsContentMax"), centred=False)
        self.setObjectName("appearancePage")
        self.looks = Segmented(theme, tr("Appearance"), [tr(words) for _, words in _CHOICES])
        self.looks.chosen.connect(self._chosen)
        self.motion = Switch(theme, tr("Reduced motion"))
        self.motion.clicked.connect(lambda: self.motion_chosen.emit(self.motion.isChecked()))
        light = Row(theme, "sun", tr("Light or dark"), tr("“System” follows your desktop."), self.looks)
        still = Row(theme, "eye", tr("Reduced motion"), tr("Nothing glides or fades."), self.motion)
        self.column.addWidget(Label(theme, tr("Appearance"), "title"))
        self.column.addSpacing(14)
        self.column.addWidget(Card(theme, light, still))
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show what is chosen now: the search can choose it as well."""
        theme = self._theme
        places = [appearance for appearance, _ in _CHOICES]
        self.looks.choose(places.index(theme.appearance))
        self.motion.setChecked(theme.reduced_motion)

    def _chosen(self, place: int) -> None:
        self.appearance_chosen.emit(_CHOICES[place][0])
