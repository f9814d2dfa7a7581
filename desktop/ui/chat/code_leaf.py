"""Code: a header, and lines in a fixed-width font that scroll sideways on their own. Only exposed lines are laid out.

The buttons in the header are real widgets and belong to whoever owns the column. Plain text that is too large to be
laid out as it was meant is shown the same way, folded to its first lines.
"""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.highlight import Highlighter, Kinds
from desktop.ui.chat.languages import display_name
from desktop.ui.chat.leaf import Leaf, Selection, Sideways
from desktop.ui.chat.look import Look
from desktop.ui.chat.spec import CodeSpec, PlainSpec, Spec, narrow
from desktop.ui.parts import paint

_PAD_TOP, _PAD_BOTTOM, _PAD_SIDE = 9, 10, 14
_RADIUS = 10.0
ROW_LIMIT = 5_000
"""Characters of one shown row; a longer line is cut, on the screen only."""

FOLDED_ROWS = 24


def header_height() -> int:
    """Height of the line with the language and the buttons."""
    return paint.tall(34, "small", 10)


class CodeLeaf(Leaf):
    """A fence or an indented code block."""

    wants_buttons = True

    def __init__(self, spec: CodeSpec | PlainSpec, look: Look) -> None:
        super().__init__(spec, look)
        self.spec: CodeSpec | PlainSpec = spec
        self.folded = isinstance(spec, PlainSpec)
        self.sideways = Sideways()
        self._rows: list[tuple[int, int]] = []
        self._first_of_line: list[int] = []
        self._widest = 0.0
        self._font = themes.font("code")
        self._line = themes.line_height("code")
        self._advance = QFontMetricsF(self._font).horizontalAdvance("0")
        self._layouts: dict[int, QTextLayout] = {}
        self._taken = ""
        self._coloured = False
        self.highlighter = Highlighter(spec.language if isinstance(spec, CodeSpec) else "")
        self._take(spec.text)

    # Content

    @property
    def text(self) -> str:
        return self.spec.text

    @property
    def title(self) -> str:
        """What the header says."""
        if isinstance(self.spec, PlainSpec):
            return tr("Too large to lay out, shown as plain text")
        name = display_name(self.spec.language)
        return f"{name} · {narrow(self.spec.note)[:80]}" if self.spec.note else name

    @property
    def foldable(self) -> bool:
        return isinstance(self.spec, PlainSpec) and len(self._rows) > FOLDED_ROWS

    @property
    def shown_rows(self) -> int:
        return min(len(self._rows), FOLDED_ROWS) if self.folded else len(self._rows)

    def update(self, spec: Spec) -> bool:
        if type(spec) is not type(self.spec) or spec.path != self.spec.path:
            return False
        if isinstance(spec, CodeSpec) and isinstance(self.spec, CodeSpec):
            described = (spec.language, spec.note) == (self.spec.language, self.spec.note)
            if not described:
                return False
        assert isinstance(spec, CodeSpec | PlainSpec)
        self.spec = spec
        self._take(spec.text)
        return True

    def finish(self) -> None:
        self.highlighter.renew()

    def _take(self, text: str) -> None:
        """Rows of the new text; rows of the beginning are kept."""
        if text.startswith(self._taken) and self._rows:
            first_row = self._first_of_line.pop()
            start = self._rows[first_row][0]
            del self._rows[first_row:]
        else:
            self._rows, self._first_of_line, start, first_row = [], [], 0, 0
            self._layouts.clear()
            self._widest = 0.0
        self._taken = text
        while True:
            end = text.find("\n", start)
            stop = len(text) if end < 0 else end
            self._first_of_line.append(len(self._rows))
            at = start
            while stop - at > ROW_LIMIT:
                self._rows.append((at, at + ROW_LIMIT))
                at += ROW_LIMIT
            self._rows.append((at, stop))
            self._widest = max(self._widest, self._width_of(text[at:stop]))
            if end < 0:
                break
            start = end + 1
        changed = self.highlighter.extend(text) if self._coloured else 0
        self.forget_lines(changed, first_row)

    def prepare(self) -> None:
        """Colour the code, which waits until it is seen for the first time. Where the rules of its language are not
        loaded yet, it is painted plain at first; ``highlighter.work`` colours it."""
        if self._coloured:
            return
        self._coloured = True
        if self.highlighter.ready:
            self.highlighter.extend(self.text)
        elif isinstance(self.spec, CodeSpec) and self.spec.language:
            self.highlighter.extend_later(self.text)
        self.forget_lines()

    def forget_lines(self, line: int = 0, row: int | None = None) -> None:
        """Colours of the lines from here on changed."""
        first = self._first_of_line[line] if line < len(self._first_of_line) else len(self._rows)
        if row is not None:
            first = min(first, row)
        for key in [key for key in self._layouts if key >= first]:
            del self._layouts[key]

    def _width_of(self, text: str) -> float:
        if text.isascii():
            return len(text.expandtabs(4)) * self._advance
        return QFontMetricsF(self._font).horizontalAdvance(text.replace("\t", "    "))

    # Geometry

    def lay_out(self, width: float) -> None:
        self.width = width
        self.height = 1 + header_height() + _PAD_TOP + self._line * self.shown_rows + _PAD_BOTTOM + 1
        self.sideways.view = width - 2
        self.sideways.content = self._widest + 2 * _PAD_SIDE
        self.sideways.scroll_to(self.sideways.offset)

    @property
    def _body_top(self) -> float:
        return self.top + 1 + header_height() + _PAD_TOP

    @property
    def _text_left(self) -> float:
        return self.x + 1 + _PAD_SIDE - self.sideways.offset

    def header_rect(self) -> QRectF:
        return QRectF(self.x + 1, self.top + 1, self.width - 2, header_height())

    def scroll_by(self, delta: float) -> bool:
        return self.sideways.scroll_to(self.sideways.offset + delta)

    # Painting

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        theme = self.look.theme
        frame = QRectF(self.x, self.top, self.width, self.height)
        self._draw_frame(painter, frame, clip)
        label = QFont(themes.font("small"))
        label.setWeight(QFont.Weight.Medium)
        painter.setFont(label)
        painter.setPen(theme.color("textSecondary"))
        header = self.header_rect()
        painter.drawText(header.adjusted(14, 0, -200, -1), Qt.AlignmentFlag.AlignVCenter, self.title)
        body = QRectF(self.x + 1, header.bottom(), self.width - 2, self.bottom - header.bottom() - 1)
        exposed = clip.intersected(body)
        if exposed.isEmpty():
            return
        self.prepare()
        painter.save()
        painter.setClipRect(exposed, Qt.ClipOperation.IntersectClip)
        first = max(0, int((exposed.top() - self._body_top) // self._line))
        last = min(self.shown_rows - 1, int((exposed.bottom() - self._body_top) // self._line))
        for row in range(first, last + 1):
            self._draw_row(painter, row, selection)
        if len(self._layouts) > 400:
            self._layouts = {row: self._layouts[row] for row in range(first, last + 1) if row in self._layouts}
        self.sideways.draw(painter, self.x + 1, self.bottom - 1, theme.color("scrollThumb"))
        painter.restore()

    def _draw_frame(self, painter: QPainter, frame: QRectF, clip: QRectF) -> None:
        theme = self.look.theme
        inner = frame.adjusted(0.5, 0.5, -0.5, -0.5)
        # A path as high as the code is expensive to fill: only the exposed part is painted.
        if frame.height() > 3_000:
            inner.setTop(max(inner.top(), clip.top() - 100))
            inner.setBottom(min(inner.bottom(), clip.bottom() + 100))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("codeBackground"))
        painter.drawRoundedRect(inner, _RADIUS, _RADIUS)
        header = self.header_rect()
        if header.intersects(clip):
            path = QPainterPath()
            path.addRoundedRect(inner, _RADIUS, _RADIUS)
            painter.save()
            painter.setClipRect(header, Qt.ClipOperation.IntersectClip)
            painter.fillPath(path, theme.color("codeHeader"))
            painter.restore()
            paint.fill(painter, QRectF(self.x + 1, header.bottom() - 1, self.width - 2, 1), theme.color("border"))
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(inner, _RADIUS, _RADIUS)

    def _draw_row(self, painter: QPainter, row: int, selection: Selection) -> None:
        start, end = self._rows[row]
        layout = self._layout(row)
        top = self._body_top + row * self._line
        overlays: list[QTextLayout.FormatRange] = []
        if selection is not None and selection[0] <= end and selection[1] > start:
            a, b = max(selection[0], start) - start, min(selection[1], end) - start
            left, right = self._x_in(layout, a), self._x_in(layout, b)
            if selection[1] > end:
                right += self._advance
            painter.fillRect(QRectF(self._text_left + left, top, right - left, self._line), self.look.selection)
            if b > a:
                overlays.append(_range(a, b - a, self.look))
        painter.setPen(self.look.theme.color("codeText"))
        metrics = QFontMetricsF(self._font)
        layout.draw(painter, QPointF(self._text_left, top + (self._line - metrics.height()) / 2 - 1), overlays)

    def _layout(self, row: int) -> QTextLayout:
        found = self._layouts.get(row)
        if found is not None:
            return found
        start, end = self._rows[row]
        layout = QTextLayout(self.text[start:end], self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTabStopDistance(self._advance * 4)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.setFormats(self._formats(row, start))
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(1e7)
        layout.endLayout()
        self._layouts[row] = layout
        return layout

    def _formats(self, row: int, start: int) -> list[QTextLayout.FormatRange]:
        line = bisect_right(self._first_of_line, row) - 1
        kinds: Kinds = self.highlighter.lines[line] if line < len(self.highlighter.lines) else []
        shift = start - self._rows[self._first_of_line[line]][0]
        result: list[QTextLayout.FormatRange] = []
        for a, b, kind in kinds:
            if b <= shift:
                continue
            item = QTextLayout.FormatRange()
            item.start = max(0, a - shift)
            item.length = b - shift - item.start
            form = item.format
            form.setForeground(self.look.syntax(kind))
            item.format = form
            result.append(item)
        return result

    def _x_in(self, layout: QTextLayout, position: int) -> float:
        line = layout.lineAt(0)
        if not line.isValid():
            return 0.0
        found = line.cursorToX(position)
        return float(found[0] if isinstance(found, tuple) else found)

    # Positions

    def _row_at(self, y: float) -> int:
        return min(max(0, int((y - self._body_top) // self._line)), max(0, self.shown_rows - 1))

    def position_at(self, x: float, y: float) -> int:
        if y < self._body_top:
            return 0
        if y > self._body_top + self.shown_rows * self._line:
            return len(self.text) if not self.folded else self._rows[self.shown_rows - 1][1]
        row = self._row_at(y)
        line = self._layout(row).lineAt(0)
        if not line.isValid():
            return self._rows[row][0]
        found = line.xToCursor(x - self._text_left)
        return self._rows[row][0] + int(found[0] if isinstance(found, tuple) else found)

    def rect_at(self, position: int) -> QRectF:
        row = max(0, bisect_right(self._rows, (position, len(self.text) + 1)) - 1)
        row = min(row, max(0, self.shown_rows - 1))
        start, end = self._rows[row]
        x = self._text_left + self._x_in(self._layout(row), min(position, end) - start)
        return QRectF(x, self._body_top + row * self._line, 0, self._line)

    def shows_beam(self, x: float, y: float) -> bool:
        return y > self.top + header_height() and not self.sideways.thumb(self.x + 1, self.bottom - 1).contains(x, y)

    def paragraph_at(self, position: int) -> tuple[int, int]:
        start = self.text.rfind("\n", 0, position) + 1
        end = self.text.find("\n", position)
        return start, len(self.text) if end < 0 else end


def _range(start: int, length: int, look: Look) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start = start
    result.length = length
    result.format = look.selected
    return result
