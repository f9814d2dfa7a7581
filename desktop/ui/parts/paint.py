"""Drawing that every part shares: rounded boxes, arches, shadows and icons.

It knows tokens and QPainter; it must not know any widget.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap, QPixmapCache

from desktop.ui import icons
from desktop.ui.theme import Theme, icon_side, line_height, tokens

SHADOW_MARGIN = 32
"""Room that a floating widget leaves around its panel for the deepest shadow."""


def box(
    painter: QPainter,
    rect: QRectF | QRect,
    radius: float,
    fill: QColor | None = None,
    border: QColor | None = None,
    width: float = 1.0,
) -> None:
    """A rounded box whose border lies inside ``rect``, so that it is sharp."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(rect)
    if border is not None and border.alpha():
        area.adjust(width / 2, width / 2, -width / 2, -width / 2)
        radius -= width / 2
        painter.setPen(QPen(border, width))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    radius = max(0.0, min(radius, area.height() / 2, area.width() / 2))
    painter.drawRoundedRect(area, radius, radius)
    painter.restore()


def fill(painter: QPainter, rect: QRectF | QRect, color: QColor) -> None:
    """A plain ground. Where it is on the first picture: ``fillRect`` would make every class of QGradient first."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(rect)


def hatch(painter: QPainter, rect: QRectF, theme: Theme, stripe: float = 3.0) -> None:
    """Slanted stripes: what does not fit. ``stripe`` is the width of one, in pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    fill(painter, rect, theme.color("hatchSoft"))
    painter.setPen(QPen(theme.color("hatchDeep"), stripe))
    apart = 2 * stripe * math.sqrt(2)
    left = rect.left() + apart / 2
    while left < rect.right() + rect.height():
        painter.drawLine(
            QPointF(left - rect.height() - stripe, rect.bottom() + stripe), QPointF(left + stripe, rect.top() - stripe)
        )
        left += apart
    painter.restore()


def arch(rect: QRectF, foot: float) -> QPainterPath:
    """The shape of the house: top corners half the width, bottom corners ``foot``."""
    path = QPainterPath()
    width = rect.width()
    path.moveTo(rect.left(), rect.top() + width / 2)
    path.arcTo(QRectF(rect.left(), rect.top(), width, width), 180, -180)
    path.lineTo(rect.right(), rect.bottom() - foot)
    path.arcTo(QRectF(rect.right() - 2 * foot, rect.bottom() - 2 * foot, 2 * foot, 2 * foot), 0, -90)
    path.lineTo(rect.left() + foot, rect.bottom())
    path.arcTo(QRectF(rect.left(), rect.bottom() - 2 * foot, 2 * foot, 2 * foot), 270, -90)
    path.closeSubpath()
    return path


def arch_tile(painter: QPainter, rect: QRectF, fill: QColor, foot: float = 7.0) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPath(arch(rect, foot))
    painter.restore()


def draw_icon(painter: QPainter, name: str, color: QColor, rect: QRectF, size: int) -> None:
    """A bundled icon in the middle of ``rect``, on whole pixels. ``size`` is the design's: it grows with the text, into
    the room around it, but never higher than its place."""
    size = max(size, min(icon_side(size), int(rect.height())))
    ratio = painter.device().devicePixelRatio()
    picture = icons.pixmap(name, color.name(), size, ratio)
    left = round((rect.left() + (rect.width() - size) / 2) * ratio) / ratio
    top = round((rect.top() + (rect.height() - size) / 2) * ratio) / ratio
    painter.drawPixmap(QPointF(left, top), picture)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: bool = True,
) -> None:
    """One line of plain text, centred upright and elided at its end where it does not fit."""
    painter.setFont(font)
    painter.setPen(color)
    shown = text
    if elide:
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, math.ceil(rect.width()))
    flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(rect, flags | Qt.TextFlag.TextDontClip, shown)


def shadow(painter: QPainter, rect: QRectF, radius: float, theme: Theme, level: int) -> None:
    """The soft shadow of an elevation (``tokens.elevation``) under a panel at ``rect``."""
    style = tokens()["elevation"][str(level)]
    color = theme.color("shadow")
    alpha = round(color.alpha() * style["opacity"])
    if not alpha:
        return
    margin = int(style["blur"] + style["y"])
    ratio = painter.device().devicePixelRatio()
    key = f"shadow/{color.rgba()}/{level}/{rect.width()}x{rect.height()}/{radius}/{ratio}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = _shadow(rect, radius, color, alpha, style["blur"], style["y"], margin, ratio)
        QPixmapCache.insert(key, picture)
    painter.drawPixmap(QPointF(rect.left() - margin, rect.top() - margin), picture)


def mix(start: QColor, end: QColor, share: float) -> QColor:
    """A colour on the way from ``start`` (0) to ``end`` (1)."""
    if share <= 0:
        return start
    if share >= 1:
        return end
    if not start.alpha():
        start = QColor(end.red(), end.green(), end.blue(), 0)
    return QColor(
        round(start.red() + (end.red() - start.red()) * share),
        round(start.green() + (end.green() - start.green()) * share),
        round(start.blue() + (end.blue() - start.blue()) * share),
        round(start.alpha() + (end.alpha() - start.alpha()) * share),
    )


def tall(height: int, role: str, padding: int) -> int:
    """The height of a control: as designed, and more where large text needs it."""
    return max(height, line_height(role) + padding)


def _shadow(
    rect: QRectF, radius: float, color: QColor, alpha: int, blur: int, down: int, margin: int, ratio: float
) -> QPixmap:
    """Boxes laid over each other, spaced like a bell curve: close to a Gaussian blur, and no image filter is needed."""
    size = rect.size().toSize()
    picture = QPixmap((size.width() + 2 * margin) * ratio, (size.height() + 2 * margin) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    layers = min(alpha, 34)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    # The logistic curve with this spread is close to the normal curve of a CSS blur (sigma is half the blur).
    spread = 0.5513 * blur / 2
    panel = QRectF(margin, margin + down, rect.width(), rect.height())
    layer_color = QColor(color.red(), color.green(), color.blue(), max(1, round(alpha / layers)))
    painter.setBrush(layer_color)
    for layer in range(layers):
        share = (layer + 0.5) / layers
        grown = spread * math.log((1 - share) / share)
        area = panel.adjusted(-grown, -grown, grown, grown)
        corner = max(2.0, radius + grown)
        painter.drawRoundedRect(area, corner, corner)
    painter.end()
    return picture
