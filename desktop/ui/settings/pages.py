"""The pages of the settings as the window has them: made when the settings are opened first, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.translation import tr
from desktop.ui.settings.about_page import AboutPage
from desktop.ui.settings.appearance_page import AppearancePage
from desktop.ui.settings.benchmark_page import BenchmarkPage
from desktop.ui.settings.keyboard_page import KeyboardPage
from desktop.ui.settings.memory_page import MemoryPage
from desktop.ui.settings.room import Entry, SettingsRoom
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.services.memory_settings import MemorySettings
    from desktop.ui.settings.privacy_page import PrivacyPage


class SettingsPages(QObject):
    """``room`` shows them. What is None has no page.

    Signals:
        told: a sentence for the toast.
        appearance_chosen: an ``Appearance``.
        motion_chosen: whether motion is to be reduced.
        deletion_requested: everything is to be deleted, and the word for it was typed.
        link_activated: an address outside; nothing was opened.
    """

    told = Signal(str)
    appearance_chosen = Signal(object)
    motion_chosen = Signal(bool)
    deletion_requested = Signal()
    link_activated = Signal(str)

    def __init__(
        self,
        theme: Theme,
        make_general_page: Callable[[Theme], QWidget] | None,
        make_privacy_page: Callable[[Theme], PrivacyPage] | None,
        memory: MemorySettings | None,
        benchmarks: Any,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        looks = AppearancePage(theme)
        looks.appearance_chosen.connect(self.appearance_chosen)
        looks.motion_chosen.connect(self.motion_chosen)
        entries = [Entry("appearance", tr("Appearance"), "palette", looks)]
        if make_general_page is not None:
            entries.insert(0, Entry("general", tr("General"), "settings-2", make_general_page(theme)))
        if memory is not None:
            entries.append(Entry("memory", tr("Models and memory"), "memory-stick", MemoryPage(theme, memory)))
        self._privacy: PrivacyPage | None = None
        if make_privacy_page is not None:
            privacy = self._privacy = make_privacy_page(theme)
            privacy.told.connect(self.told)
            privacy.deletion_requested.connect(self.deletion_requested)
            entries.append(Entry("privacy", tr("Privacy and network"), "shield-check", privacy))
        if benchmarks is not None:
            benchmark = BenchmarkPage(theme, benchmarks)
            benchmark.told.connect(self.told)
            entries.append(Entry("benchmark", tr("Benchmark"), "gauge", benchmark))
        about = AboutPage(theme)
        about.link_activated.connect(self.link_activated)
        entries.append(Entry("keyboard", tr("Keyboard"), "keyboard", KeyboardPage(theme)))
        entries.append(Entry("about", tr("About"), "info", about))
        self.room = SettingsRoom(theme, entries)

    def ask_for_passphrase(self) -> None:
        """Have a passphrase set, which the privacy page asks for."""
        if self._privacy is not None:
            self._privacy.ask_for_passphrase(change=False)
