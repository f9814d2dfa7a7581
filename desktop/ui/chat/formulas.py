"""The formulas of the window: set once each on a thread of their own, kept, and painted in a colour of the theme.

A drawing has no size and no colour, so another theme or a heading needs no second one. Knows no message and no widget.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from queue import SimpleQueue
from threading import Thread

from PySide6.QtCore import QByteArray, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.chat.drawing import UNIT, Drawing

KEPT = 8_000_000
"""Characters of drawings that are kept."""

_GATHER_MS = 30
"""Formulas that are ready within this time are shown together: each time moves what is below them."""


class Formulas(QObject):
    """Signals: ``changed``, when formulas that were asked for in vain can be had, or never will."""

    changed = Signal()
    _ready = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drawings: OrderedDict[str, Drawing | None] = OrderedDict()
        self._size = 0
        self._asked: set[str] = set()
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._thread: Thread | None = None
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self.changed)
        self._ready.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def find(self, source: str) -> Drawing | None:
        """The drawing of a formula with its delimiters. None: not yet, or never; ``waits_for`` knows which."""
        if source in self._drawings:
            self._drawings.move_to_end(source)
            return self._drawings[source]
        if source not in self._asked:
            self._asked.add(source)
            self._queue.put(source)
            if self._thread is None:
                # It ends with the process: nothing it does is worth waiting for.
                self._thread = Thread(target=self._work, name="formulas", daemon=True)
                self._thread.start()
        return None

    def waits_for(self, source: str) -> bool:
        return source in self._asked

    @property
    def busy(self) -> bool:
        """Whether ``changed`` is still to come."""
        return bool(self._asked) or self._gather.isActive()

    def _work(self) -> None:
        # Its patterns are compiled with the first formula, here.
        from desktop.ui.chat.typesetting import typeset

        while True:
            source = self._queue.get()
            self._ready.emit(source, typeset(source))

    def _take(self, source: str, drawing: Drawing | None) -> None:
        self._asked.discard(source)
        self._drawings[source] = drawing
        self._size += _size(source, drawing)
        while self._size > KEPT:
            self._size -= _size(*self._drawings.popitem(last=False))
        if not self._gather.isActive():
            self._gather.start()


@cache
def shared() -> Formulas:
    """Those of the one window. Made when the first message is."""
    return Formulas()


def paint(painter: QPainter, start: QPointF, drawing: Drawing, size: float, color: QColor) -> None:
    """Paint a formula whose base line begins at ``start``, with letters of ``size`` logical pixels."""
    ratio = painter.device().devicePixelRatioF()
    scale = size * ratio / UNIT
    left, top = int(drawing.left * scale) - 2, int(drawing.top * scale) + 2
    width = int(drawing.right * scale) + 2 - left
    height = top - int(drawing.bottom * scale) + 2
    key = f"formula {hash(drawing.svg)} {scale:.4f} {color.name()}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = QPixmap(width, height)
        picture.fill(Qt.GlobalColor.transparent)
        renderer = QSvgRenderer(QByteArray(drawing.svg.replace("currentColor", color.name()).encode()))
        box = renderer.viewBoxF()
        with QPainter(picture) as brush:
            brush.setRenderHint(QPainter.RenderHint.Antialiasing)
            # The base line lies between two rows of pixels.
            renderer.render(
                brush,
                QRectF(box.x() * scale - left, box.y() * scale + top, box.width() * scale, box.height() * scale),
            )
        QPixmapCache.insert(key, picture)
    picture.setDevicePixelRatio(ratio)
    at = QPointF(round(start.x() * ratio) + left, round(start.y() * ratio) - top) / ratio
    painter.drawPixmap(at, picture)


def _size(source: str, drawing: Drawing | None) -> int:
    return len(source) + (len(drawing.svg) if drawing else 0)
