"""The figures of the bars, written out: a column for each place, or a line, where there are more than go beside each
other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.placement import Place
from desktop.translation import tr
from desktop.ui import wording
from desktop.ui.inspector.memory_bars import FREE, KINDS, MISSING, Kind, amounts
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import strong
from desktop.ui.theme import Theme, font, tabular

_SWATCH, _AFTER_SWATCH, _GAP, _COLUMN = 10, 8, 8, 64
_SMALL_SWATCH, _AFTER_SMALL_SWATCH = 7, 3
_NAMES = 0.21
"""Share of the width that the names take where each place has a line."""


class MemoryTable(QWidget):
    """Painted as a whole: its numbers change with every step of a slider."""

    accessible_role = "StaticText"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._places: Sequence[Place] = ()
        self._measured = False
        self.setObjectName("memoryTable")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._plain = tabular(font("small"))
        self._bold = tabular(strong("small"))

    def show_places(self, places: Sequence[Place], measured: bool) -> None:
        before = (len(self._places), len(self._kinds()))
        self._places, self._measured = places, measured
        self.setAccessibleName("\n".join(" ".join(row) for row in self.rows()))
        if before != (len(places), len(self._kinds())):
            self.updateGeometry()
        self.update()

    def rows(self) -> list[list[str]]:
        """What is written, line by line; the word at the upper left says where the figures come from."""
        source = tr("Measured") if self._measured else tr("Worked out")
        kinds, places = self._kinds(), self._places
        figures = [[_figure(place, kind) for kind in kinds] for place in places]
        if self.has_columns():
            head = [source, *_titles(places)]
            return [head, *([tr(kind.name), *(row[at] for row in figures)] for at, kind in enumerate(kinds))]
        lines = [[title, *row] for title, row in zip(_titles(places), figures, strict=True)]
        return [[source, *(tr(kind.short) for kind in kinds)], *lines]

    def has_columns(self) -> bool:
        """Whether each place has a column."""
        if len(self._places) <= 2:
            return True
        metrics = QFontMetrics(self._plain)
        names = max(metrics.horizontalAdvance(tr(kind.name)) for kind in KINDS) + _SWATCH + _AFTER_SWATCH
        words = [*_titles(self._places), "88.8 GB"]
        column = max(metrics.horizontalAdvance(word) for word in words) + _GAP
        return names + column * len(self._places) <= self.width()

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        rows = len(self._kinds()) if self.has_columns() else len(self._places)
        return (rows + 1) * self._row_height()

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        columns = self.has_columns()
        kinds = self._kinds()
        height = self._row_height()
        for number, row in enumerate(self.rows()):
            top = number * height
            kind = kinds[number - 1] if columns and number else None
            if kind is not None:
                self._swatch(painter, kind, QRectF(0, top + (height - _SWATCH) / 2, _SWATCH, _SWATCH))
            self._row(painter, row, kind, QRectF(0, top, self.width(), height), head=number == 0)
        if not columns:
            for number, kind in enumerate(kinds):
                width = self._column_width(len(kinds))
                right = self.width() - (len(kinds) - number - 1) * (width + _GAP)
                words = QFontMetrics(self._plain).horizontalAdvance(tr(kind.short))
                left = right - words - _AFTER_SMALL_SWATCH - _SMALL_SWATCH
                side = _SMALL_SWATCH
                self._swatch(painter, kind, QRectF(left, (height - side) / 2, side, side))

    def _row(self, painter: QPainter, row: list[str], kind: Kind | None, area: QRectF, head: bool) -> None:
        theme = self._theme
        width = self._column_width(len(row) - 1)
        figures = (width + _GAP) * (len(row) - 1)
        left = _SWATCH + _AFTER_SWATCH if kind is not None else 0
        name = QRectF(left, area.top(), area.width() - left - figures, area.height())
        muted = theme.color("textMuted")
        paint.draw_text(painter, name, row[0], self._plain, muted if head else theme.color("textSecondary"))
        for place, words in enumerate(row[1:]):
            right = area.width() - (len(row) - 2 - place) * (width + _GAP)
            cell = QRectF(right - width, area.top(), width, area.height())
            style: QFont = self._bold if kind is MISSING else self._plain
            ink = muted if head else theme.color("warning" if kind is MISSING else "textPrimary")
            paint.draw_text(painter, cell, words, style, ink, Qt.AlignmentFlag.AlignRight, elide=head)

    def _column_width(self, number: int) -> float:
        metrics = QFontMetrics(self._plain)
        names = metrics.horizontalAdvance(max((tr(kind.name) for kind in KINDS), key=len)) + _SWATCH + _AFTER_SWATCH
        taken = names if self.has_columns() else _NAMES * self.width()
        wanted = max(metrics.horizontalAdvance(word) for word in (*_titles(self._places), "88.8 GB"))
        return min(float(max(_COLUMN, wanted)), (self.width() - taken) / number - _GAP)

    def _swatch(self, painter: QPainter, kind: Kind, area: QRectF) -> None:
        theme = self._theme
        if kind.color:
            edge = theme.color("control") if kind is FREE else None
            paint.box(painter, area, 3, theme.color(kind.color), edge)
        else:
            paint.hatch(painter, area, theme, 2)

    def _row_height(self) -> int:
        return paint.tall(20, "small", 4)

    def _kinds(self) -> list[Kind]:
        """Where something does not fit, what is free is no news."""
        left_out = FREE if any(place.missing for place in self._places) else MISSING
        return [kind for kind in KINDS if kind is not left_out]


def _figure(place: Place, kind: Kind) -> str:
    count = amounts(place)[kind]
    return "" if kind is MISSING and not count else wording.memory_part(count, place.total)


def _titles(places: Sequence[Place]) -> list[str]:
    """Short names of the places: "Graphics" and "Main", or "Card 1" and "Card 2", where there are more."""
    return [place.short or place.name for place in places]
