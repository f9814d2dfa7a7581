"""The application with its window: from open stores to services to widgets, and back in good order at the end."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop import APP_ID, logs
from desktop import house as houses
from desktop.errors import AppError
from desktop.house import House, Stores
from desktop.paths import Paths, resources
from desktop.porter import EXIT_AGAIN
from desktop.services.instance import WindowLock
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.translation import tr
from desktop.ui import icons, language
from desktop.ui.application import Application
from desktop.ui.chat.transcript import Transcript
from desktop.ui.frame import place
from desktop.ui.main_window import MainWindow
from desktop.ui.parts.style import STYLE, dress
from desktop.ui.preferences import ENTER_SENDS, LOCK_MINUTES, LOOKS, OPENS_LAST_CHAT, STATISTICS
from desktop.ui.theme import Theme, load_fonts
from desktop.vault import refusals

if TYPE_CHECKING:
    from desktop.domain.glance import Glance
    from desktop.engine.client import Launcher
    from desktop.porter import Line
    from desktop.services.privacy import Privacy
    from desktop.ui.first_run.welcome import Chosen
    from desktop.ui.lock.lock_screen import LockScreen
    from desktop.ui.refusal import Refusal
    from desktop.ui.settings.general_page import GeneralPage
    from desktop.ui.settings.privacy_page import PrivacyPage
    from desktop.ui.taskbar import Taskbar

PATIENCE_MS = 1000
"""Longest wait for the first picture before everything else begins."""
BREATH_MS = 30
"""After the first picture: what the user did meanwhile comes before everything else."""


class Desktop(QObject):
    """One run of the window.

    Signals:
        shown: the main window is there and its services have what they show first.
        begun: and it was painted.
        closing: it is over; nobody waits for a picture any more.
    """

    shown = Signal()
    begun = Signal()
    closing = Signal()

    def __init__(
        self,
        argv: list[str],
        settings: SettingsFile,
        paths: Paths,
        worker: Worker,
        lock: WindowLock,
        launcher: Launcher | None = None,
        line: Line | None = None,
    ) -> None:
        self.application = QApplication.instance() or Application([*argv, *STYLE])
        language.speak(resources() / "words")
        super().__init__()
        self._settings = settings
        self._paths = paths
        self._worker = worker
        self._launcher = launcher
        self._line = line
        self._code = 0
        self.window: MainWindow | None = None
        self.house: House | None = None
        self._refusal: Refusal | None = None
        self._screen: LockScreen | None = None
        self._has_begun = False
        self._erases = False
        self._offline: Privacy | None = None
        self._seen: Glance | None = None
        self._files: list[str] = []
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._begin)
        application = self.application
        assert isinstance(application, QApplication)
        if isinstance(application, Application):
            application.opened.connect(self.open)
        application.setApplicationName("Snug")
        application.setDesktopFileName(APP_ID)
        self._taskbar: Taskbar | None = None
        load_fonts()
        self.theme = Theme(*(kind(settings.get(key)) for kind, key in LOOKS.items()))
        self.theme.enter_sends = bool(settings.get(ENTER_SENDS))
        self.theme.shows_statistics = bool(settings.get(STATISTICS))
        self._look = dress(application, self.theme)
        self._lock = lock
        lock.raised.connect(self._to_front)
        lock.opened.connect(self.open)
        lock.lock_asked.connect(self.lock)

    def run(self) -> int:
        """Until the window is closed; the exit status."""
        code = self.application.exec()
        self._close()
        return self._code or code

    def quit(self, code: int = 0) -> None:
        """Close in good order."""
        self._code = code
        self.application.quit()

    def open(self, files: Sequence[str]) -> None:
        """Use model files that come from outside, as soon as the window is there and not covered: as if they had been
        dropped on it."""
        self._files += files
        if self._files and self.window is not None and self._has_begun and self._screen is None:
            wanted, self._files = self._files, []
            self.window.models_dropped.emit(wanted)

    def furnish(self, stores: Stores, seen: Glance | None) -> None:
        """Services, window, first chat, in this order. The stores may still be opening when ``seen`` is there."""
        if self._screen is not None:
            self._screen.opening()
        house = houses.furnish(
            self._paths, self._settings, self._worker, stores, launcher=self._launcher, line=self._line
        )
        self.house = house
        house.connections_changed = self._tell_sidebar
        house.folders.start(seen)
        if seen is not None:
            # The window is built with the chat in it, and not an empty one first.
            house.chats.start(seen)
        if not self._settings.get(OPENS_LAST_CHAT):
            # Before the window is shown: with a glance at once, else as soon as the chats were read.
            if seen is not None:
                house.chats.new_chat()
            else:
                house.chats.ready.connect(house.chats.new_chat)
        self.window = MainWindow(
            self.theme,
            house.chats,
            house.models,
            house.folders,
            self._settings,
            _transcript,
            open_link=self._open_outside,
            make_general_page=self._general_page,
            make_privacy_page=self._privacy_page,
            placement=house.placement,
            make_benchmarks=house.benchmarks,
            make_shelf=house.shelf,
            make_shop=house.shop,
            reveal=self._reveal,
            memory=house.memory,
        )
        self._seen = seen
        self.window.deletion_requested.connect(self._delete_everything)
        house.guard.lock_requested.connect(self.lock)
        house.guard.refused.connect(house.chats.refused)
        self.window.lock_requested.connect(house.guard.lock)
        self.window.welcome_requested.connect(self._first_steps)
        self.window.welcomed.connect(self._welcomed)
        self._worker.refused.connect(house.chats.refused)
        logs.watch_for_crashes(self._paths.logs, self._tell)
        if seen is not None:
            self._ready()
        else:
            house.chats.ready.connect(self._ready)
            house.chats.start()

    def explain(self, error: AppError) -> None:
        """The stores did not open: say so in a window of its own; the exit status is 1."""
        sys.stderr.write(f"snug: {error.sentence}\n")
        gc.enable()
        self._code = 1
        self._uncover()
        from desktop.ui.refusal import Refusal

        self._refusal = Refusal(self.theme, error)
        self._refusal.closed.connect(self.application.quit)
        self._refusal.show()

    def ask(self, why: AppError, answer: Callable[[str, str, bool], None]) -> None:
        """Somebody has to type something before the chats can be opened: ``answer`` gets the code of ``why``, what was
        typed, and whether that is a recovery key."""
        from desktop import unlocking
        from desktop.ui.lock.lock_screen import Asking, LockScreen

        gc.enable()
        asking = Asking.NEW
        if why.code == refusals.LOCKED:
            has_passphrase = unlocking.vault_of(self._paths).status().passphrase
            asking = Asking.PASSPHRASE if has_passphrase else Asking.RECOVERY_ONLY
        sentence = "" if why.code == refusals.LOCKED and not why.detail else tr(why.happened)
        screen = LockScreen(self.theme, asking, sentence)
        screen.typed.connect(lambda secret, recovery: answer(why.code, secret, recovery))
        screen.chosen.connect(lambda secret: answer(why.code, secret, False))
        self._cover(screen)
        self._lock.listen()

    def refuse(self, error: AppError) -> None:
        """What was typed on the lock screen opened nothing."""
        if self._screen is not None:
            self._screen.refuse(error)

    def lock(self) -> None:
        """Take the chats off the screen. With a passphrase this process ends, since the memory of a running one cannot
        be wiped; the porter starts the next, which asks. Without one the window only hides."""
        if self.house is None or self._screen is not None:
            return
        if self.house.guard.can_lock:
            self.quit(EXIT_AGAIN)
        elif self.window is not None:
            from desktop.ui.lock.lock_screen import Asking, LockScreen

            screen = LockScreen(self.theme, Asking.NOTHING)
            screen.show_requested.connect(self._unhide)
            self._cover(screen, self.window)
            self.window.hide()

    def _unhide(self) -> None:
        if self.window is not None:
            self.window.show()
        self._uncover()
        self.open([])

    def _cover(self, screen: LockScreen, over: QWidget | None = None) -> None:
        self._screen = screen
        screen.ended.connect(self.application.quit)
        if over is not None:
            screen.setGeometry(over.geometry())
        else:
            place(screen, self._settings)
        screen.show()

    def _uncover(self) -> None:
        screen, self._screen = self._screen, None
        if screen is not None:
            screen.ended.disconnect()
            screen.close()
            screen.deleteLater()

    def _ready(self) -> None:
        if self.window is not None:
            self.window.painted.connect(self._painted)
            if self._screen is not None:
                # Where somebody typed: a window that opens elsewhere looks like another program.
                self.window.setGeometry(self._screen.geometry())
                self.window.setWindowState(self._screen.windowState() & Qt.WindowState.WindowMaximized)
            self.window.show()
        self._uncover()
        self.shown.emit()
        # A window that starts minimised is not painted.
        self._patience.start(PATIENCE_MS)

    def _painted(self) -> None:
        if not self._has_begun:
            self._patience.start(BREATH_MS)

    def _begin(self) -> None:
        """The window is painted and takes keys; now the rest may take the processors for a moment."""
        from PySide6.QtGui import QIcon

        from desktop.ui.parts.roles import tell_roles
        from desktop.ui.wishes import Wishes

        self._has_begun = True
        tell_roles()
        gc.freeze()
        gc.enable()
        self.application.setWindowIcon(QIcon(icons.brand("snug-mark", 128, 128, 1.0)))
        self._lock.listen()
        Wishes(self.theme, self)
        if self.window is not None and self._seen is not None:
            # The bar beside the list is as long from here on as it is going to be; laying so many rows out takes time.
            self.window.sidebar.list.expect(self._seen.below())
        self._seen = None
        self.begun.emit()
        if self.house is not None:
            self.house.models.start()
            self.open([])
            self.house.guard.look()
            self.house.upkeep.start()
            self._watch_for_leaving(self.house)
            self._offline_service().changed.connect(self._tell_sidebar)
            self.house.guard.changed.connect(self._tell_sidebar)
            self.house.guard.changed.connect(self._welcome)

    def _welcome(self) -> None:
        """The first steps, where nobody has seen them and there is nothing yet."""
        assert self.house is not None
        house, window, protection = self.house, self.window, self.house.guard.protection
        if window is None or protection is None:
            return
        house.guard.changed.disconnect(self._welcome)
        if not self._settings.get("welcomed") and not house.chats.chats():
            self._first_steps()

    def _first_steps(self) -> None:
        assert self.house is not None
        house, window, protection = self.house, self.window, self.house.guard.protection
        if window is None or protection is None:
            return
        from desktop.services import computer

        here = computer.look(house.models.memory_here())
        keychain = "" if protection.passphrase else protection.backend
        window.show_welcome(here, house.discovery().recommended(here.cores), keychain)

    def _welcomed(self, chosen: Chosen) -> None:
        self._settings.put("welcomed", True)
        if chosen.offline:
            self._offline_service().stay_offline(True)

    def _general_page(self, theme: Theme) -> GeneralPage:
        from desktop import paths
        from desktop.ui.settings.general_page import GeneralPage

        assert self.window is not None
        data = self._paths.data
        page = GeneralPage(theme, self._settings, str(data), carried=data == paths.portable_data_dir())
        page.welcome_requested.connect(self.window.welcome_requested)
        page.reveal_requested.connect(self._reveal)
        return page

    def _privacy_page(self, theme: Theme) -> PrivacyPage:
        from desktop.ui.settings.privacy_page import PrivacyPage
        from desktop.ui.settings.services import PrivacyServices

        assert self.house is not None
        return PrivacyPage(theme, PrivacyServices(self.house, self._offline_service()), self._settings)

    def _offline_service(self) -> Privacy:
        """*Stay offline*, made after the first picture."""
        assert self.house is not None
        if self._offline is None:
            self._offline = self.house.privacy()
        return self._offline

    def _tell_sidebar(self) -> None:
        """The badge says what holds at this moment; a dot reminds of the recovery key until it is saved."""
        from desktop.ui.sidebar.wall import Connection

        if self.window is None or self.house is None:
            return
        offline, sidebar = self._offline_service(), self.window.sidebar
        hosts = self.house.hosts()
        done, size = self.house.downloading()
        if self._taskbar is None:
            from desktop.ui.taskbar import Taskbar

            self._taskbar = Taskbar(APP_ID)
        self._taskbar.show(done, size)
        if hosts:
            title = (
                tr("Downloading a model, {percent} %").format(percent=done * 100 // size) if size else tr("Connected")
            )
            sidebar.set_status(
                Connection.DOWNLOADING,
                title,
                (tr("Only from {hosts}") if size else tr("Only to {hosts}")).format(hosts=", ".join(hosts)),
            )
        elif not offline.offline() and not offline.closed():
            sidebar.set_status(Connection.ALLOWED, tr("Not connected"), tr("Only what you start may connect"))
        elif offline.closed():
            sidebar.set_status(Connection.OFFLINE, tr("Offline"), tr("Nothing leaves this computer"))
        else:
            sidebar.set_status(Connection.OFFLINE, tr("Offline"), tr("By Snug alone, not by the system"))
        protection = self.house.guard.protection
        saved = protection is None or protection.recovery_saved
        sidebar.settings.set_reminder("" if saved else tr("No recovery key is saved yet: see Privacy and network"))

    def _delete_everything(self) -> None:
        """Close, and then remove it all: nobody may have a file open."""
        self._erases = True
        self.quit()

    def _watch_for_leaving(self, house: House) -> None:
        from desktop.ui.away import Away

        assert self.window is not None
        away = Away(self.window, lambda: house.chats.current().answering())

        def follow() -> None:
            # Hiding by itself would be in the way and protect nothing: for that there is the lock of the computer.
            away.set_minutes(int(self._settings.get(LOCK_MINUTES)) if house.guard.can_lock else 0)

        away.left.connect(lambda: house.guard.can_lock and self.lock())
        house.guard.changed.connect(follow)

    def _tell(self, text: str) -> None:
        if self.window is not None:
            self.window.toast.tell(text, warning=True)

    def _open_outside(self, link: str) -> None:
        # Imported with the first link: each class of Qt is made when it is imported.
        from desktop.ui import outside

        outside.open_link(self, link, self._not_opened)

    def _reveal(self, path: str) -> None:
        from desktop.ui import outside

        outside.reveal(self, path, self._not_revealed)

    def _not_revealed(self, path: str) -> None:
        self.application.clipboard().setText(path)
        self._tell(tr("Nothing here could show the folder. Its path is copied."))

    def _not_opened(self, link: str) -> None:
        self.application.clipboard().setText(link)
        self._tell(tr("Nothing here could open the link. It is copied: paste it into your browser."))

    def _to_front(self) -> None:
        window: QWidget | None = self._screen or self.window or self._refusal
        if window is not None:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
            window.activateWindow()

    def _close(self) -> None:
        self.closing.emit()
        for window in (self.window, self._screen):
            if window is not None:
                window.hide()
        if self.house is not None:
            self.house.close()
        else:
            self._worker.shut()
        if self._erases:
            from desktop import unlocking
            from desktop.vault.erasing import erase

            erase(self._paths, unlocking.vault_of(self._paths))


def _transcript(theme: Theme, parent: QWidget) -> QWidget:
    return Transcript(theme, parent)
