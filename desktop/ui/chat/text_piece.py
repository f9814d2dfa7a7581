"""A part of a paragraph that Qt lays out at once: its lines, the formulas in their places, the grounds of inline code.

Coordinates are the paragraph's, positions too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextLine

from desktop.ui.chat.drawing import Drawing
from desktop.ui.chat.look import CODE_PADDING

_BREAK = 4
"""Pixels that show that the end of a line is selected too."""


class Picture:
    """A formula in its place: where its base line begins, from the top left corner of the piece."""

    def __init__(self, start: int, end: int, drawing: Drawing, size: float) -> None:
        self.start = start
        self.end = end
        self.at = QPointF()
        self.drawing = drawing
        self.size = size


class Piece:
    """Text from ``start`` to ``end``, whose first line is ``top`` below the paragraph's."""

    def __init__(self, start: int, end: int, layout: QTextLayout, top: float) -> None:
        self.start = start
        self.end = end
        self.layout = layout
        self.top = top
        self.height = 0.0
        self.lines: list[tuple[float, float]] = []
        """Top and height of each line, from the top of the piece."""
        self.codes: list[QRectF] = []
        """Backgrounds of inline code."""
        self.pictures: list[Picture] = []

    def leave_last_line(self) -> None:
        """The last line goes on in the next piece. The layout keeps it; it is not drawn."""
        self.end = self.start + self.layout.lineAt(len(self.lines) - 1).textStart()
        self.height -= self.lines.pop()[1]
        self.codes = [rect for rect in self.codes if rect.top() < self.height]
        self.pictures = [picture for picture in self.pictures if picture.start < self.end]

    def put_under_code(self, codes: list[tuple[int, int]]) -> None:
        """Find the backgrounds of inline code, given from the start of the piece."""
        for index, (top, height) in enumerate(self.lines):
            line = self.layout.lineAt(index)
            first, last = line.textStart(), line.textStart() + line.textLength()
            for start, end in codes:
                if end <= first or start >= last:
                    continue
                left, right = x_of(line, max(start, first)), x_of(line, min(end, last))
                if start >= first:
                    left -= CODE_PADDING
                self.codes.append(QRectF(left, top + height / 2 - 10.5, right - left, 21))

    def selected(self, part: tuple[int, int]) -> Iterator[QRectF]:
        """What lies behind a selected part, line by line, from the top left corner of the piece."""
        start, end = part
        for index, (top, height) in enumerate(self.lines):
            line = self.layout.lineAt(index)
            first = self.start + line.textStart()
            last = first + line.textLength()
            if end <= first or start >= last + 1:
                continue
            left = x_of(line, max(start, first) - self.start)
            right = x_of(line, min(end, last) - self.start)
            if end > last or right == left:
                right += _BREAK
            yield QRectF(min(left, right), top, abs(right - left), height)

    def overlay(self, part: tuple[int, int], form: QTextCharFormat) -> list[QTextLayout.FormatRange]:
        """A format for as much of a part as is in here."""
        start, end = max(part[0], self.start), min(part[1], self.end)
        return [format_range(start - self.start, end - start, form)] if start < end else []

    def line_at(self, y: float) -> QTextLine:
        """The line at a height, the first or the last where there is none."""
        return self.layout.lineAt(max(0, bisect_right(self.lines, y - self.top, key=_line_top) - 1))

    def position_at(self, x: float, y: float, *, is_last: bool) -> int:
        """The position nearest to a point. ``is_last``: no piece comes after this one."""
        line = self.line_at(y)
        position = self.start + _int(line.xToCursor(x))
        # A position at the end of a wrapped line is the start of the next one: stay on this line.
        first, last = self.start + line.textStart(), self.start + line.textStart() + line.textLength()
        return min(position, last if is_last and last >= self.end else max(first, last - 1))

    def character_at(self, x: float, y: float) -> int:
        """The character under a point."""
        return self.start + _int(self.line_at(y).xToCursor(x, QTextLine.CursorPosition.CursorOnCharacter))

    def caret_at(self, position: int) -> QRectF:
        """No width, as high as its line."""
        line = self.layout.lineForTextPosition(min(position, self.end) - self.start)
        index = line.lineNumber() if line.isValid() else max(0, len(self.lines) - 1)
        top, height = self.lines[index]
        return QRectF(x_of(self.layout.lineAt(index), position - self.start), self.top + top, 0, height)

    def natural_width(self) -> float:
        """Width of the widest line."""
        lines = map(self.layout.lineAt, range(len(self.lines)))
        return max((line.naturalTextWidth() + line.x() for line in lines), default=0.0)


def format_range(start: int, length: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
    """A format for a part of a layout's text."""
    result = QTextLayout.FormatRange()
    result.start = start
    result.length = length
    result.format = form
    return result


def x_of(line: QTextLine, position: int) -> float:
    """Where a position of the layout's text is in its line."""
    found = line.cursorToX(position)
    return float(found[0] if isinstance(found, tuple) else found)


def _int(value: object) -> int:
    return int(value[0] if isinstance(value, tuple) else value)  # type: ignore[call-overload]


def _line_top(line: tuple[float, float]) -> float:
    return line[0]
