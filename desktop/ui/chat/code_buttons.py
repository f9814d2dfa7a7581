"""The buttons in the header of a code block: Copy, and Save or Show all. Real ones, so that the keyboard finds them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui.chat.code_leaf import CodeLeaf, header_height
from desktop.ui.chat.controls import Tone, WordButton, small_medium
from desktop.ui.chat.spec import CodeSpec, PlainSpec, narrow
from desktop.ui.theme import Theme

COPIED_FOR = 2_000
"""Milliseconds."""


class CodeButtons(QObject):
    """Buttons of one leaf, as children of the widget that paints it.

    Signals:
        save_requested: code and language.
        fold_toggled: the leaf wants to show all, or less again.
    """

    save_requested = Signal(str, str)
    fold_toggled = Signal(object)

    def __init__(self, theme: Theme, leaf: CodeLeaf, parent: QWidget) -> None:
        super().__init__(parent)
        self.leaf = leaf
        self.copy_button = self._button(theme, tr("Copy"), "copy", parent)
        self.copy_button.setObjectName("copyCode")
        self.copy_button.setAccessibleName(tr("Copy {title} code").format(title=leaf.title))
        self.copy_button.clicked.connect(self._copy)
        self.save_button: WordButton | None = None
        self.fold_button: WordButton | None = None
        if isinstance(leaf.spec, PlainSpec):
            self.fold_button = self._button(theme, self._fold_words(), "", parent)
            self.fold_button.setObjectName("showAll")
            self.fold_button.clicked.connect(self._fold)
        else:
            self.save_button = self._button(theme, tr("Save"), "download", parent)
            self.save_button.setObjectName("saveCode")
            self.save_button.setAccessibleName(tr("Save {title} code to a file").format(title=leaf.title))
            self.save_button.clicked.connect(self._save)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(COPIED_FOR)
        self._copied.timeout.connect(self._show_copy)

    def buttons(self) -> list[WordButton]:
        return [button for button in (self.copy_button, self.save_button, self.fold_button) if button is not None]

    def place(self) -> None:
        """Put the buttons at the right of the header."""
        header = self.leaf.header_rect()
        right = int(header.right()) - 4
        for button in reversed(self.buttons()):
            visible = button is not self.fold_button or self.leaf.foldable
            width = button.sizeHint().width()
            y = int(header.top()) + (header_height() - button.height()) // 2
            button.setGeometry(right - width, y, width, button.height())
            button.setVisible(visible)
            if visible:
                right -= width + 2

    def discard(self) -> None:
        for button in self.buttons():
            button.hide()
            button.deleteLater()
        self.deleteLater()

    @staticmethod
    def _button(theme: Theme, words: str, icon: str, parent: QWidget) -> WordButton:
        return WordButton(
            theme, words, parent, tone=Tone.QUIET, icon=icon, height=26, font=small_medium(), side=8, icon_size=14
        )

    def _fold_words(self) -> str:
        return tr("Show all") if self.leaf.folded else tr("Show less")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(narrow(self.leaf.text))
        self.copy_button.set_words(tr("Copied"), "check")
        self.place()
        self._copied.start()

    def _show_copy(self) -> None:
        self.copy_button.set_words(tr("Copy"), "copy")
        self.copy_button.setAccessibleName(tr("Copy {title} code").format(title=self.leaf.title))
        self.place()

    def _save(self) -> None:
        language = self.leaf.spec.language if isinstance(self.leaf.spec, CodeSpec) else ""
        self.save_requested.emit(narrow(self.leaf.text), language)

    def _fold(self) -> None:
        self.fold_toggled.emit(self.leaf)
        if self.fold_button is not None:
            self.fold_button.set_words(self._fold_words())
        self.place()
