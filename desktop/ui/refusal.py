"""The window that is shown when Snug cannot open its data: what happened, what is safe, what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import AppError
from desktop.translation import tr
from desktop.ui.chat.failure_page import FailurePage
from desktop.ui.chat.failures import Choice, Failure
from desktop.ui.theme import Theme

QUIT = "quit"


class Refusal(QWidget):
    """Signals:
    closed: there is nothing more to say.
    """

    closed = Signal()

    def __init__(self, theme: Theme, error: AppError) -> None:
        super().__init__()
        self.setObjectName("refusal")
        self.setWindowTitle("Snug")
        self.resize(760, 520)
        self.page = FailurePage(theme)
        # It may have been made before there was a window, in English.
        sentence = " ".join(tr(part) for part in (error.safe, error.todo) if part)
        choice = Choice(QUIT, "x", tr("Close Snug"), tr("Nothing is changed by it."), tr("Close"), primary=True)
        self.page.show_failure(Failure(tr(error.happened), sentence, (choice,), error.detail))
        self.page.chosen.connect(self._chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)

    def _chosen(self, _key: str, _argument: str) -> None:
        self.close()
