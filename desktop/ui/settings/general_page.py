"""General: what Snug opens with, what sends a message, what stands under answers, and where everything is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.translation import tr
from desktop.ui.parts.buttons import Button, Scale
from desktop.ui.parts.keys import control
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.parts.toggles import Segmented, Switch
from desktop.ui.preferences import ENTER_SENDS, OPENS_LAST_CHAT, STATISTICS, Settings
from desktop.ui.settings.rows import Card, Row
from desktop.ui.theme import Theme, size


class GeneralPage(Page):
    """``folder`` is where everything is kept; ``carried``: beside the program, and moved with it.

    Signals:
        welcome_requested: the first steps are wanted again.
        reveal_requested: the folder is to be shown.
    """

    welcome_requested = Signal()
    reveal_requested = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, folder: str, *, carried: bool = False) -> None:
        super().__init__(theme, tr("General"), size("settingsContentMax"), centred=False)
        self.setObjectName("generalPage")
        self._settings = settings
        self.opens = Segmented(theme, tr("When Snug opens"), [tr("Last chat"), tr("New chat")])
        self.opens.choose(0 if settings.get(OPENS_LAST_CHAT, True) else 1)
        self.opens.chosen.connect(lambda place: settings.put(OPENS_LAST_CHAT, place == 0))
        self.sends = Segmented(theme, tr("Send with"), ["Enter", control("Enter")])
        self.sends.choose(0 if theme.enter_sends else 1)
        self.sends.chosen.connect(self._sends_chosen)
        self.statistics = Switch(theme, tr("Show what an answer took"))
        self.statistics.setObjectName("statistics")
        self.statistics.setChecked(theme.shows_statistics)
        self.statistics.clicked.connect(self._statistics_chosen)
        self.again = Button(theme, tr("Show them"), scale=Scale.SMALL)
        self.again.clicked.connect(self.welcome_requested)
        self.show_folder = Button(theme, tr("Show folder"), scale=Scale.SMALL)
        self.show_folder.clicked.connect(lambda: self.reveal_requested.emit(folder))
        self._send_row = Row(theme, "keyboard", tr("Send with"), "", self.sends)
        self._tell_send()
        took = tr("Speed, length and the wait for the first word, in a line under it.")
        first = tr("What this computer can run, and a model for it. Nothing is changed until you choose.")
        where = (
            tr("Snug is carried about: all of it is beside the program.")
            if carried
            else tr("Chats, settings and backups.")
        )
        column = self.column
        column.addWidget(Label(theme, tr("General"), "title"))
        column.addSpacing(14)
        column.addWidget(
            Card(
                theme,
                Row(theme, "app-window", tr("When Snug opens"), tr("Also after it was locked."), self.opens),
                self._send_row,
                Row(theme, "gauge", tr("Show what an answer took"), took, self.statistics),
            )
        )
        column.addSpacing(28)
        column.addWidget(Label(theme, tr("This Snug"), "heading"))
        column.addSpacing(12)
        column.addWidget(
            Card(
                theme,
                Row(theme, "folder-open", tr("Where everything is kept"), f"{where} {folder}", self.show_folder),
                Row(theme, "arrow-right", tr("First steps"), first, self.again),
            )
        )
        column.addSpacing(24)
        column.addStretch(1)

    def _sends_chosen(self, place: int) -> None:
        self._theme.enter_sends = place == 0
        self._keep(ENTER_SENDS, place == 0)
        self._tell_send()

    def _tell_send(self) -> None:
        enter = self._theme.enter_sends
        self._send_row.explain(tr("Shift+Enter begins a new line.") if enter else tr("Enter begins a new line."))

    def _statistics_chosen(self, shown: bool) -> None:
        self._theme.shows_statistics = shown
        self._keep(STATISTICS, shown)

    def _keep(self, key: str, value: bool) -> None:
        self._settings.put(key, value)
        self._theme.changed.emit()
