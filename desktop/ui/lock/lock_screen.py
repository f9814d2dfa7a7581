"""The screen in front of the chats: asks for the passphrase or the recovery key, has one chosen, or only hides.

It knows no vault: what was typed goes out in a signal, and what came of it comes back as a sentence.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import AppError
from desktop.translation import tr, tr_later
from desktop.ui.lock import alcove
from desktop.ui.lock.alcove import Alcove
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.focus_ring import FocusRing
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.parts.secret_field import SecretField
from desktop.ui.theme import Theme, size


class Asking(StrEnum):
    """What the screen asks for."""

    PASSPHRASE = "passphrase"
    RECOVERY = "recovery"
    RECOVERY_ONLY = "recovery only"
    """No passphrase was ever set, and the keychain does not give the key."""
    NEW = "new"
    NOTHING = "nothing"
    """It only hides: one button shows the chats again."""


class _Words(NamedTuple):
    """What the screen says for one kind of asking."""

    title: str
    sentence: str
    field: str
    button: str
    note: str
    other: str = ""


_WORDS = {
    Asking.PASSPHRASE: _Words(
        tr_later("Snug is locked"),
        tr_later("Your chats are encrypted on this computer."),
        tr_later("Passphrase"),
        tr_later("Unlock"),
        tr_later("There is no other way in but your recovery key.\nThat is what keeps it private."),
        tr_later("Use the recovery key"),
    ),
    Asking.RECOVERY: _Words(
        tr_later("Use your recovery key"),
        tr_later("Eight groups of five letters and digits, as you wrote them down."),
        tr_later("Recovery key"),
        tr_later("Unlock"),
        tr_later("Capitals, spaces and dashes do not matter."),
        tr_later("Use the passphrase"),
    ),
    Asking.RECOVERY_ONLY: _Words(
        tr_later("Use your recovery key"),
        tr_later("The keychain does not give the key to your chats."),
        tr_later("Recovery key"),
        tr_later("Unlock"),
        tr_later("Eight groups of five letters and digits, as you wrote them down."),
    ),
    Asking.NEW: _Words(
        tr_later("Choose a passphrase"),
        tr_later("It encrypts your chats, and Snug asks for it at every start."),
        tr_later("New passphrase"),
        tr_later("Start"),
        tr_later("Nobody can tell you a passphrase that you forgot.\nFour unrelated words are easy to keep."),
    ),
    Asking.NOTHING: _Words(
        tr_later("Snug is hidden"),
        tr_later("Nothing of your chats is on the screen."),
        "",
        tr_later("Show"),
        tr_later(
            "This is no lock: the keychain would give the key to any program of yours. With a passphrase it is one; "
            "see Settings, Privacy and network."
        ),
    ),
}


class LockScreen(QWidget):
    """Signals:
    typed: a secret, and whether it is a recovery key.
    chosen: a new passphrase, typed twice the same.
    show_requested: the button of a screen that only hides.
    ended: the window was closed.
    """

    typed = Signal(str, bool)
    chosen = Signal(str)
    show_requested = Signal()
    ended = Signal()

    def __init__(self, theme: Theme, asking: Asking, sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._asking = asking
        self._seconds = 0
        self.setObjectName("lockScreen")
        self.setWindowTitle("Snug")
        self._title = Label(theme, "", "display", wrap=True)
        self._sentence = Label(theme, "", "body", "textSecondary", wrap=True)
        self.secret = SecretField(theme, tr("Passphrase"), captioned=False)
        self.again = SecretField(theme, tr("The same once more"), captioned=True)
        self.button = Button(theme, "", Kind.PRIMARY, Scale.LARGE)
        self.button.setObjectName("unlock")
        self._note = Label(theme, "", "small", "textMuted", wrap=True)
        self.other = Button(theme, "", Kind.QUIET, Scale.SMALL)
        self.other.setObjectName("otherWay")
        self._alcove = Alcove(theme)
        self._lay_out()
        self._ring = FocusRing(theme, self)
        self._wait = QTimer(self)
        self._wait.setInterval(1000)
        self._wait.timeout.connect(self._count_down)
        self.button.clicked.connect(self._submit)
        self.other.clicked.connect(self._change_way)
        self.secret.field.returnPressed.connect(self._entered)
        self.again.field.returnPressed.connect(self._submit)
        self._ask(asking, sentence)

    def refuse(self, error: AppError) -> None:
        """What was typed did not open it."""
        self._busy(False)
        self.secret.complain(f"{error.happened} {error.todo}".strip())
        if error.code == "TOO_SOON":
            self._seconds = max(1, round(float(error.detail or "1")))
            self.button.setEnabled(False)
            self._wait.start()
        self.secret.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def opening(self) -> None:
        """The key was right: the lamp comes on while the chats are read."""
        self.secret.complain("")
        self._alcove.brighten()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self), event.rect(), self._theme.color("window"))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.ended.emit()
        super().closeEvent(event)

    def focus_target(self) -> QWidget:
        """Where typing goes."""
        return self.button if self._asking is Asking.NOTHING else self.secret.field

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._alcove)
        column.setContentsMargins(alcove.SIDE, alcove.TOP, alcove.SIDE, 28)
        column.setSpacing(0)
        for label in (self._title, self._sentence, self._note):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addSpacing(6)
        column.addWidget(self._sentence)
        column.addSpacing(26)
        column.addWidget(self.secret)
        column.addSpacing(10)
        column.addWidget(self.again)
        column.addSpacing(8)
        column.addWidget(self.button)
        column.addSpacing(22)
        column.addWidget(self._note)
        column.addSpacing(8)
        column.addStretch(1)
        column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignHCenter)
        page = Page(self._theme, "", self._alcove.maximumWidth())
        page.column.addStretch(1)
        page.column.addWidget(self._alcove)
        page.column.addStretch(1)
        # A page has more room above its column than below: the arch stands in the middle.
        page.column.addSpacing(16)
        middle = QVBoxLayout(self)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(page)
        for field in (self.secret.field, self.again.field):
            field.setFixedHeight(paint.tall(size("controlLarge"), "message", 10))

    def _ask(self, asking: Asking, sentence: str = "") -> None:
        words = _Words(*map(tr, _WORDS[asking]))
        self._asking = asking
        self._title.setText(words.title)
        self._sentence.setText(sentence or words.sentence)
        self.setAccessibleName(words.title)
        self.setAccessibleDescription(self._sentence.text())
        self.secret.setVisible(bool(words.field))
        self.secret.set_label(words.field)
        self.secret.field.setPlaceholderText(words.field)
        self.secret.complain("")
        self.again.setVisible(asking is Asking.NEW)
        self.button.setText(words.button)
        self._note.setText(words.note)
        self.other.setVisible(bool(words.other))
        self.other.setText(words.other)
        self.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)

    def _change_way(self) -> None:
        self.secret.take()
        self._ask(Asking.RECOVERY if self._asking is Asking.PASSPHRASE else Asking.PASSPHRASE)

    def _entered(self) -> None:
        if self._asking is Asking.NEW:
            self.again.field.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._submit()

    def _submit(self) -> None:
        if not self.button.isEnabled():
            return
        if self._asking is Asking.NOTHING:
            self.show_requested.emit()
            return
        secret = self.secret.field.text()
        if not secret:
            self.secret.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._asking is Asking.NEW and secret != self.again.field.text():
            self.again.complain(tr("The two are not the same."))
            return
        self.again.complain("")
        self.secret.take()
        self.again.take()
        self._busy(True)
        if self._asking is Asking.NEW:
            self.chosen.emit(secret)
        else:
            self.typed.emit(secret, self._asking in (Asking.RECOVERY, Asking.RECOVERY_ONLY))

    def _busy(self, busy: bool) -> None:
        for widget in (self.button, self.other, self.secret, self.again):
            widget.setEnabled(not busy)
        self.button.setText(tr("Opening…") if busy else tr(_WORDS[self._asking].button))

    def _count_down(self) -> None:
        self._seconds -= 1
        if self._seconds <= 0:
            self._wait.stop()
            self.button.setEnabled(True)
