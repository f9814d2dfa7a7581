"""A table that is painted: a head, and rows of words with lines between them. Draws what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import lt
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.theme import Theme, font, radius, size, tabular

_HEAD = 36
_SIDE = 16
_GAP = 14


class Column(NamedTuple):
    """How the words of a column look."""

    name: str
    start: float
    """Share of the width that it begins at."""
    right: bool = False
    """Whether its words end at its right edge."""
    role: str = "label"
    color: str = "textSecondary"
    unit: str = ""
    """What its numbers are, for a screen reader; the head or a sentence says it to everybody else."""


class Table(QWidget):
    """``empty`` is said where there is no row."""

    def __init__(self, theme: Theme, name: str, columns: Sequence[Column], empty: str) -> None:
        super().__init__()
        self._theme = theme
        self._columns = columns
        self._empty = empty
        self._rows: Sequence[Sequence[str]] = ()
        self._needs: list[float] = []
        self.setAccessibleName(name)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these: one text for each column."""
        self._rows = rows
        self._needs = [self._need(number, column) for number, column in enumerate(self._columns)]
        self.setAccessibleDescription("\n".join(map(self._read_out, rows)) or self._empty)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self._head() + max(1, len(self._rows)) * self._row())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        paint.box(painter, self.rect(), radius("lg"), theme.color("raised"), theme.color("border"))
        self._paint_head(painter)
        if not self._rows:
            words = QRectF(_SIDE, self._head(), self.width() - 2 * _SIDE, self._row())
            paint.draw_text(painter, words, self._empty, font("body"), theme.color("textSecondary"))
        for number, row in enumerate(self._rows):
            top = self._head() + number * self._row()
            if not event.rect().intersects(self.rect().adjusted(0, top, 0, top + self._row() - self.height())):
                continue
            for place, words, column in zip(self._places(top, self._row()), row, self._columns, strict=True):
                self.paint_cell(painter, place, number, column, words)
            if number < len(self._rows) - 1:
                paint.fill(painter, QRectF(1, top + self._row() - 1, self.width() - 2, 1), theme.color("border"))

    def paint_cell(self, painter: QPainter, place: QRectF, row: int, column: Column, words: str) -> None:
        """Paint one cell of row number ``row``."""
        paint.draw_text(painter, place, words, _face(column), self._theme.color(column.color), _align(column))

    def _read_out(self, row: Sequence[str]) -> str:
        return ", ".join(f"{words} {tr(column.unit)}".strip() for words, column in zip(row, self._columns, strict=True))

    def _paint_head(self, painter: QPainter) -> None:
        theme = self._theme
        painter.save()
        painter.setClipRect(0, 0, self.width(), self._head())
        head = QRectF(1, 1, self.width() - 2, self._head() + 20)
        paint.box(painter, head, radius("lg") - 1, theme.color("sunken"))
        painter.restore()
        paint.fill(painter, QRectF(1, self._head() - 1, self.width() - 2, 1), theme.color("border"))
        ink = theme.color("textSecondary")
        for place, column in zip(self._places(0, self._head()), self._columns, strict=True):
            paint.draw_text(painter, place, tr(column.name), medium("small"), ink, _align(column))

    def _places(self, top: int, height: int) -> list[QRectF]:
        width = self.width() - 2 * _SIDE
        edges = [_SIDE + column.start * width for column in self._columns] + [_SIDE + width + _GAP]
        left_over = width + _GAP - sum(self._needs)
        widths = [right - left for left, right in pairwise(edges)]
        if left_over >= 0 and any(map(lt, widths, self._needs)):
            # Large text: there is room for all of it, but not where the columns usually begin.
            each = left_over / len(self._needs)
            edges = list(accumulate((need + each for need in self._needs), initial=float(_SIDE)))
        return [QRectF(left, top, right - left - _GAP, height) for left, right in pairwise(edges)]

    def _need(self, number: int, column: Column) -> float:
        """How wide a column has to be for all its words, with the gap after it."""
        words = QFontMetricsF(_face(column))
        widest = max((words.horizontalAdvance(row[number]) for row in self._rows), default=0.0)
        return max(widest, QFontMetricsF(medium("small")).horizontalAdvance(tr(column.name))) + _GAP

    def _head(self) -> int:
        return paint.tall(_HEAD, "small", 12)

    def _row(self) -> int:
        return paint.tall(size("tableRow"), "label", 16)


def _face(column: Column) -> QFont:
    face = font(column.role)
    return tabular(face) if column.role == "label" else face


def _align(column: Column) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
