"""A question with something to fill in or to read: title, sentence, a middle of its own, and two answers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.parts.buttons import Button, Kind
from desktop.ui.parts.labels import Label
from desktop.ui.parts.overlay import Overlay
from desktop.ui.theme import Theme, grown

WIDTH = 460


class Question(Overlay):
    """``middle`` is the layout between the sentence and the answers ``no`` and ``yes``."""

    def __init__(self, theme: Theme, window: QWidget, title: str, text: str, action: str, kind: Kind) -> None:
        super().__init__(theme, window, "question", dimmed=True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.middle = QVBoxLayout()
        self.middle.setSpacing(12)
        self.no = Button(theme, tr("Cancel"))
        self.no.clicked.connect(self.reject)
        self.yes = Button(theme, action, kind)
        self.yes.setObjectName("questionAction")
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.no)
        buttons.addWidget(self.yes)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(21, 21, 21, 17)
        column.setSpacing(0)
        column.addWidget(Label(theme, title, "heading", wrap=True))
        column.addSpacing(4)
        column.addWidget(Label(theme, text, "body", "textSecondary", wrap=True))
        column.addSpacing(16)
        column.addLayout(self.middle)
        column.addSpacing(18)
        column.addLayout(buttons)

    def place(self) -> None:
        layout = self.panel.layout()
        needed = layout.minimumSize().width() if layout is not None else 0
        width = min(max(grown(WIDTH), needed), self.width() - 48)
        self.panel.setFixedWidth(width)
        if layout is not None:
            layout.activate()
            self.panel.setFixedHeight(layout.totalHeightForWidth(width))
        self.panel.move((self.width() - width) // 2, max(16, (self.height() - self.panel.height()) * 2 // 5))
