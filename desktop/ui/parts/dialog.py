"""A question: title, sentence, a safe answer that has the focus, and the answer that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.buttons import Button, Kind
from desktop.ui.parts.labels import Label
from desktop.ui.parts.overlay import Overlay
from desktop.ui.theme import Theme, grown

WIDTH = 440


class Dialog(Overlay):
    """Asks before something that cannot be taken back, or that leaves the window.

    ``accepted`` is sent for the answer that does it, ``rejected`` for the safe one and for Esc. The destructive choice
    is never the default.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        title: str,
        text: str,
        safe: str,
        action: str = "",
        danger: bool = False,
    ) -> None:
        super().__init__(theme, window, "dialog", dimmed=True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        heading = Label(theme, title, "heading", wrap=True)
        heading.setObjectName("dialogTitle")
        body = Label(theme, text, "body", "textSecondary", wrap=True)
        body.setObjectName("dialogText")
        self.safe = Button(theme, safe)
        self.safe.setObjectName("dialogSafe")
        self.safe.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.safe)
        self.action: Button | None = None
        if action:
            self.action = Button(theme, action, Kind.DANGER if danger else Kind.PRIMARY)
            self.action.setObjectName("dialogAction")
            self.action.clicked.connect(self.accept)
            buttons.addWidget(self.action)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(21, 21, 21, 17)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addSpacing(4)
        column.addWidget(body)
        column.addSpacing(18)
        column.addLayout(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def ask(self) -> None:
        self.appear(self.safe)

    def place(self) -> None:
        layout = self.panel.layout()
        needed = layout.minimumSize().width() if layout is not None else 0
        width = min(max(grown(WIDTH), needed), self.width() - 48)
        self.panel.setFixedWidth(width)
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        self.panel.setFixedHeight(height)
        self.panel.move((self.width() - width) // 2, max(16, (self.height() - height) * 2 // 5))
