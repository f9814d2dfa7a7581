"""A line above the composer while the model summarises the oldest part of the chat: how far it is, and Stop.

Knows a fraction, nothing of models.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.translation import tr, tr_later
from desktop.ui.chat.controls import Tone, WordButton, small_medium
from desktop.ui.parts import paint
from desktop.ui.theme import Theme, font, size

WORDS = tr_later("Summarising the oldest part of this chat")
_SIDE = 32


class SummaryBar(QWidget):
    """Signals:
    stop_requested: no summary is wanted.
    """

    stop_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("summaryBar")
        self.setAccessibleName(tr(WORDS))
        self._theme = theme
        self._fraction = 0.0
        self.stop = WordButton(theme, tr("Stop"), self, tone=Tone.QUIET, height=28, font=small_medium(), side=8)
        self.stop.setObjectName("stopSummary")
        self.stop.setAccessibleName(tr("Stop summarising"))
        self.stop.clicked.connect(self.stop_requested)
        self.setFixedHeight(paint.tall(32, "small", 16))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.stop)
        self.hide()

    def tell(self, fraction: float | None) -> None:
        """How far it is, 0 to 1; None: there is nothing to tell."""
        self.setVisible(fraction is not None)
        if fraction is not None and fraction != self._fraction:
            self._fraction = fraction
            self.setAccessibleDescription(f"{round(fraction * 100)} %")
            self.update()

    def resizeEvent(self, event: object) -> None:
        left, width = self._column()
        self.layout().setContentsMargins(left, 0, self.width() - left - width, 0)

    def _column(self) -> tuple[int, int]:
        """As wide as the conversation above it."""
        width = max(200, min(size("transcriptMax"), self.width() - 2 * _SIDE))
        return (self.width() - width) // 2, width

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, width = self._column()
        words = QRectF(left, 0, width - self.stop.width() - 8, self.height())
        paint.draw_text(painter, words, f"{tr(WORDS)}…", font("small"), self._theme.color("textSecondary"))
        bar = QRectF(left, self.height() - 3, width, 2)
        paint.box(painter, bar, 1, self._theme.color("trackOff"))
        bar.setWidth(max(4.0, width * min(1.0, self._fraction)))
        paint.box(painter, bar, 1, self._theme.color("accent"))
        painter.setPen(Qt.PenStyle.NoPen)
