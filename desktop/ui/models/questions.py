"""What the page of the installed models asks: which files to add and how, whether a file is to go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QWidget

from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text
from desktop.translation import tr
from desktop.ui.parts.buttons import Button, Kind
from desktop.ui.parts.dialog import Dialog
from desktop.ui.parts.question import Question
from desktop.ui.parts.toggles import Radio
from desktop.ui.theme import Theme


class AddModels(Question):
    """Signals:
    files_wanted: files are to be chosen; whether they are copied.
    folder_wanted: the same for a folder.
    """

    files_wanted = Signal(bool)
    folder_wanted = Signal(bool)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(
            theme,
            window,
            tr("Add models"),
            tr("Model files end in .gguf. A file can stay where it is, or be copied to where Snug keeps its own."),
            tr("Choose files…"),
            Kind.PRIMARY,
        )
        self.stays = Radio(theme, tr("Use them where they are"))
        self.copies = Radio(theme, tr("Copy them into the models folder"))
        self.stays.setChecked(True)
        group = QButtonGroup(self)
        for radio in (self.stays, self.copies):
            group.addButton(radio)
            self.middle.addWidget(radio)
        self.folder = Button(theme, tr("Choose a folder…"), icon_name="folder-open")
        self.folder.setObjectName("chooseFolder")
        self.middle.addWidget(self.folder)
        self.yes.clicked.connect(lambda: self._choose(self.files_wanted))
        self.folder.clicked.connect(lambda: self._choose(self.folder_wanted))

    def ask(self) -> None:
        self.appear(self.yes)

    def _choose(self, wanted: Signal) -> None:
        copies = self.copies.isChecked()
        self.accept()
        wanted.emit(copies)  # pyright: ignore


def ask_to_delete(theme: Theme, window: QWidget, model: InstalledModel, agreed: Callable[[], None]) -> Dialog:
    """Ask before a file goes to the trash, naming it and what it takes."""
    names = ", ".join(Path(path).name for path in model.files)
    dialog = Dialog(
        theme,
        window,
        tr("Delete {name}?").format(name=model.name),
        tr("{names} ({size}) goes to this computer's trash. Your chats with it stay.").format(
            names=names, size=file_text(model.size_bytes)
        ),
        tr("Keep it"),
        tr("Move to the trash"),
        danger=True,
    )
    dialog.accepted.connect(agreed)
    dialog.ask()
    return dialog


def explain_owner(theme: Theme, window: QWidget, model: InstalledModel, owner: str, agreed: Callable[[], None]) -> None:
    """Say whose file it is that would go, and offer what can be done instead."""
    if owner:
        text = tr("Its file belongs to {owner}, so Snug does not delete it. It stays where it is: {path}")
    else:
        text = tr("Its file came with Snug, so Snug does not delete it. It stays where it is: {path}")
    dialog = Dialog(
        theme,
        window,
        tr("Take {name} off the list?").format(name=model.name),
        text.format(owner=owner, path=model.path),
        tr("Keep it"),
        tr("Take it off the list"),
    )
    dialog.accepted.connect(agreed)
    dialog.ask()


def ask_for_folder(window: QWidget, title: str, chosen: Callable[[str], None]) -> QFileDialog:
    chooser = QFileDialog(window, title)
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.fileSelected.connect(chosen)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()
    return chooser


def ask_for_files(window: QWidget, chosen: Callable[[list[str]], None]) -> QFileDialog:
    chooser = QFileDialog(window, tr("Add models"))
    chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
    chooser.setNameFilters([tr("Model files (*.gguf)"), tr("All files (*)")])
    chooser.filesSelected.connect(chosen)
    chooser.finished.connect(chooser.deleteLater)
    chooser.open()
    return chooser


def ask_to_replace(theme: Theme, window: QWidget, words: str, replace: Callable[[], None]) -> None:
    """Whether the publisher's other file is wanted."""
    text = " ".join((words, tr("Yours stays, and works, until the other one is here and checked.")))
    question = Question(theme, window, tr("There is another file"), text, tr("Download it"), Kind.PRIMARY)
    question.yes.clicked.connect(question.accept)
    question.accepted.connect(replace)
    question.appear(question.no)
