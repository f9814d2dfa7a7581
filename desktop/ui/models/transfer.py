"""How a download is going: a bar, what is there, how fast and how long yet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.downloads import Line
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme, font, line_height, tabular


class Transfer(QWidget):
    """The bar and its words, and under them why it does not go on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bar = _Bar(theme)
        self._problem = Label(theme, "", "small", "danger", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self._problem)

    def tell(self, line: Line) -> None:
        """Say how it goes."""
        self.bar.tell(line)
        self._problem.setText(line.problem)
        self._problem.setVisible(bool(line.problem))


class _Bar(QWidget):
    accessible_role = "ProgressBar"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._line = Line(0.0, "", "")
        self.setFixedHeight(11 + line_height("small"))

    def tell(self, line: Line) -> None:
        self._line = line
        self.setAccessibleName(f"{line.done}, {line.how}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, line = QPainter(self), self._theme, self._line
        bar = QRectF(0, 0, self.width(), 6)
        paint.box(painter, bar, 3, theme.color("trackOff"))
        done = QRectF(0, 0, max(6.0, bar.width() * line.share), 6)
        paint.box(painter, done, 3, theme.color("danger" if line.problem else "accent"))
        words = QRectF(0, 11, self.width(), line_height("small"))
        face = tabular(medium("small"))
        paint.draw_text(painter, words, line.done, face, theme.color("textPrimary"))
        left = QFontMetrics(face).horizontalAdvance(line.done) + 16
        right = Qt.AlignmentFlag.AlignRight
        quiet = theme.color("textMuted")
        paint.draw_text(painter, words.adjusted(left, 0, 0, 0), line.how, tabular(font("small")), quiet, right)
