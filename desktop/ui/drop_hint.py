"""Lies over the room while a model file is dragged across the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.theme import Theme, radius


class DropHint(QWidget):
    """Says what letting go would do."""

    def __init__(self, theme: Theme, room: QWidget) -> None:
        super().__init__(room)
        self._theme = theme
        self._room = room
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def appear(self) -> None:
        self.setGeometry(self._room.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        whole = QRectF(self.rect())
        paint.box(painter, whole, radius("lg"), theme.color("surface"), theme.color("border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("control"), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(whole.adjusted(24, 24, -24, -24), radius("lg"), radius("lg"))
        middle = QRectF(0, whole.center().y() - 40, whole.width(), 32)
        paint.draw_icon(painter, "file-down", theme.color("accentText"), middle, 28)
        words = middle.translated(0, 44)
        text = "Let go to add this model. The file stays where it is."
        centre = Qt.AlignmentFlag.AlignHCenter
        paint.draw_text(painter, words, text, medium("body"), theme.color("textPrimary"), centre)
