"""The page for a model that did not start, and for a question that its file leaves open.

Driven by a plain ``Failure``; what the buttons do is decided elsewhere.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.chat.failures import Choice, Failure
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import ArchTile, Panel, Rule
from desktop.ui.parts.page import Page
from desktop.ui.parts.select import Select
from desktop.ui.theme import Theme, font, radius


class FailurePage(Page):
    """What happened, what is safe, what to do next.

    Signals:
        chosen: key of a choice, and the option or argument that goes with it.
    """

    chosen = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Notice"))
        self.setObjectName("failurePage")
        self._tile = ArchTile(theme, "triangle-alert", "warningSoft", "warning")
        self._title = Label(theme, "", "title", wrap=True)
        self._title.setObjectName("failureTitle")
        self._sentence = Label(theme, "", "message", "textSecondary", wrap=True)
        self._sentence.setObjectName("failureSentence")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._sentence)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self._card = Panel(theme)
        self._rows = QVBoxLayout(self._card)
        self._rows.setContentsMargins(1, 1, 1, 1)
        self._rows.setSpacing(0)
        self.details = _Details(theme)
        self.column.addStretch(1)
        self.column.addLayout(head)
        self.column.addSpacing(22)
        self.column.addWidget(self._card)
        self.column.addSpacing(14)
        self.column.addWidget(self.details)
        self.column.addStretch(1)
        self._shown: Failure | None = None
        self.buttons: list[Button] = []

    def show_failure(self, failure: Failure) -> None:
        """Show a page; the same one again changes nothing, so that the focus stays."""
        if failure == self._shown:
            return
        self._shown = failure
        self.setAccessibleName(failure.title)
        self.setAccessibleDescription(failure.sentence)
        self._tile.set_looks(failure.icon_name, failure.ground, failure.ink)
        self._title.setText(failure.title)
        self._sentence.setText(failure.sentence)
        self._sentence.setVisible(bool(failure.sentence))
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.buttons = []
        for place, choice in enumerate(failure.choices):
            if place:
                self._rows.addWidget(Rule(self._theme, indent=50))
            row = _ChoiceRow(self._theme, choice)
            row.chosen.connect(self.chosen)
            self._rows.addWidget(row)
            self.buttons.append(row.button)
        self._card.setVisible(bool(failure.choices))
        self.details.set_text(failure.engine_said)


class _ChoiceRow(QWidget):
    chosen = Signal(str, str)

    def __init__(self, theme: Theme, choice: Choice) -> None:
        super().__init__()
        self._theme = theme
        self._choice = choice
        self.setMinimumHeight(68)
        title = Label(theme, choice.title, "body", wrap=True).weight(font("label").weight())
        detail = Label(theme, choice.detail, "label", "textSecondary", wrap=True).weight(font("body").weight())
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(detail)
        words.addStretch(1)
        self.select = Select(theme, choice.title, list(choice.options)) if choice.options else None
        self.button = Button(theme, choice.button, Kind.PRIMARY if choice.primary else Kind.STANDARD)
        self.button.setObjectName(f"choice-{choice.key}-{choice.argument}".replace(" ", "-").rstrip("-"))
        self.button.setMinimumWidth(128)
        self.button.clicked.connect(self._pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(50, 10, 16, 10)
        row.setSpacing(10)
        row.addLayout(words, 1)
        if self.select is not None:
            row.addWidget(self.select)
        row.addWidget(self.button)

    def paintEvent(self, event: QPaintEvent) -> None:
        place = QRectF(16, 0, 20, self.height())
        paint.draw_icon(QPainter(self), self._choice.icon_name, self._theme.color("accentText"), place, 20)

    def _pressed(self) -> None:
        option = self.select.current() if self.select is not None else self._choice.argument
        self.chosen.emit(self._choice.key, option)


class _Details(QWidget):
    """The engine's own words, folded away, with a button to copy them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.toggle = Button(theme, tr("What the engine said"), Kind.QUIET, Scale.SMALL, "chevron-right")
        self.toggle.setObjectName("engineSaid")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self._fold)
        self.copy = Button(theme, tr("Copy"), Kind.QUIET, Scale.SMALL, "copy")
        self.copy.setObjectName("copyEngineSaid")
        self.copy.clicked.connect(self._copy)
        self._words = Label(theme, "", "codeSmall", "codeText", wrap=True)
        self._words.setObjectName("engineWords")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._ground = Panel(theme, "codeBackground", radius("md"))
        inner = QVBoxLayout(self._ground)
        inner.setContentsMargins(15, 11, 15, 11)
        inner.addWidget(self._words)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.toggle)
        top.addStretch(1)
        top.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._ground)
        self._fold(False)

    def set_text(self, text: str) -> None:
        self._words.setText(text.strip())
        self.copy.setText(tr("Copy"))
        self.copy.set_icon_name("copy")
        self.setVisible(bool(text.strip()))

    def _fold(self, opened: bool) -> None:
        self._ground.setVisible(opened)
        self.copy.setVisible(opened)
        self.toggle.set_icon_name("chevron-down" if opened else "chevron-right")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._words.text())
        self.copy.setText(tr("Copied"))
        self.copy.set_icon_name("check")
