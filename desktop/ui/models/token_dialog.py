"""What to do where a publisher lets only some people in: agree on the hub's page, and say who asks."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.question import Question
from desktop.ui.parts.secret_field import SecretField
from desktop.ui.theme import Theme


class AskToken(Question):
    """``site`` opens the model's page, ``tokens`` the one where tokens are made.

    Signals:
        chosen: the token.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, window: QWidget, host: str, name: str = "") -> None:
        """``name``: of a model whose publisher asks for an account."""
        title = tr("This model takes an account") if name else tr("Access token for {host}").format(host=host)
        text = tr(
            "An access token tells the hub who asks. Snug keeps it in this computer’s keychain and gives it "
            "to {host} alone. One that may only read is enough."
        ).format(host=host)
        if name:
            first = tr("The publisher of {name} lets in only people who agreed to the terms on its page.")
            text = " ".join((first.format(name=name), text))
        super().__init__(theme, window, title, text, tr("Use this token"), Kind.PRIMARY)
        self.site = Button(theme, tr("Open its page"), scale=Scale.SMALL, icon_name="external-link")
        self.site.setVisible(bool(name))
        self.tokens = Button(theme, tr("Make a token"), scale=Scale.SMALL, icon_name="external-link")
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.site)
        line.addWidget(self.tokens)
        line.addStretch(1)
        self.token = SecretField(theme, tr("Access token"))
        self.middle.addLayout(line)
        self.middle.addWidget(self.token)
        self.yes.clicked.connect(self._submit)
        self.token.field.returnPressed.connect(self._submit)

    def ask(self) -> None:
        self.appear(self.token.field)

    def _submit(self) -> None:
        if not self.token.field.text().strip():
            self.token.complain(tr("Paste it here."))
            self.place()
            return
        self.chosen.emit(self.token.take())
        self.accept()
