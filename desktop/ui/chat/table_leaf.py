"""A table: a rounded frame, a sunken header row, lines between the rows, cells that wrap. Cells are laid out when seen.

Positions run through the cells row by row: cells are separated by a tab, rows by a line break.
"""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from desktop.ui import theme as themes
from desktop.ui.chat.leaf import Leaf, Selection, Sideways
from desktop.ui.chat.look import Look
from desktop.ui.chat.spec import Cell, Spec, TableSpec
from desktop.ui.chat.text_block import TextBlock

_PAD_SIDE, _PAD_ROW = 12.0, 5.0
_NARROWEST = 48.0
_RADIUS = 8.0
_ALIGN = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}


class TableLeaf(Leaf):
    """Rows of cells."""

    def __init__(self, spec: TableSpec, look: Look) -> None:
        super().__init__(spec, look)
        self.spec: TableSpec = spec
        self.sideways = Sideways()
        self._columns: list[float] = []
        self._widest = [0.0] * len(spec.aligns)
        self._words = [0.0] * len(spec.aligns)
        self._measured = 0
        self._blocks: list[list[TextBlock]] = []
        self._tops: list[float] = []
        self._starts: list[int] = []
        self._text = ""
        self._body_font = themes.font("body")
        self._head_font = themes.font("label")
        self._take()

    @property
    def text(self) -> str:
        return self._text

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        return [self.spec.header, *self.spec.rows]

    def update(self, spec: Spec) -> bool:
        if not isinstance(spec, TableSpec) or spec.path != self.spec.path or spec.aligns != self.spec.aligns:
            return False
        old = self.rows
        self.spec = spec
        same = 0
        for before, now in zip(old, self.rows, strict=False):
            if before != now:
                break
            same += 1
        del self._blocks[same:]
        self._measured = min(self._measured, same)
        self._take()
        return True

    def _take(self) -> None:
        rows = self.rows
        self._text = "\n".join("\t".join(cell.text for cell in row) for row in rows)
        position = 0
        self._starts = []
        for row in rows:
            for cell in row:
                self._starts.append(position)
                position += len(cell.text) + 1
        for index in range(self._measured, len(rows)):
            metrics = QFontMetricsF(self._head_font if index == 0 else self._body_font)
            for column, cell in enumerate(rows[index]):
                factor = 1.12 if cell.spans else 1.0
                extra = 10.0 * sum(1 for _, _, style in cell.spans if style.code)
                text = cell.text[:400]
                self._widest[column] = max(self._widest[column], metrics.horizontalAdvance(text) * factor + extra + 2)
                word = max(text.split(), key=len, default="")[:24]
                self._words[column] = max(self._words[column], metrics.horizontalAdvance(word) * factor + extra + 2)
        self._measured = len(rows)
        for index in range(len(self._blocks), len(rows)):
            self._blocks.append([self._block(index, column, cell) for column, cell in enumerate(rows[index])])

    def _block(self, row: int, column: int, cell: Cell) -> TextBlock:
        theme = self.look.theme
        align = _ALIGN.get(self.spec.aligns[column])
        if row == 0:
            ink = theme.color("textSecondary")
            line = themes.line_height("label")
            return TextBlock(
                self.look, None, cell.text, cell.spans, font=self._head_font, line_height=line, ink=ink, align=align
            )
        return TextBlock(self.look, None, cell.text, cell.spans, align=align)

    # Geometry

    def lay_out(self, width: float) -> None:
        self.width = width
        self._columns = self._share(width - 2)
        self._tops = [1.0]
        top = 1.0
        for index, row in enumerate(self._blocks):
            line = float(themes.line_height("label" if index == 0 else "body"))
            height = max(
                (block.lay_out(max(8.0, self._columns[i] - 2 * _PAD_SIDE)) for i, block in enumerate(row)),
                default=line,
            )
            top += max(height, line) + 2 * _PAD_ROW + (1 if index else 0)
            self._tops.append(top)
        self.waiting = any(block.waiting for row in self._blocks for block in row)
        self.height = top + 1 + (10 if sum(self._columns) > width - 1 else 0)
        self.sideways.view = width - 2
        self.sideways.content = sum(self._columns)
        self.sideways.scroll_to(self.sideways.offset)

    def _share(self, width: float) -> list[float]:
        """Widths of the columns: what they need, the rest in proportion, as a browser would."""
        count = max(1, len(self._widest))
        if count * _NARROWEST > width:
            return [max(_NARROWEST, min(240.0, wish + 2 * _PAD_SIDE)) for wish in self._widest]
        wishes = [wish + 2 * _PAD_SIDE for wish in self._widest]
        total = sum(wishes)
        if total <= width:
            return [wish * width / total for wish in wishes]
        least = [max(_NARROWEST, min(word + 2 * _PAD_SIDE, width / count)) for word in self._words]
        spare = width - sum(least)
        hunger = [max(0.0, wish - low) for wish, low in zip(wishes, least, strict=True)]
        whole = sum(hunger) or 1.0
        return [low + spare * part / whole for low, part in zip(least, hunger, strict=True)]

    def scroll_by(self, delta: float) -> bool:
        return self.sideways.scroll_to(self.sideways.offset + delta)

    # Painting

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        theme = self.look.theme
        frame = QRectF(self.x, self.top, self.width, self.height).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, _RADIUS, _RADIUS)
        head_bottom = self.top + self._tops[1]
        painter.save()
        painter.setClipRect(
            QRectF(self.x, self.top, self.width, head_bottom - self.top), Qt.ClipOperation.IntersectClip
        )
        painter.fillPath(outline, theme.color("sunken"))
        painter.restore()
        painter.save()
        painter.setClipRect(
            QRectF(self.x + 1, self.top + 1, self.width - 2, self.height - 2).intersected(clip),
            Qt.ClipOperation.IntersectClip,
        )
        first = max(0, bisect_right(self._tops, clip.top() - self.top) - 1)
        for row in range(first, len(self._blocks)):
            top = self.top + self._tops[row]
            if top > clip.bottom():
                break
            if row:
                painter.fillRect(QRectF(self.x, top, self.width, 1), theme.color("border"))
            self._draw_row(painter, row, top + (1 if row else 0) + _PAD_ROW, clip, selection, hovered)
        self.sideways.draw(painter, self.x + 1, self.bottom, theme.color("scrollThumb"))
        painter.restore()
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)

    def _draw_row(
        self, painter: QPainter, row: int, top: float, clip: QRectF, selection: Selection, hovered: Selection
    ) -> None:
        left = self.x + 1 - self.sideways.offset
        for column, block in enumerate(self._blocks[row]):
            start = self._starts[row * len(self.spec.aligns) + column]
            block.draw(
                painter,
                left + _PAD_SIDE,
                top,
                clip,
                _shift(selection, start, len(block.text)),
                _shift(hovered, start, len(block.text)),
            )
            left += self._columns[column]

    # Positions

    def _cell_at(self, x: float, y: float) -> tuple[int, int, float, float]:
        """Row and column under a point, and where the text of the cell starts."""
        row = min(max(0, bisect_right(self._tops, y - self.top) - 1), len(self._blocks) - 1)
        left = self.x + 1 - self.sideways.offset
        column = 0
        while column < len(self._columns) - 1 and x >= left + self._columns[column]:
            left += self._columns[column]
            column += 1
        return row, column, left + _PAD_SIDE, self.top + self._tops[row] + _PAD_ROW + (1 if row else 0)

    def position_at(self, x: float, y: float) -> int:
        if y < self.top:
            return 0
        if y > self.bottom:
            return len(self._text)
        row, column, left, top = self._cell_at(x, y)
        start = self._starts[row * len(self.spec.aligns) + column]
        return start + self._blocks[row][column].position_at(x - left, y - top)

    def _cell_of(self, position: int) -> int:
        return max(0, bisect_right(self._starts, position) - 1)

    def rect_at(self, position: int) -> QRectF:
        cell = self._cell_of(position)
        row, column = divmod(cell, len(self.spec.aligns))
        block = self._blocks[row][column]
        left = self.x + 1 - self.sideways.offset + sum(self._columns[:column]) + _PAD_SIDE
        top = self.top + self._tops[row] + _PAD_ROW + (1 if row else 0)
        return block.rect_at(min(position - self._starts[cell], len(block.text))).translated(left, top)

    def atom_at(self, position: int) -> tuple[int, int] | None:
        cell = self._cell_of(position)
        row, column = divmod(cell, len(self.spec.aligns))
        start = self._starts[cell]
        found = self._blocks[row][column].atom_at(position - start)
        return (found[0] + start, found[1] + start) if found else None

    def link_at(self, x: float, y: float) -> tuple[int, int, str] | None:
        if not self.top <= y <= self.bottom:
            return None
        row, column, left, top = self._cell_at(x, y)
        found = self._blocks[row][column].link_span_at(x - left, y - top)
        start = self._starts[row * len(self.spec.aligns) + column]
        return (found[0] + start, found[1] + start, found[2].href) if found else None

    def links(self) -> list[tuple[int, int, str]]:
        cells = [cell for row in self.rows for cell in row]
        return [
            (start + a, start + b, style.href)
            for start, cell in zip(self._starts, cells, strict=True)
            for a, b, style in cell.spans
            if style.href
        ]

    def paragraph_at(self, position: int) -> tuple[int, int]:
        cell = self._cell_of(position)
        row, column = divmod(cell, len(self.spec.aligns))
        return self._starts[cell], self._starts[cell] + len(self._blocks[row][column].text)


def _shift(part: Selection, start: int, length: int) -> Selection:
    if part is None:
        return None
    a, b = max(0, part[0] - start), min(length, part[1] - start)
    return (a, b) if a < b else None
