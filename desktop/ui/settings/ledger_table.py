"""The ledger as a table: when, where to, what for, how much, allowed by whom. Draws what it is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.ledger import Entry, Result
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.theme import Theme, font, radius, size, tabular

SHOWN = 200
_HEAD = 36
_SIDE = 16
# Name of a column, the share of the width that it begins at, and whether its words end at its right edge.
_COLUMNS = (
    ("Time", 0.0, False),
    ("Host", 0.178, False),
    ("Purpose", 0.38, False),
    ("Data", 0.62, True),
    ("Allowed by", 0.77, False),
)
_GAP = 14


class LedgerTable(QWidget):
    """At most the newest 200 entries; the rest is in the file that can be saved."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: Sequence[Entry] = ()
        self._rows: list[tuple[str, str, str, str, str]] = []
        self.setAccessibleName("Network ledger")

    def show_entries(self, entries: Sequence[Entry], now: float) -> None:
        """Show these, the newest first."""
        self._entries = entries[:SHOWN]
        self._rows = [(when(entry.at, now), *_words(entry)) for entry in self._entries]
        self.setAccessibleDescription("\n".join(", ".join(row) for row in self._rows) or "No connections.")
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
            text = "No connection was made, and none was tried."
            paint.draw_text(painter, words, text, font("body"), theme.color("textSecondary"))
        for number, (entry, row) in enumerate(zip(self._entries, self._rows, strict=True)):
            top = self._head() + number * self._row()
            if event.rect().intersects(self.rect().adjusted(0, top, 0, top + self._row() - self.height())):
                self._paint_row(painter, top, entry, row, last=number == len(self._rows) - 1)

    def _paint_head(self, painter: QPainter) -> None:
        theme = self._theme
        painter.save()
        painter.setClipRect(0, 0, self.width(), self._head())
        head = QRectF(1, 1, self.width() - 2, self._head() + 20)
        paint.box(painter, head, radius("lg") - 1, theme.color("sunken"))
        painter.restore()
        paint.fill(painter, QRectF(1, self._head() - 1, self.width() - 2, 1), theme.color("border"))
        for (name, _, right), place in zip(_COLUMNS, self._places(0, self._head()), strict=True):
            align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            paint.draw_text(painter, place, name, medium("small"), theme.color("textSecondary"), align)

    def _paint_row(
        self, painter: QPainter, top: int, entry: Entry, row: tuple[str, str, str, str, str], *, last: bool
    ) -> None:
        theme = self._theme
        quiet, plain = theme.color("textSecondary"), theme.color("textPrimary")
        looks = (
            (tabular(font("label")), quiet),
            (font("codeSmall"), plain),
            (font("label"), plain),
            (tabular(font("label")), quiet),
            (font("label"), quiet),
        )
        places = self._places(top, self._row())
        for text, place, (face, ink), (_, _, right) in zip(row, places, looks, _COLUMNS, strict=True):
            if right:
                paint.draw_text(painter, place, text, face, ink, Qt.AlignmentFlag.AlignRight)
            elif text is row[-1] and entry.result is Result.REFUSED:
                self._paint_refusal(painter, place, text)
            else:
                paint.draw_text(painter, place, text, face, ink)
        if not last:
            paint.fill(painter, QRectF(1, top + self._row() - 1, self.width() - 2, 1), theme.color("border"))

    def _paint_refusal(self, painter: QPainter, place: QRectF, text: str) -> None:
        theme = self._theme
        face = medium("small")
        width = min(place.width(), QFontMetrics(face).horizontalAdvance(text) + 40)
        tall = paint.tall(22, "small", 6)
        box = QRectF(place.left(), place.center().y() - tall / 2, width, tall)
        ink = theme.color("onWarningSoft")
        paint.box(painter, box, radius("sm"), theme.color("warningSoft"))
        paint.draw_icon(painter, "shield-ban", ink, QRectF(box.left() + 9, box.top(), 14, tall), 14)
        paint.draw_text(painter, box.adjusted(28, 0, -8, 0), text, face, ink)

    def _places(self, top: int, height: int) -> list[QRectF]:
        width = self.width() - 2 * _SIDE
        edges = [_SIDE + share * width for _, share, _ in _COLUMNS] + [_SIDE + width + _GAP]
        return [QRectF(left, top, right - left - _GAP, height) for left, right in pairwise(edges)]

    def _head(self) -> int:
        return paint.tall(_HEAD, "small", 12)

    def _row(self) -> int:
        return paint.tall(size("tableRow"), "label", 16)


def when(moment: float, now: float, *, inside: bool = False) -> str:
    """A time for people: “Today 09:15”, “28 April 18:40”, and the year where it is another one. ``inside``: of a
    sentence."""
    then, today = time.localtime(moment), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return f"{'today' if inside else 'Today'} {clock}"
    day = f"{then.tm_mday} {time.strftime('%B', then)}"
    return f"{day} {clock}" if then.tm_year == today.tm_year else f"{day} {then.tm_year}"


def amount(count: int) -> str:
    """Bytes for people, in three figures."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            value = count / factor
            return f"{value:.2f} {unit}" if value < 10 and unit == "GB" else f"{value:.0f} {unit}"
    return f"{count} B"


def _words(entry: Entry) -> tuple[str, str, str, str]:
    allowed = entry.allowed_by
    if entry.result is Result.REFUSED:
        allowed = f"Blocked, {allowed[:1].lower()}{allowed[1:]}"
    elif entry.result is Result.FAILED:
        allowed = f"{allowed}, failed"
    return entry.host, entry.purpose, amount(entry.sent + entry.received), allowed
