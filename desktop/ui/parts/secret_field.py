"""A field for a passphrase: dots, an eye that shows them, and a sentence below when something is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.translation import tr
from desktop.ui.parts.buttons import IconButton
from desktop.ui.parts.fields import LabelledField
from desktop.ui.theme import Theme


class SecretField(LabelledField):
    """What is typed shows as dots until the eye is pressed. It never keeps it: ``take`` gives it out and empties it."""

    def __init__(self, theme: Theme, label: str, *, captioned: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(theme, label, parent=parent)
        self.caption.setVisible(captioned)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        # Nothing that completes or corrects words may learn this one.
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.field.setTextMargins(13, 0, 40, 0)
        self.eye = IconButton(theme, "eye", tr("Show what is typed"), small=True, parent=self.field)
        self.eye.setCheckable(True)
        self.eye.toggled.connect(self._show)
        row = QHBoxLayout(self.field)
        row.setContentsMargins(0, 0, 6, 0)
        row.addStretch(1)
        row.addWidget(self.eye)

    def take(self) -> str:
        """What was typed; the field is empty and hidden again."""
        text = self.field.text()
        self.field.clear()
        self.eye.setChecked(False)
        return text

    def _show(self, shown: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.eye.set_icon_name("eye-off" if shown else "eye")
        self.eye.setAccessibleName(tr("Hide what is typed") if shown else tr("Show what is typed"))
