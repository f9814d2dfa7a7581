"""Privacy and network: what opens the chats, when they are locked, what may leave, and every connection there was.

It shows what the services say and sends what was asked for; it holds no key and decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from desktop.domain.ledger import Entry, as_csv
from desktop.services.access import Known
from desktop.translation import tr, tr_count
from desktop.ui.parts.buttons import Button, Scale
from desktop.ui.parts.labels import Label
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.page import Page
from desktop.ui.parts.select import Select
from desktop.ui.parts.toggles import Switch
from desktop.ui.preferences import LOCK_MINUTES, Settings
from desktop.ui.settings.evidence_card import EvidenceCard
from desktop.ui.settings.ledger_table import LedgerTable, when
from desktop.ui.settings.rows import Card, Mark, Row, Section
from desktop.ui.theme import Theme, size

MINUTES = (1, 5, 10, 30, 0)


class Backups(NamedTuple):
    """What is known of the automatic backups."""

    count: int
    newest: float
    """In seconds since 1970; 0 where there is none."""


class Ledger(NamedTuple):
    """The connections there were."""

    entries: Sequence[Entry]
    made: int
    refused: int


class Privacy(Protocol):
    """What the page needs of the services."""

    guard: Any
    """``ProtectionService``."""
    offline: Any
    """``Privacy``: staying offline, and the evidence for it."""
    upkeep: Any
    """``Upkeep``: backups."""
    access: Any
    """``Access``: who asks the hub."""

    def read(self, then: Callable[[Backups, Ledger], None]) -> None:
        """Backups and ledger, when they were read."""
        ...


class PrivacyPage(Page):
    """Signals:
    told: a sentence for the toast.
    deletion_requested: the word that deletes everything was typed.
    """

    told = Signal(str)
    deletion_requested = Signal()

    def __init__(self, theme: Theme, privacy: Privacy, settings: Settings) -> None:
        super().__init__(theme, tr("Privacy and network"), size("settingsContentMax"), centred=False)
        self.setObjectName("privacyPage")
        self._privacy = privacy
        self._settings = settings
        self._ledger = Ledger((), 0, 0)
        self._make_rows(theme)
        self._lay_out(theme)
        privacy.guard.changed.connect(self._show_protection)
        privacy.offline.changed.connect(self._offline_changed)
        privacy.offline.inspected.connect(self.evidence.show_evidence)
        privacy.upkeep.backed_up.connect(self._backed_up)
        privacy.upkeep.refused.connect(self._backup_refused)
        privacy.access.changed.connect(self._show_access)
        self._show_protection()
        self._show_offline()
        self._show_access()

    def _make_rows(self, theme: Theme) -> None:
        self.change = Button(theme, tr("Change"))
        self.change.setObjectName("changePassphrase")
        self.change.clicked.connect(self._change)
        self.encrypted = Row(theme, "lock-keyhole", tr("Your chats are encrypted"), "", self.change)
        self.paper = Button(theme, tr("Make one"))
        self.paper.setObjectName("recoveryKey")
        self.paper.clicked.connect(self._new_recovery_key)
        self.recovery = Row(theme, "key-round", tr("Recovery key"), "", self.paper)
        self.away = Select(theme, tr("Lock when you are away"), [_minutes(number) for number in MINUTES])
        self.away.setObjectName("lockMinutes")
        chosen = self._settings.get(LOCK_MINUTES, 10)
        self.away.set_current(MINUTES.index(chosen) if chosen in MINUTES else 2)
        self.away.chosen.connect(self._minutes_chosen)
        self.locking = Row(theme, "timer", tr("Lock when you are away"), "", self.away)
        self.switch = Switch(theme, tr("Stay offline"))
        self.switch.setObjectName("stayOffline")
        self.switch.clicked.connect(self._offline_switched)
        self.staying = Row(theme, "wifi-off", tr("Stay offline"), "", self.switch)
        self.token = Button(theme, tr("Enter a token"))
        self.token.setObjectName("hubToken")
        self.token.clicked.connect(self._change_token)
        self.access = Row(
            theme, "key-round", tr("Access token for {host}").format(host=self._privacy.access.host), "", self.token
        )
        self.back_up = Button(theme, tr("Back up now"))
        self.back_up.setObjectName("backUp")
        self.back_up.clicked.connect(self._back_up)
        self.backups = Row(theme, "archive", tr("Backups"), "", self.back_up)
        self.check = Button(theme, tr("Check again"), scale=Scale.SMALL, icon_name="rotate-cw")
        self.check.clicked.connect(self._inspect)
        self.evidence = EvidenceCard(theme)
        self.save = Button(theme, tr("Save as CSV"), scale=Scale.SMALL, icon_name="file-down")
        self.save.setObjectName("saveLedger")
        self.save.clicked.connect(self._save)
        self.connections = Section(theme, tr("Network ledger"), "", self.save)
        self.table = LedgerTable(theme)
        self.delete = Button(theme, tr("Delete everything…"))
        self.delete.set_ink("danger")
        self.delete.setObjectName("deleteEverything")
        self.delete.clicked.connect(self._ask_to_delete)

    def _lay_out(self, theme: Theme) -> None:
        enforced = Section(
            theme,
            tr("What the system enforces"),
            tr("Asked of the kernel and tried in each process, not remembered."),
            self.check,
        )
        note = QHBoxLayout()
        note.setSpacing(8)
        note.addWidget(Mark(theme, "info", "textMuted", 14))
        words = tr("Snug writes this list itself. It holds addresses and sizes, and never what you wrote.")
        note.addWidget(Label(theme, words, "small", "textMuted", wrap=True), 1)
        gone = Row(
            theme,
            "trash-2",
            tr("Delete everything"),
            tr("Chats, backups, settings and keys, at once and for good."),
            self.delete,
        )
        column = self.column
        column.addWidget(Label(theme, tr("Privacy and network"), "title"))
        column.addSpacing(14)
        column.addWidget(
            Card(theme, self.encrypted, self.recovery, self.locking, self.staying, self.access, self.backups)
        )
        column.addSpacing(28)
        column.addWidget(enforced)
        column.addSpacing(12)
        column.addWidget(self.evidence)
        column.addSpacing(28)
        column.addWidget(self.connections)
        column.addSpacing(12)
        column.addWidget(self.table)
        column.addSpacing(12)
        column.addLayout(note)
        column.addSpacing(28)
        column.addWidget(Card(theme, gone))
        column.addSpacing(24)
        column.addStretch(1)

    def refresh(self) -> None:
        """Read everything again: the page is shown."""
        self._privacy.guard.look()
        self._privacy.read(self._show_read)
        # The kernel is asked when the page stands: each process answers, and that takes a moment.
        QTimer.singleShot(0, self._inspect)

    # What the services say

    def _show_protection(self) -> None:
        protection = self._privacy.guard.protection
        if protection is None:
            return
        self.encrypted.say(
            tr("Your chats are encrypted"),
            f"AES-256. {protection.rest}",
        )
        self.change.setText(tr("Change") if protection.passphrase else tr("Set a passphrase"))
        if protection.recovery_saved:
            self.recovery.say(
                tr("Recovery key"), tr("You have it on paper. It opens your chats when nothing else does.")
            )
        else:
            self.recovery.say(
                tr("No recovery key is saved yet"),
                tr("If the passphrase or the keychain is lost, only this key helps."),
            )
        self.recovery.mark.set_looks("key-round", "accentText" if protection.recovery_saved else "warning")
        self.paper.setText(tr("Make a new one") if protection.recovery_saved else tr("Make one"))
        self.away.setEnabled(protection.can_lock)
        self.locking.explain(
            tr("Snug asks for your passphrase to open again.")
            if protection.can_lock
            else tr(
                "Takes a passphrase: the keychain would give the key to any program of yours, so Snug can only hide."
            )
        )

    def _offline_changed(self) -> None:
        self._show_offline()
        if self.isVisible():
            self._inspect()

    def _show_offline(self) -> None:
        offline = self._privacy.offline
        on, closed = offline.offline(), offline.closed()
        self.switch.setChecked(on)
        if on and closed:
            sentence = tr("The system refuses every connection to all of Snug, until you quit it.")
        elif on:
            sentence = tr("Nothing of Snug connects. This system does not enforce it.")
        elif closed:
            sentence = tr("Off with the next start: what was closed stays closed until you quit Snug.")
        else:
            sentence = tr("Only what you start may connect. Your chats have no way out all the same.")
        self.staying.explain(sentence)

    def _show_access(self) -> None:
        known = self._privacy.access.known()
        self.access.explain(
            {
                Known.NONE: tr("None. Only models whose publishers want an account take one."),
                Known.KEPT: tr("Kept in the keychain, and given to that address alone."),
                Known.HERE: tr("Known until you quit Snug: there is no keychain to keep it in."),
            }[known]
        )
        self.token.setText(tr("Enter a token") if known is Known.NONE else tr("Forget the token"))

    def _show_read(self, backups: Backups, ledger: Ledger) -> None:
        now = time.time()
        if backups.count:
            kept = tr_count(backups.count, "1 is kept", "%n are kept")
            sentence = tr("{kept}, the newest of {when}. Encrypted like your chats.").format(
                kept=kept, when=when(backups.newest, now, inside=True)
            )
        else:
            sentence = tr("None yet. One a day is made by itself, encrypted like your chats.")
        self.backups.explain(sentence)
        self._ledger = ledger
        made = tr_count(ledger.made, "1 made", "%n made")
        words = tr("Every connection there was: {made}, {refused:,} blocked.").format(made=made, refused=ledger.refused)
        self.connections.sentence.setText(words if ledger.entries else tr("Every connection would be listed here."))
        self.save.setEnabled(bool(ledger.entries))
        self.table.show_entries(ledger.entries, now)

    # What was asked for

    def _change(self) -> None:
        protection = self._privacy.guard.protection
        if protection is None:
            return
        if not protection.passphrase:
            self.ask_for_passphrase(change=False)
            return
        menu = Menu(self._theme, tr("Ways in"), self)
        menu.aboutToHide.connect(menu.deleteLater)
        guard = self._privacy.guard
        actions = {
            menu.add_command(tr("Change the passphrase…"), "key-round"): partial(self.ask_for_passphrase, change=True)
        }
        if protection.backend:
            actions[menu.add_command("Ask for it at every start", "lock-keyhole")] = guard.ask_at_start
            actions[menu.add_command("Open by the keychain alone", "lock-open")] = guard.remove_passphrase
        else:
            actions[menu.add_command("Open by the keychain as well", "lock-open")] = guard.use_keychain
        menu.triggered.connect(lambda action: actions[action]())
        menu.open_below(self.change, right=True)

    def ask_for_passphrase(self, *, change: bool) -> None:
        from desktop.ui.settings.questions import NewPassphrase

        guard = self._privacy.guard
        question = NewPassphrase(
            self._theme, self.window(), change=change, keychain=guard.protection.backend if guard.protection else ""
        )
        question.chosen.connect(lambda text, always: guard.set_passphrase(text, ask_at_start=always))
        question.chosen.connect(lambda *_: self.told.emit(tr("Passphrase changed") if change else tr("Passphrase set")))
        question.ask()

    def _new_recovery_key(self) -> None:
        self._privacy.guard.new_recovery_key(self._show_recovery_key)

    def _show_recovery_key(self, key: str) -> None:
        from desktop.ui.settings.questions import ShowRecoveryKey

        question = ShowRecoveryKey(self._theme, self.window(), key)
        question.accepted.connect(self._privacy.guard.recovery_saved)
        question.ask()

    def _minutes_chosen(self, place: int) -> None:
        self._settings.put(LOCK_MINUTES, MINUTES[place])
        # Whoever waits looks at the setting again.
        self._privacy.guard.look()

    def _offline_switched(self) -> None:
        self._privacy.offline.stay_offline(self.switch.isChecked())

    def _change_token(self) -> None:
        access = self._privacy.access
        if access.known() is not Known.NONE:
            access.forget()
            return
        from desktop.ui.models.token_dialog import AskToken

        question = AskToken(self._theme, self.window(), access.host)
        question.tokens.setVisible(False)
        question.chosen.connect(access.enter)
        question.ask()

    def _back_up(self) -> None:
        self.back_up.setEnabled(False)
        self._privacy.upkeep.back_up()

    def _backed_up(self, _path: object) -> None:
        if not self.back_up.isEnabled():
            self.told.emit(tr("Backup made, read back and counted"))
        self.back_up.setEnabled(True)
        self._privacy.read(self._show_read)

    def _backup_refused(self, error: Any) -> None:
        self.back_up.setEnabled(True)
        self.told.emit(error.sentence)

    def _inspect(self) -> None:
        self._privacy.offline.inspect()

    def _save(self) -> None:
        chooser = QFileDialog(self, tr("Save the ledger"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("snug-ledger.csv")
        chooser.fileSelected.connect(self._save_to)
        chooser.open()

    def _save_to(self, path: str) -> None:
        from pathlib import Path

        try:
            Path(path).write_text(as_csv(self._ledger.entries), encoding="utf-8", newline="")
        except OSError as error:
            self.told.emit(tr("The ledger could not be saved: {strerror}.").format(strerror=error.strerror))
        else:
            self.told.emit(tr("Saved as {name}").format(name=Path(path).name))

    def _ask_to_delete(self) -> None:
        from desktop.ui.settings.questions import DeleteEverything

        question = DeleteEverything(self._theme, self.window())
        question.accepted.connect(self.deletion_requested)
        question.ask()


def _minutes(number: int) -> str:
    if not number:
        return tr("Never")
    return tr_count(number, "After 1 minute", "After %n minutes")
