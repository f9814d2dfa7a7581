"""Appearance: light or dark, how much contrast, and whether things move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import Signal

from desktop.translation import tr, tr_later
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.parts.toggles import Segmented
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Appearance, Choice, Contrast, Motion, Theme, size


class _Question(NamedTuple):
    icon: str
    title: str
    sentence: str
    answers: Mapping[Choice, str]


_QUESTIONS = (
    _Question(
        "sun",
        tr_later("Light or dark"),
        tr_later("“System” follows your desktop."),
        {
            Appearance.SYSTEM: tr_later("System"),
            Appearance.LIGHT: tr_later("Light"),
            Appearance.DARK: tr_later("Dark"),
        },
    ),
    _Question(
        "eye",
        tr_later("Contrast"),
        tr_later("High: clearer lines, and no pale words."),
        {Contrast.SYSTEM: tr_later("System"), Contrast.HIGH: tr_later("High"), Contrast.USUAL: tr_later("Usual")},
    ),
    _Question(
        "play",
        tr_later("Motion"),
        tr_later("Reduced: nothing glides or fades."),
        {Motion.SYSTEM: tr_later("System"), Motion.REDUCED: tr_later("Reduced"), Motion.FULL: tr_later("Full")},
    ),
)


class AppearancePage(Page):
    """Signals:
    look_chosen: a ``Choice``: an ``Appearance``, a ``Contrast`` or a ``Motion``.
    """

    look_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Appearance"), size("settingsContentMax"), centred=False)
        self.setObjectName("appearancePage")
        self.looks: dict[type[Choice], Segmented] = {}
        rows: list[Row] = []
        for question in _QUESTIONS:
            choices = list(question.answers)
            segments = Segmented(theme, tr(question.title), [tr(words) for words in question.answers.values()])
            segments.chosen.connect(lambda place, choices=choices: self.look_chosen.emit(choices[place]))
            self.looks[type(choices[0])] = segments
            rows.append(Row(theme, question.icon, tr(question.title), tr(question.sentence), segments))
        self.column.addWidget(Label(theme, tr("Appearance"), "title"))
        self.column.addSpacing(14)
        self.column.addWidget(Card(theme, *rows))
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show what is chosen now: the search can choose it as well."""
        for kind, segments in self.looks.items():
            segments.choose(list(kind).index(self._theme.chosen(kind)))
