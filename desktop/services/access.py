"""Who asks the hub: nobody, or whoever an access token belongs to.

The token is in the system's keychain, or, where there is none, in this process until it ends. The plain settings know
for which hub there is one, so that the keychain is asked only then.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.errors import AppError
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.vault.hub_token import HubToken

KEPT_FOR = "hub.token"
LONGEST = 500


class Known(Enum):
    """Where the token is."""

    NONE = auto()
    KEPT = auto()
    """In the keychain."""
    HERE = auto()
    """In this process only: there is no keychain."""


class Access(QObject):
    """``tell`` gives the token to the courier.

    Signals:
        changed: ``known``.
        told: a sentence about what was done.
        refused: an ``AppError``.
    """

    changed = Signal()
    told = Signal(str)
    refused = Signal(object)

    def __init__(
        self,
        settings: SettingsFile,
        worker: Worker,
        place: HubToken,
        host: str,
        tell: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._worker = worker
        self._place = place
        self.host = host
        self._tell = tell
        self._token = ""

    def known(self) -> Known:
        if self._settings.get(KEPT_FOR) == self.host:
            return Known.KEPT
        return Known.HERE if self._token else Known.NONE

    def read(self) -> str:
        """The token, if there is one. May wait for the keychain: for the worker's thread."""
        if not self._token and self.known() is Known.KEPT:
            self._token = self._place.read()
        return self._token

    def use(self, token: str) -> None:
        """Ask with this one until this process ends, and keep it nowhere.

        Raises:
            AppError: BAD_TOKEN.
        """
        self._token = checked(token)
        self._tell(self._token)
        self.changed.emit()

    def enter(self, token: str, then: Callable[[], None] = lambda: None) -> None:
        """Ask with this one from now on, and keep it in the keychain, if there is one."""
        try:
            self.use(token)
        except AppError as error:
            self.refused.emit(error)
            return
        kept = self._token

        def done(is_kept: bool) -> None:
            self._settings.put(KEPT_FOR, self.host if is_kept else "")
            words = (
                tr("It is in the keychain")
                if is_kept
                else tr("There is no keychain: it is forgotten when you quit Snug")
            )
            self.told.emit(words)
            self.changed.emit()
            then()

        self._worker.run(lambda: self._place.keep(kept), done)

    def forget(self) -> None:
        """Ask as nobody from now on."""
        self._token = ""
        self._tell("")

        def done(is_gone: bool) -> None:
            if is_gone:
                self._settings.put(KEPT_FOR, "")
                self.told.emit(tr("The access token is forgotten"))
            else:
                self.refused.emit(not_forgotten())
            self.changed.emit()

        self._worker.run(self._place.forget, done)


def not_forgotten() -> AppError:
    """The keychain keeps the token."""
    return AppError(
        "KEYCHAIN_FAILED",
        tr("The keychain did not let the access token go."),
        tr("Snug does not use it any more until it starts again."),
        tr("Unlock the keychain and try again."),
    )


def checked(token: str) -> str:
    """The token without what stood around it.

    Raises:
        AppError: BAD_TOKEN: it cannot be one.
    """
    bare = token.strip()
    if not bare or len(bare) > LONGEST or not all("!" <= letter <= "~" for letter in bare):
        raise AppError(
            "BAD_TOKEN",
            tr("That is no access token."),
            tr("Nothing was kept."),
            tr("It is one word of letters and digits, from the settings of your account on the hub."),
        )
    return bare
