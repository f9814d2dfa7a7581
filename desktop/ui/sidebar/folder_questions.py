"""What is asked about folders: the name and rule of a new one, what becomes of the chats of one that is deleted, and
whether chats may go at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from desktop.domain.folders import LONGEST_NAME, RULES, Folder, Rule
from desktop.translation import tr, tr_count
from desktop.ui.parts.buttons import Kind
from desktop.ui.parts.dialog import Dialog
from desktop.ui.parts.fields import LabelledField
from desktop.ui.parts.labels import Label
from desktop.ui.parts.question import Question
from desktop.ui.parts.select import Select
from desktop.ui.parts.toggles import Radio
from desktop.ui.sidebar.row_menus import capital
from desktop.ui.theme import Theme


class NewFolder(Question):
    """``stores``: only the rules under which a chat is stored are offered.

    Signals:
        chosen: name and ``Rule``.
    """

    chosen = Signal(str, object)

    def __init__(self, theme: Theme, window: QWidget, folders: Sequence[Folder], *, stores: bool = False) -> None:
        super().__init__(
            theme,
            window,
            tr("New folder"),
            tr("For a client, a matter or a subject, with one rule for its chats."),
            tr("Create"),
            Kind.PRIMARY,
        )
        self._taken = {folder.name.casefold() for folder in folders}
        self._rules = [rule for rule in RULES if rule.store or not stores]
        self._rule = self._rules[0]
        self.name = LabelledField(theme, tr("Name"))
        self.name.field.setObjectName("folderName")
        self.name.field.setMaxLength(LONGEST_NAME)
        self.name.field.textChanged.connect(self._typed)
        self.name.field.returnPressed.connect(self._create)
        self.keeping = Select(theme, tr("Keep chats"), [capital(rule.words) for rule in self._rules])
        self.keeping.chosen.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Label(theme, tr("Keep chats")), 1)
        row.addWidget(self.keeping)
        self.meaning = Label(theme, "", "small", "textMuted", wrap=True)
        self.middle.addWidget(self.name)
        self.middle.addLayout(row)
        self.middle.addWidget(self.meaning)
        self.yes.clicked.connect(self._create)
        self._choose(0)
        self._typed("")

    def ask(self) -> None:
        self.appear(self.name.field)

    def _typed(self, _text: str) -> None:
        name = self._words()
        taken = name.casefold() in self._taken
        self.name.complain(tr("There is a folder of this name already.") if taken else "")
        self.yes.setEnabled(bool(name) and not taken)
        self.place()

    def _choose(self, place: int) -> None:
        self._rule = self._rules[place]
        self.meaning.setText(f"{self._rule.sentence}.")
        self.keeping.setAccessibleDescription(self.meaning.text())
        self.place()

    def _create(self) -> None:
        if self.yes.isEnabled():
            self.accept()
            self.chosen.emit(self._words(), self._rule)

    def _words(self) -> str:
        return " ".join(self.name.field.text().split())


class DeleteFolder(Question):
    """Signals:
    agreed: whether its chats are deleted too.
    """

    agreed = Signal(bool)

    def __init__(self, theme: Theme, window: QWidget, folder: Folder, number: int) -> None:
        text = tr_count(number, "There is 1 chat in it.", "There are %n chats in it.")
        if folder.rule.days:
            text = " ".join((text, tr("Its rule no longer holds for what stays.")))
        super().__init__(
            theme, window, tr("Delete {name}?").format(name=folder.name), text, tr("Delete folder"), Kind.DANGER
        )
        self.stay = Radio(theme, tr("Keep its chats, in no folder"))
        self.go = Radio(theme, tr("Delete its chats too"))
        self.stay.setChecked(True)
        group = QButtonGroup(self)
        for radio in (self.stay, self.go):
            group.addButton(radio)
            self.middle.addWidget(radio)
        self.yes.clicked.connect(self._agree)

    def ask(self) -> None:
        self.appear(self.no)

    def _agree(self) -> None:
        self.accept()
        self.agreed.emit(self.go.isChecked())


def ask_to_expire(
    theme: Theme, window: QWidget, rule: Rule, number: int, agreed: Callable[[], None], *, moves: bool = False
) -> None:
    """Ask before chats are put under a rule that ends them at once."""
    if moves and number == 1:
        text = tr(
            "This chat had its last word more than {time} ago. It goes within the hour, and cannot be brought back."
        )
    else:
        text = tr_count(
            number,
            "1 chat in it had its last word more than {time} ago. It goes within the hour, and cannot be brought back.",
            "%n chats in it had their last word more than {time} ago. "
            "They go within the hour, and cannot be brought back.",
        )
    dialog = Dialog(
        theme,
        window,
        tr("Delete what is older?"),
        text.format(time=rule.words),
        tr("Leave it as it is"),
        tr("Move it") if moves else tr("Keep {words}").format(words=rule.words),
        danger=True,
    )
    dialog.accepted.connect(agreed, Qt.ConnectionType.QueuedConnection)
    dialog.ask()
