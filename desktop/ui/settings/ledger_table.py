"""The ledger as a table: when, where to, what for, how much, allowed by whom. Draws what it is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics, QPainter

from desktop.domain.dates import day_text
from desktop.domain.ledger import Entry, Result
from desktop.translation import tr, tr_later
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.settings.table import Column, Table
from desktop.ui.theme import Theme, radius

SHOWN = 200
_ALLOWED = Column(tr_later("Allowed by"), 0.77)
_COLUMNS = (
    Column(tr_later("Time"), 0.0),
    Column(tr_later("Host"), 0.178, role="codeSmall", color="textPrimary"),
    Column(tr_later("Purpose"), 0.38, color="textPrimary"),
    Column(tr_later("Data"), 0.62, right=True),
    _ALLOWED,
)


class LedgerTable(Table):
    """At most the newest 200 entries; the rest is in the file that can be saved."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Network ledger"), _COLUMNS, tr("No connection was made, and none was tried."))
        self._entries: Sequence[Entry] = ()

    def show_entries(self, entries: Sequence[Entry], now: float) -> None:
        """Show these, the newest first."""
        self._entries = entries[:SHOWN]
        self.show_rows([(when(entry.at, now), *_words(entry)) for entry in self._entries])

    def paint_cell(self, painter: QPainter, place: QRectF, row: int, column: Column, words: str) -> None:
        if column is _ALLOWED and self._entries[row].result is Result.REFUSED:
            self._paint_refusal(painter, place, words)
        else:
            super().paint_cell(painter, place, row, column, words)

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


def when(moment: float, now: float, *, inside: bool = False) -> str:
    """A time for people: “Today 09:15”, “28 April 18:40”, and the year where it is another one. ``inside``: of a
    sentence."""
    then, today = time.localtime(moment), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return f"{tr('today') if inside else tr('Today')} {clock}"
    day = date(*then[:3])
    return f"{day_text(day, year=False)} {clock}" if then.tm_year == today.tm_year else day_text(day, year=True)


def amount(count: int) -> str:
    """Bytes for people, in three figures."""
    for unit, factor in ((tr_later("GB"), 1e9), (tr_later("MB"), 1e6), (tr_later("kB"), 1e3)):
        if count >= factor:
            value = count / factor
            return f"{value:.2f} {tr(unit)}" if value < 10 and unit == "GB" else f"{value:.0f} {tr(unit)}"
    return f"{count} B"


def _words(entry: Entry) -> tuple[str, str, str, str]:
    allowed = tr(entry.allowed_by)
    if entry.result is Result.REFUSED:
        allowed = tr("Blocked, {what}").format(what=f"{allowed[:1].lower()}{allowed[1:]}")
    elif entry.result is Result.FAILED:
        allowed = tr("{what}, failed").format(what=allowed)
    return entry.host, tr(entry.purpose), amount(entry.sent + entry.received), allowed
