"""What a settings page is made of: headings, and cards of rows with an icon, words and a control."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Panel, Rule
from desktop.ui.theme import Theme, icon_side

_ICON = 20
_INDENT = 50


class Mark(QWidget):
    """An icon beside the words of a row."""

    def __init__(self, theme: Theme, icon_name: str, color: str = "accentText", size: int = _ICON) -> None:
        super().__init__()
        self._theme = theme
        self._looks = (icon_name, color)
        self._size = size
        self.setFixedSize(icon_side(size), icon_side(size))

    def set_looks(self, icon_name: str, color: str) -> None:
        self._looks = (icon_name, color)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        icon_name, color = self._looks
        paint.draw_icon(QPainter(self), icon_name, self._theme.color(color), QRectF(self.rect()), self._size)


class Row(QWidget):
    """An icon, a title over a sentence, and what can be done at the right."""

    def __init__(self, theme: Theme, icon_name: str, title: str, sentence: str, *controls: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self.mark = Mark(theme, icon_name)
        self.title = Label(theme, title, "body", wrap=True)
        self.title.setFont(medium("body"))
        self.sentence = Label(theme, sentence, "label", "textSecondary", wrap=True)
        self.sentence.setFont(_regular())
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(14)
        row.addWidget(self.mark)
        row.addLayout(words, 1)
        self._controls = controls
        for control in controls:
            row.addWidget(control)
        self.say(title, sentence)

    def say(self, title: str, sentence: str) -> None:
        """Other words."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        for control in self._controls:
            # A screen reader says what the control is about.
            control.setAccessibleDescription(f"{title}. {sentence}".strip())

    def explain(self, sentence: str) -> None:
        """Another sentence under the same title."""
        self.say(self.title.text(), sentence)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, super().minimumSizeHint().height())


class Card(Panel):
    """Rows under each other, with lines between them."""

    def __init__(self, theme: Theme, *rows: QWidget) -> None:
        super().__init__(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        for place, row in enumerate(rows):
            if place:
                column.addWidget(Rule(theme, indent=_INDENT))
            column.addWidget(row)


class Section(QWidget):
    """A heading with a sentence under it, and a control at the right."""

    def __init__(self, theme: Theme, title: str, sentence: str, control: QWidget | None = None) -> None:
        super().__init__()
        self.sentence = Label(theme, sentence, "label", "textSecondary", wrap=True)
        self.sentence.setFont(_regular())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(theme, title, "heading"))
        words.addWidget(self.sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(words, 1)
        if control is not None:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignBottom)


def _regular() -> QFont:
    """Labels are medium; running words are not."""
    font = QFont(medium("label"))
    font.setWeight(QFont.Weight.Normal)
    return font
