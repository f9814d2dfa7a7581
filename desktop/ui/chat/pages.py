"""What fills the room when there is no conversation to show. Must not know any service."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui import icons
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, Kind
from desktop.ui.parts.labels import Label
from desktop.ui.parts.page import Page
from desktop.ui.theme import Theme, font, radius, size


class Greeting(Page):
    """A new chat: a calm word, and the truth about the model that is loaded.

    Signals:
        find_requested: the user wants to find a model.
    """

    find_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("New chat"), 520)
        self.setObjectName("greeting")
        self._title = Label(theme, "", "display", wrap=True)
        self._title.setObjectName("greetingTitle")
        self._line = Label(theme, "", "message", "textSecondary", wrap=True)
        self._line.setObjectName("greetingLine")
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._note = _Note(theme)
        self.button = Button(theme, tr("Find a model"), Kind.PRIMARY, icon_name="download")
        self.button.setObjectName("greetingFind")
        self.button.clicked.connect(self.find_requested)
        self.column.addStretch(5)
        self.column.addWidget(_Mark(), 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addSpacing(20)
        self.column.addWidget(self._title)
        self.column.addSpacing(6)
        self.column.addWidget(self._line)
        self.column.addSpacing(20)
        self.column.addWidget(self._note)
        self.column.addSpacing(14)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addStretch(6)
        self.show_state(None, starter=False)

    def show_state(self, model: str | None, starter: bool, temporary: bool = False) -> None:
        """``model`` is the name of the loaded model, None where none is installed."""
        if model is None:
            title = tr("A quiet room for your questions")
            line = tr("Snug needs a model to talk to: one that it fetches for you, or a .gguf file that you have.")
        elif temporary:
            title = tr("A temporary chat")
            line = tr("It is written to no disk, and forgotten as soon as you open another chat or close Snug.")
        else:
            title = tr("What is on your mind?")
            line = tr("What you type and what is answered stay on this computer.")
        self._title.setText(title)
        self._line.setText(line)
        self._note.setVisible(starter and model is not None)
        self._note.set_text(
            tr(
                "{model} comes with Snug so that you can begin at once. It is very small: good for trying things out, "
                "and often wrong. A larger model file knows much more."
            ).format(model=model)
        )
        self.button.setVisible(starter or model is None)
        self.button.set_kind(Kind.STANDARD if model is not None else Kind.PRIMARY)


class _Mark(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(64, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawPixmap(0, 0, icons.brand("snug-mark", 64, 64, self.devicePixelRatioF()))


class _Note(QWidget):
    """A few words to look at, on brass."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._label = Label(theme, "", "label", "onWarningSoft", wrap=True)
        self._label.setFont(font("label"))
        self._label.setObjectName("starterNote")
        row = QVBoxLayout(self)
        row.setContentsMargins(46, 12, 16, 12)
        row.addWidget(self._label)

    def set_text(self, text: str) -> None:
        self._label.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, self.rect(), radius("lg"), self._theme.color("brassSoft"))
        place = QRectF(16, 13, 18, 18)
        paint.draw_icon(painter, "info", self._theme.color("onWarningSoft"), place, size("iconButton"))
