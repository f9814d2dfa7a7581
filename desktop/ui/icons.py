"""Icons: the bundled SVG files, stroked 1.75 in a colour of the theme, rendered for the screen's pixel ratio."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop import paths

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


@lru_cache(maxsize=256)
def pixmap(name: str, color: str, size: int, ratio: float) -> QPixmap:
    """``resources/icons/<name>.svg`` in one colour (``#rrggbb``), ``size`` logical pixels square."""
    svg = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    svg = svg.replace("currentColor", color).replace('stroke-width="2"', 'stroke-width="1.75"')
    return _render(svg.encode(), QSize(size, size), ratio)


def icon(name: str, color: QColor, size: int = 18) -> QIcon:
    """An icon for a button, sharp at 100 % and at 200 %."""
    from PySide6.QtGui import QIcon

    result = QIcon()
    for ratio in (1.0, 2.0):
        result.addPixmap(pixmap(name, color.name(), size, ratio))
    return result


@lru_cache(maxsize=16)
def brand(name: str, width: int, height: int, ratio: float) -> QPixmap:
    """``resources/brand/<name>.svg`` in its own colours."""
    return _render((paths.resources() / "brand" / f"{name}.svg").read_bytes(), QSize(width, height), ratio)


def _render(svg: bytes, size: QSize, ratio: float) -> QPixmap:
    picture = QPixmap(size * ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, size.width() * ratio, size.height() * ratio))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
