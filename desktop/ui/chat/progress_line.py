"""What happens before the first word of an answer: a sentence, and a bar where it is known how far it is.

Knows words and a fraction, nothing of engines.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui import theme as themes
from desktop.ui.theme import Theme

_BAR = 240

Progress = tuple[str, float | None]
"""What happens, and how far it is (0 to 1; None: not known)."""


def progress_height() -> int:
    return themes.line_height("label") + 14


class ProgressLine(QWidget):
    """One line with a bar below it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("progressLine")
        self._theme = theme
        self._progress: Progress = ("", None)
        theme.changed.connect(self.update)

    def tell(self, progress: Progress) -> None:
        if progress != self._progress:
            self._progress = progress
            self.setAccessibleName(progress[0])
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        text, fraction = self._progress
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(themes.tabular(themes.font("label")))
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self._theme.color("textMuted"))
        line = QRectF(0, 0, self.width(), themes.line_height("label") + 2)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
        if fraction is None:
            return
        bar = QRectF(0, self.height() - 8, _BAR, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("trackOff"))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(max(4.0, _BAR * min(1.0, max(0.0, fraction))))
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(bar, 2, 2)
