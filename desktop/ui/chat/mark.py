"""The mark before a model's name in the transcript: an arch with a lamp."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop.ui.theme import Theme


def draw_mark(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """18 px, its left top corner at ``at``."""
    painter.save()
    painter.translate(at)
    body = QPainterPath(QPointF(2.6, 16.4))
    body.lineTo(2.6, 8.4)
    body.arcTo(QRectF(2.6, 2.0, 12.8, 12.8), 180, -180)
    body.lineTo(15.4, 12.2)
    body.arcTo(QRectF(10.6, 9.8, 4.8, 4.8), 0, -90)
    body.lineTo(6.3, 14.6)
    body.quadTo(5.7, 14.6, 5.33, 14.99)
    body.lineTo(2.6, 16.4)
    body.closeSubpath()
    painter.fillPath(body, theme.color("accent"))
    lamp = QPainterPath(QPointF(5.9, 9.2))
    lamp.arcTo(QRectF(5.9, 6.1, 6.2, 6.2), 180, -180)
    lamp.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(lamp, theme.brand("brass") if not theme.dark else theme.color("surface"))
    painter.restore()
