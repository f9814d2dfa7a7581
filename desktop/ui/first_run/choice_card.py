"""One of several choices as a card: a radio button with a title, a sentence, and facts with icons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.flow import Flow
from desktop.ui.parts.fonts import regular, strong
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Badge, Tone
from desktop.ui.parts.toggles import Radio
from desktop.ui.settings.rows import Mark
from desktop.ui.theme import Theme


class ChoiceCard(QWidget):
    """``radio`` is what is chosen; a click anywhere chooses it."""

    def __init__(
        self, theme: Theme, title: str, sentence: str, facts: Sequence[tuple[str, str]] = (), badge: str = ""
    ) -> None:
        super().__init__()
        self._theme = theme
        self.radio = Radio(theme)
        self.radio.setAccessibleName(title)
        self.radio.setAccessibleDescription(" ".join([sentence, *(words for _, words in facts)]))
        self.radio.toggled.connect(self.update)
        name = Label(theme, title, "body", wrap=not badge)
        name.setFont(strong("body"))
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(name, 0 if badge else 1)
        if badge:
            heading.addWidget(Badge(theme, badge, Tone.ACCENT), 0, Qt.AlignmentFlag.AlignTop)
            heading.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addLayout(heading)
        told = Label(theme, sentence, "label", "textSecondary", wrap=True)
        told.setFont(regular("label"))
        words.addWidget(told)
        if facts:
            words.addSpacing(5)
            words.addLayout(_facts(theme, facts))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(12)
        row.addWidget(self.radio, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setChecked(True)
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        on = self.radio.isChecked()
        border = self._theme.color("accent" if on else "border")
        ground = self._theme.color("raised" if self.isEnabled() else "sunken")
        paint.box(QPainter(self), self.rect(), 12, ground, border, 1.5 if on else 1.0)


def _facts(theme: Theme, facts: Sequence[tuple[str, str]]) -> Flow:
    flow = Flow(12)
    for icon_name, words in facts:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(Mark(theme, icon_name, "textSecondary", 14))
        row.addWidget(Label(theme, words, "small"))
        flow.addWidget(holder)
    return flow
