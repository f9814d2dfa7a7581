"""What the privacy page asks: a new passphrase, is the recovery key on paper, the word that deletes everything."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr, tr_later
from desktop.ui.parts.buttons import Button, Kind
from desktop.ui.parts.fields import LabelledField
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Panel
from desktop.ui.parts.question import Question
from desktop.ui.parts.secret_field import SecretField
from desktop.ui.parts.toggles import Check
from desktop.ui.theme import Theme, font

SHORTEST = 8
CLEAR_CLIPBOARD_MS = 60_000
DELETE_WORD = tr_later("delete")


class NewPassphrase(Question):
    """Signals:
    chosen: the passphrase, and whether it is asked for at every start.
    """

    chosen = Signal(str, bool)

    def __init__(self, theme: Theme, window: QWidget, *, change: bool, keychain: str) -> None:
        title = tr("Change the passphrase") if change else tr("Set a passphrase")
        text = tr("Nobody can tell you a passphrase that you forgot: save a recovery key as well.")
        if change:
            text += " " + tr("Backups made before still open with the old one.")
        super().__init__(theme, window, title, text, title, Kind.PRIMARY)
        self.first = SecretField(theme, tr("New passphrase"))
        self.second = SecretField(theme, tr("The same once more"))
        self.always = Check(theme, tr("Ask for it at every start"))
        self.always.setChecked(True)
        self.always.setVisible(bool(keychain))
        self.middle.addWidget(self.first)
        self.middle.addWidget(self.second)
        self.middle.addWidget(self.always)
        self.yes.clicked.connect(self._submit)
        self.first.field.returnPressed.connect(self.second.field.setFocus)
        self.second.field.returnPressed.connect(self._submit)

    def ask(self) -> None:
        self.appear(self.first.field)

    def _submit(self) -> None:
        text = self.first.field.text()
        short, differs = len(text) < SHORTEST, text != self.second.field.text()
        self.first.complain(tr("At least {number} characters.").format(number=SHORTEST) if short else "")
        self.second.complain(tr("The two are not the same.") if differs and not short else "")
        self.place()
        if short or differs:
            return
        self.second.take()
        self.chosen.emit(self.first.take(), self.always.isChecked())
        self.accept()


class ShowRecoveryKey(Question):
    """The recovery key, once. ``accepted``: the user has it on paper.

    The clipboard is emptied a minute after it was copied, if the key is still in it.
    """

    def __init__(self, theme: Theme, window: QWidget, key: str) -> None:
        super().__init__(
            theme,
            window,
            tr("Your recovery key"),
            tr(
                "It opens your chats when nothing else does, on this computer and from a backup on another one. Write "
                "it down or print it, and keep it somewhere else. Snug does not show it again; an older one goes on "
                "working until you say that you have this one."
            ),
            tr("I have it on paper"),
            Kind.PRIMARY,
        )
        self._key = key
        groups = key.split("-")
        lines = "\n".join("   ".join(groups[start : start + 4]) for start in (0, 4))
        paper = Panel(theme, "sunken", 8)
        shown = Label(theme, lines, "message", wrap=True)
        shown.setFont(font("code"))
        shown.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        shown.setAccessibleName(tr("Recovery key: {key}").format(key=", ".join(" ".join(group) for group in groups)))
        inside = QVBoxLayout(paper)
        inside.setContentsMargins(16, 14, 16, 14)
        inside.addWidget(shown)
        self.copy = Button(theme, tr("Copy"), icon_name="copy")
        self.copy.clicked.connect(self._copy)
        below = QHBoxLayout()
        below.addWidget(self.copy)
        below.addStretch(1)
        self.middle.addWidget(paper)
        self.middle.addLayout(below)
        self.no.setText(tr("Not now"))
        self.yes.clicked.connect(self.accept)

    def ask(self) -> None:
        self.appear(self.copy)

    def _copy(self) -> None:
        from PySide6.QtCore import QTimer

        key, clipboard = self._key, QGuiApplication.clipboard()

        def forget() -> None:
            if clipboard.text() == key:
                clipboard.clear()

        clipboard.setText(key)
        QTimer.singleShot(CLEAR_CLIPBOARD_MS, forget)
        self.copy.setText(tr("Copied, for a minute"))


class DeleteEverything(Question):
    """``accepted``: the word was typed."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(
            theme,
            window,
            tr("Delete everything?"),
            tr(
                "All chats, all backups in Snug's folder, the settings, the ledger and the keys go, and nothing brings "
                "them back. Model files stay. Backups that you put somewhere else can still be opened with their "
                "recovery key. Snug closes afterwards."
            ),
            tr("Delete everything"),
            Kind.DANGER,
        )
        self.word = LabelledField(theme, tr("Type “{word}”").format(word=tr(DELETE_WORD)))
        self.word.field.textChanged.connect(self._typed)
        self.middle.addWidget(self.word)
        self.yes.setEnabled(False)
        self.yes.clicked.connect(self.accept)

    def ask(self) -> None:
        self.appear(self.word.field)

    def _typed(self, text: str) -> None:
        self.yes.setEnabled(text.strip().lower() == tr(DELETE_WORD).lower())
