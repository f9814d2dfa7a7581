"""A formula on a line of its own: in the middle, and scrolled sideways where it is wider. Selected as a whole.

Until it is set, and where it cannot be, it is its source. Knows painting, no widget.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop.ui.chat import formulas
from desktop.ui.chat.drawing import UNIT, Drawing
from desktop.ui.chat.leaf import Leaf, Selection, Sideways
from desktop.ui.chat.look import Look
from desktop.ui.chat.spec import FormulaSpec, Kind, Role, Spec, Style
from desktop.ui.chat.text_block import TextBlock

_PAD = 6.0
_THUMB = 10.0


class FormulaLeaf(Leaf):
    """One formula."""

    def __init__(self, spec: FormulaSpec, look: Look) -> None:
        super().__init__(spec, look)
        self.spec: FormulaSpec = spec
        self.sideways = Sideways()
        self.drawing: Drawing | None = None
        self._ink = look.quote_ink if any(box.kind is Kind.QUOTE for box in spec.path) else look.ink
        shown = spec.text.replace("\n", "\u2028")
        self._source = TextBlock(look, Role.PARAGRAPH, shown, ((0, len(shown), Style(code=True)),), ink=self._ink)

    @property
    def text(self) -> str:
        return self.spec.text

    def update(self, spec: Spec) -> bool:
        if not isinstance(spec, FormulaSpec) or spec.path != self.spec.path:
            return False
        self.spec = spec
        self.drawing = None
        shown = spec.text.replace("\n", "\u2028")
        self._source.grow(shown, ((0, len(shown), Style(code=True)),))
        return True

    def lay_out(self, width: float) -> None:
        self.width = width
        if self.drawing is None and self.spec.closed:
            self.drawing = self.look.formulas.find(self.spec.text)
            self.waiting = self.look.formulas.waits_for(self.spec.text)
        if self.drawing is None:
            self.height = self._source.lay_out(max(40.0, width))
            return
        scale = self._size / UNIT
        self.sideways.view = width
        self.sideways.content = self.drawing.width * scale
        self.sideways.scroll_to(self.sideways.offset)
        self.height = (self.drawing.top - self.drawing.bottom) * scale + 2 * _PAD
        if self.sideways.reach > 0:
            self.height += _THUMB

    @property
    def _size(self) -> float:
        return self.look.formula_size(self.look.base)

    @property
    def _left(self) -> float:
        """Where the formula begins; beyond the left edge where it is scrolled."""
        return self.x + max(0.0, (self.width - self.sideways.content) / 2) - self.sideways.offset

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        if self.drawing is None:
            self._source.draw(painter, self.x, self.top, clip, selection, hovered)
            return
        scale = self._size / UNIT
        painter.save()
        painter.setClipRect(QRectF(self.x, self.top, self.width, self.height), Qt.ClipOperation.IntersectClip)
        ink = self._ink
        if selection is not None:
            ink = self.look.on_selection
            painter.fillRect(
                QRectF(self._left - 2, self.top, self.sideways.content + 4, self.height), self.look.selection
            )
        start = QPointF(self._left - min(0.0, self.drawing.left) * scale, self.top + _PAD + self.drawing.top * scale)
        formulas.paint(painter, start, self.drawing, self._size, ink)
        self.sideways.draw(painter, self.x, self.bottom, self.look.theme.color("scrollThumb"))
        painter.restore()

    def atom_at(self, position: int) -> tuple[int, int] | None:
        return (0, len(self.text)) if self.spec.closed and 0 < position < len(self.text) else None

    def position_at(self, x: float, y: float) -> int:
        if self.drawing is None:
            return self._source.position_at(x - self.x, y - self.top)
        return 0 if x < self._left + self.sideways.content / 2 else len(self.text)

    def rect_at(self, position: int) -> QRectF:
        if self.drawing is None:
            return self._source.rect_at(position).translated(self.x, self.top)
        return QRectF(self._left + (self.sideways.content if position else 0.0), self.top, 0, self.height)

    def shows_beam(self, x: float, y: float) -> bool:
        return self.drawing is None

    def scroll_by(self, delta: float) -> bool:
        return self.sideways.scroll_to(self.sideways.offset + delta)
