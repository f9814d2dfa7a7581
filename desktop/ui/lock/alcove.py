"""The arch with the lamp: the ground of the lock screen. It paints, and knows nothing of keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QRadialGradient
from PySide6.QtWidgets import QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.glow import Glow
from desktop.ui.theme import Theme, grown

WIDTH, HEIGHT = 392, 508
TOP = 190
"""Where the words begin, below the lamp."""
SIDE = 40
_FOOT = 20.0
_REACH = 250.0
_LAMP = 126.0
# How the light falls off, at rest: share of the reach, and how much of it is left.
_LIGHT = ((0.0, 0.22), (0.3, 0.13), (0.6, 0.05), (1.0, 0.0))


class Alcove(QWidget):
    """392 wide (more with large text), and as high as its words need. The lamp brightens when Snug opens."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._light = Glow(theme, self, "lampOn")
        self.setFixedWidth(grown(WIDTH))
        self.setMinimumHeight(HEIGHT)

    def brighten(self) -> None:
        """The lamp comes on."""
        self._light.glide(1.0)

    def dim(self) -> None:
        self._light.jump(0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        shape = paint.arch(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), _FOOT)
        painter.fillPath(shape, theme.color("surface"))
        painter.fillPath(shape, self._falling_light())
        painter.strokePath(shape, QPen(theme.color("borderStrong"), 1.5))
        self._paint_lamp(painter)

    def _falling_light(self) -> QRadialGradient:
        light = QRadialGradient(QPointF(self.width() / 2, _LAMP), _REACH)
        strength = 1.0 + 1.4 * self._light.value
        for place, share in _LIGHT:
            color = QColor(self._theme.brand("brass"))
            color.setAlphaF(min(1.0, share * strength))
            light.setColorAt(place, color)
        return light

    def _paint_lamp(self, painter: QPainter) -> None:
        middle = self.width() / 2
        brass = self._theme.brand("brass")
        painter.setPen(QPen(brass, 2))
        painter.drawLine(QPointF(middle, 1), QPointF(middle, _LAMP - 43))
        shade = QPainterPath(QPointF(middle - 40, _LAMP - 3))
        shade.arcTo(QRectF(middle - 40, _LAMP - 43, 80, 80), 180, -180)
        shade.quadTo(middle + 40, _LAMP, middle + 37, _LAMP)
        shade.lineTo(middle - 37, _LAMP)
        shade.quadTo(middle - 40, _LAMP, middle - 40, _LAMP - 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brass)
        painter.drawPath(shade)
        painter.setBrush(self._theme.brand("lamplight"))
        painter.drawPie(QRectF(middle - 10, _LAMP - 9.5, 20, 20), 180 * 16, 180 * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.brand("lamplight"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(QRectF(middle - 31, _LAMP - 34, 62, 62), 110 * 16, 50 * 16)
