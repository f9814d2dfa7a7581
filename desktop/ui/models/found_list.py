"""The models that were found, one row each: arrow keys move and open. It knows no service."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop.domain.fitness import Fitness
from desktop.domain.licences import Use
from desktop.domain.listing import Listed
from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import strong
from desktop.ui.parts.marks import Tone, badge_size, draw_avatar, draw_badge
from desktop.ui.parts.rows_view import RowsView
from desktop.ui.theme import Theme, font, icon_side, line_height, radius, size

_Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()
_SIDE = 13
_TILE = (34, 39)

FITS = {
    Fitness.GREAT: (Tone.GOOD, "circle-check"),
    Fitness.TIGHT: (Tone.WARNING, "triangle-alert"),
    Fitness.TOO_BIG: (Tone.BAD, "circle-x"),
}
"""How each verdict is shown."""


def count_text(count: int) -> str:
    """A number of downloads, roundly: ``2.4 M``."""
    for unit, factor in (("M", 1_000_000), ("k", 1_000)):
        if count >= factor:
            many = count / factor
            return f"{many:.1f} {unit}" if many < 10 and unit == "M" else f"{many:.0f} {unit}"
    return str(count)


def described(model: Listed) -> str:
    """The row for a screen reader, without the name."""
    said = [
        model.publisher,
        tr(model.fitness),
        model.licence.line,
        tr("reasoning") if model.reasoning else "",
        tr("understands pictures") if model.vision else "",
        tr("the publisher wants something first") if model.gated else "",
        tr("{number} downloads").format(number=count_text(model.downloads)) if model.downloads else "",
    ]
    return ", ".join(each for each in said if each)


class FoundModels(QAbstractListModel):
    """A row for each model, in the order it is given them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Listed] = []

    def set_rows(self, rows: list[Listed]) -> None:
        old = self._rows
        if rows == old:
            return
        if rows[: len(old)] == old and old:
            self.beginInsertRows(_NONE, len(old), len(rows) - 1)
            self._rows = rows
            self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, index: _Index) -> Listed | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, repo: str) -> QModelIndex:
        place = next((place for place, row in enumerate(self._rows) if row.repo == repo), None)
        return self.index(place) if place is not None else QModelIndex()

    def rowCount(self, parent: _Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        return described(row) if role == Qt.ItemDataRole.AccessibleDescriptionRole else None


class FoundDelegate(QStyledItemDelegate):
    """``pointed``: the row under the mouse; ``opened``: the repository that is looked at."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pointed: int = -1
        self.opened = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(300, max(76, 2 * badge_size("").height() + 30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        source = index.model()
        row = source.row(index) if isinstance(source, FoundModels) else None
        if row is None:
            return
        theme, area = self._theme, QRectF(option.rect).adjusted(0.5, 1, -0.5, -1)
        painter.save()
        if row.repo == self.opened:
            paint.box(painter, area, radius("md"), theme.color("raised"), theme.color("borderStrong"))
        elif index.row() == self.pointed:
            paint.box(painter, area, radius("md"), theme.color("surfaceHover"))
        self._paint_row(painter, area.adjusted(_SIDE, 0, -_SIDE, 0), row)
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRectF, row: Listed) -> None:
        theme = self._theme
        width, height = _TILE
        draw_avatar(painter, theme, QRectF(area.left(), area.center().y() - height / 2, width, height), row.publisher)
        high = max(line_height("body"), badge_size("").height())
        top = area.center().y() - high - 2
        upper = QRectF(area.left() + width + 12, top, area.right() - area.left() - width - 12, high)
        lower = upper.translated(0, high + 4)
        self._paint_name(painter, self._before(painter, upper, row), row)
        self._paint_publisher(painter, self._before_licence(painter, lower, row), row)

    def _before(self, painter: QPainter, line: QRectF, row: Listed) -> QRectF:
        """Paint the verdict at the end of the line; what is left of it."""
        if row.fitness not in FITS:
            return line
        tone, icon_name = FITS[row.fitness]
        words = tr(row.fitness)
        box = badge_size(words, icon_name)
        place = QRectF(line.right() - box.width(), line.center().y() - box.height() / 2, box.width(), box.height())
        draw_badge(painter, self._theme, place, words, tone, icon_name)
        return line.adjusted(0, 0, -box.width() - 8, 0)

    def _before_licence(self, painter: QPainter, line: QRectF, row: Listed) -> QRectF:
        words = tr(row.licence.label) if row.licence.use is not Use.UNKNOWN or row.licence.id else tr("Licence unknown")
        box = badge_size(words)
        if box.width() > line.width() * 0.6:
            return line
        place = QRectF(line.right() - box.width(), line.center().y() - box.height() / 2, box.width(), box.height())
        draw_badge(painter, self._theme, place, words, Tone.LINE)
        return line.adjusted(0, 0, -box.width() - 8, 0)

    def _paint_name(self, painter: QPainter, line: QRectF, row: Listed) -> None:
        theme, face, side = self._theme, strong("body"), icon_side(16)
        signs = [name for name, on in (("brain", row.reasoning), ("eye", row.vision), ("key-round", row.gated)) if on]
        room = line.width() - len(signs) * (side + 6)
        wide = min(QFontMetrics(face).horizontalAdvance(row.name) + 1, max(0, int(room)))
        place = QRectF(line.left(), line.top(), wide, line.height())
        paint.draw_text(painter, place, row.name, face, theme.color("textPrimary"))
        left = place.right() + 6
        for name in signs:
            sign = QRectF(left, line.top(), side, line.height())
            paint.draw_icon(painter, name, theme.color("textSecondary"), sign, size("iconInline"))
            left += side + 6

    def _paint_publisher(self, painter: QPainter, line: QRectF, row: Listed) -> None:
        theme, face = self._theme, font("small")
        quiet = theme.color("textMuted")
        wide = min(QFontMetrics(face).horizontalAdvance(row.publisher) + 1, int(line.width()))
        paint.draw_text(painter, QRectF(line.left(), line.top(), wide, line.height()), row.publisher, face, quiet)
        if not row.downloads:
            return
        count = count_text(row.downloads)
        left = line.left() + wide + 10
        if left + 18 + QFontMetrics(face).horizontalAdvance(count) > line.right():
            return
        paint.draw_icon(painter, "download", quiet, QRectF(left, line.top(), 14, line.height()), 12)
        rest = QRectF(left + 18, line.top(), line.right() - left - 18, line.height())
        paint.draw_text(painter, rest, count, face, quiet)


class FoundList(RowsView):
    """Signals:
    opened: the repository of a model that is to be looked at.
    """

    opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = FoundModels(self)
        self._delegate = FoundDelegate(theme, self)
        self.setObjectName("foundModels")
        self.setAccessibleName(tr("Models that were found"))
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.clicked.connect(self._open)

    def show_rows(self, rows: list[Listed], opened: str) -> None:
        """Show these, and that one of them is looked at."""
        self.rows.set_rows(rows)
        self.show_opened(opened)

    def show_opened(self, opened: str) -> None:
        """That one is looked at."""
        self._delegate.opened = opened
        index = self.rows.index_of(opened)
        if not index.isValid() and self.rows.rowCount():
            index = self.rows.index(0)
        self.put_cursor(index)
        self.viewport().update()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(QPoint(-1, -1))
        super().leaveEvent(event)

    def _open(self, index: _Index) -> None:
        row = self.rows.row(index)
        if row is not None:
            self.opened.emit(row.repo)

    def _point(self, place: QPoint) -> None:
        row = self.indexAt(place).row()
        if row != self._delegate.pointed:
            self._delegate.pointed = row
            self.viewport().update()
