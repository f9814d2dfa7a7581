"""Keyboard: what the keys do. The commands' own keys come from the commands, so that the list cannot be wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.translation import tr, tr_later
from desktop.ui.commands import COMMANDS
from desktop.ui.parts.keys import control
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import KeyCap
from desktop.ui.parts.page import Page
from desktop.ui.settings.rows import Card, Row, Section
from desktop.ui.theme import Theme, size

_OTHERS = (
    ("x", tr_later("Stop the answer, or close what is open"), "", "Esc"),
    ("search", tr_later("Search the chats and the commands"), "", control("K")),
    ("keyboard", tr_later("To the message"), "", control("L")),
    ("app-window", tr_later("To the next part of the window"), tr_later("Shift+F6 goes back."), "F6"),
    ("pencil", tr_later("Rename"), tr_later("In the list of chats, or of models."), "F2"),
    (
        "trash-2",
        tr_later("Delete"),
        tr_later("In the same lists. A deleted chat can be brought back for a few seconds."),
        "Del",
    ),
    ("folder-open", tr_later("Open a folder of chats"), tr_later("Left closes it, and Enter does both."), "Right"),
    ("ellipsis", tr_later("Everything else that can be done with a row"), tr_later("Shift+F10 does the same."), "Menu"),
)


class KeyboardPage(Page):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Keyboard"), size("settingsContentMax"), centred=False)
        self.setObjectName("keyboardPage")
        self.column.addWidget(Label(theme, tr("Keyboard"), "title"))
        self.column.addSpacing(14)
        named: list[QWidget] = [
            Row(theme, each.icon_name, tr(each.text), "", KeyCap(theme, each.keys)) for each in COMMANDS if each.keys
        ]
        self.column.addWidget(Card(theme, *named))
        self.column.addSpacing(26)
        self.column.addWidget(Section(theme, tr("Everywhere"), tr("Tab and the arrow keys reach everything there is.")))
        self.column.addSpacing(10)
        others: list[QWidget] = [
            Row(theme, icon_name, tr(title), tr(more), KeyCap(theme, keys)) for icon_name, title, more, keys in _OTHERS
        ]
        self._caps = (KeyCap(theme, "Enter"), KeyCap(theme, control("Enter")))
        self._sends = Row(theme, "message-square", tr("Send the message"), "", *self._caps)
        others.insert(0, self._sends)
        theme.changed.connect(self._tell_enter)
        self._tell_enter()
        self.column.addWidget(Card(theme, *others))
        self.column.addSpacing(24)

    def _tell_enter(self) -> None:
        """What was chosen under General."""
        enter = self._theme.enter_sends
        self._caps[0].setVisible(enter)
        self._caps[1].setVisible(not enter)
        self._sends.explain(tr("Shift+Enter begins a new line.") if enter else tr("Enter begins a new line."))
