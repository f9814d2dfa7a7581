"""Says at the foot of the page that files can be dropped; the window takes them wherever they are dropped."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.translation import tr, tr_later
from desktop.ui.parts import paint
from desktop.ui.theme import Theme, font, icon_side, radius, size

_TEXT = tr_later("Drop .gguf files or a folder here to add them")


class DropZone(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr(_TEXT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(240, paint.tall(88, "body", 48))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("control"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius("lg"), radius("lg"))
        face, side = font("body"), icon_side(18)
        wide = min(QFontMetrics(face).horizontalAdvance(tr(_TEXT)) + 1, self.width() - side - 40)
        left = (self.width() - wide - side - 10) / 2
        ink = theme.color("textMuted")
        paint.draw_icon(painter, "file-down", ink, QRectF(left, 0, side, self.height()), size("iconButton"))
        paint.draw_text(painter, QRectF(left + side + 10, 0, wide, self.height()), tr(_TEXT), face, ink)
