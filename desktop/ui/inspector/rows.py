"""A row of the page: plain words, the technical term below, a control at the right."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme

_LEAST = 88


class Row(QWidget):
    def __init__(self, theme: Theme, title: str, term: str, control: QWidget) -> None:
        super().__init__()
        self.title = Label(theme, title, "body", wrap=True)
        self.title.setFont(medium("body"))
        self.term = Label(theme, "", "small", "textMuted", wrap=True)
        for label in (self.title, self.term):
            # Beside a wide control long words break.
            label.setMinimumWidth(_LEAST)
        self._control = control
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.term)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(control)
        self.say(term)

    def say(self, term: str, warning: bool = False) -> None:
        """Another term, or what is wrong."""
        self.term.setText(term)
        self.term.set_color("warning" if warning else "textMuted")
        self._control.setAccessibleDescription(term)
