"""Lies over the room while a file is dragged across the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.theme import Theme, radius


class DropHint(QWidget):
    """Says what letting go would do."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._text, self._icon_name, self._ink = "", "", ""
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def appear(self, room: QWidget, paths: list[str]) -> None:
        """Cover a room of the window. ``paths``: what letting go would add."""
        if paths:
            self._text = _adding(paths)
            self._icon_name, self._ink = "file-down", "accentText"
        else:
            self._text = tr("Only model files (.gguf) and folders can be added here.")
            self._icon_name, self._ink = "circle-alert", "textMuted"
        self.setAccessibleName(self._text)
        self.setGeometry(room.geometry())
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
        paint.draw_icon(painter, self._icon_name, theme.color(self._ink), middle, 28)
        words = middle.translated(0, 44)
        centre = Qt.AlignmentFlag.AlignHCenter
        paint.draw_text(painter, words, self._text, medium("body"), theme.color("textPrimary"), centre)


def _adding(paths: list[str]) -> str:
    if len(paths) > 1:
        return tr("Let go to add these models. The files stay where they are.")
    if paths[0].lower().endswith(".gguf"):
        return tr("Let go to add this model. The file stays where it is.")
    return tr("Let go to add the models in this folder. They stay where they are.")
