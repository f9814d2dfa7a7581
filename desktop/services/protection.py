"""The ways in as verbs for the window: passphrase, keychain, recovery key, lock. Never touches the key itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.errors import AppError
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.vault.keys import Protection
    from desktop.vault.ways import Ways


class ProtectionService(QObject):
    """How the chats are protected, and changing it. The slow parts run on the storage thread.

    Signals:
        changed: ``protection`` says something else now.
        refused: an ``AppError``; nothing was changed.
        lock_requested: the chats are to leave the screen; whether that is a real lock, ``protection`` knows.
    """

    changed = Signal()
    refused = Signal(object)
    lock_requested = Signal()

    def __init__(self, worker: Worker, ways: Ways, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._ways = ways
        self.protection: Protection | None = None

    def look(self) -> None:
        """Read how the chats are protected; ``changed`` follows."""
        self._worker.run(self._ways.status, self._known, self.refused.emit)

    def set_passphrase(self, passphrase: str, *, ask_at_start: bool = True) -> None:
        """Set or change the passphrase."""
        self._do(lambda: self._ways.set_passphrase(passphrase, ask_at_start=ask_at_start))

    def remove_passphrase(self) -> None:
        """Open by the keychain alone."""
        self._do(self._ways.remove_passphrase)

    def use_keychain(self) -> None:
        """Open by the keychain as well."""
        self._do(self._ways.use_keychain)

    def ask_at_start(self) -> None:
        """Open by the passphrase alone."""
        self._do(self._ways.ask_at_start)

    def new_recovery_key(self, show: Callable[[str], None]) -> None:
        """Make one and show it."""

        def made(text: str) -> None:
            show(text)
            self.look()

        self._worker.run(self._ways.new_recovery_key, made, self.refused.emit)

    def recovery_saved(self) -> None:
        """The user has the newest recovery key on paper."""
        self._do(self._ways.recovery_saved)

    def lock(self) -> None:
        """Take the chats off the screen."""
        self.lock_requested.emit()

    @property
    def can_lock(self) -> bool:
        """Whether ``lock`` is a real lock."""
        return self.protection is not None and self.protection.can_lock

    def _do(self, change: Callable[[], None]) -> None:
        self._worker.run(change, lambda _: self.look(), self._refuse)

    def _refuse(self, error: AppError) -> None:
        self.refused.emit(error)
        self.look()

    def _known(self, protection: Protection) -> None:
        self.protection = protection
        self.changed.emit()
