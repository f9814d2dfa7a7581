"""Rows of the search: group labels, chats, messages and commands; and how they are painted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop.domain.chat import SearchHit
from desktop.translation import tr
from desktop.ui.commands import Command
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.marks import draw_key_cap, key_cap_width
from desktop.ui.theme import Theme, font, radius

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """A row. ``what`` is a hit, a command, or None for a label."""

    text: str
    what: SearchHit | Command | None = None
    icon_name: str = ""
    note: str = ""
    keys: str = ""
    spans: tuple[tuple[int, int], ...] = field(default=())


def one_line(text: str) -> str:
    """Line breaks as spaces, one for one, so that spans still fit."""
    return "".join(" " if letter.isspace() or not letter.isprintable() else letter for letter in text)


def command_rows(commands: list[Command], query: str) -> list[Row]:
    """The commands that hold every word of the query, with the finds marked."""
    wanted = query.casefold().split()
    rows: list[Row] = []
    for command in commands:
        text = tr(command.text)
        haystack = f"{text} {tr(command.more)}".casefold()
        if all(word in haystack for word in wanted):
            spans: list[tuple[int, int]] = []
            folded = text.casefold()
            for word in wanted:
                at = folded.find(word)
                if at >= 0:
                    spans.append((at, at + len(word)))
            rows.append(Row(text, command, command.icon_name, keys=command.keys, spans=tuple(spans)))
    return rows


class RowModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def set_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rows(self) -> list[Row]:
        return self._rows

    def rowCount(self, parent: _Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].what is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        return row if role == ROW_ROLE else None


def row_height(row: Row) -> int:
    return paint.tall(36, "body", 12) if row.what is not None else paint.tall(30, "small", 12)


class RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, row_height(index.data(ROW_ROLE)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(ROW_ROLE)
        area = QRectF(option.rect)
        theme = self._theme
        painter.save()
        if row.what is None:
            words = area.adjusted(10, 4, -10, 0)
            paint.draw_text(painter, words, row.text, medium("small"), theme.color("textMuted"))
            painter.restore()
            return
        if option.state & option.state.State_Selected:
            paint.box(painter, area, radius("md"), theme.color("overlayHover"))
        icon_place = QRectF(area.left() + 10, area.top(), 16, area.height())
        paint.draw_icon(painter, row.icon_name, theme.color("textSecondary"), icon_place, 16)
        right = area.right() - 10
        if row.keys:
            draw_key_cap(painter, theme, right, area.center().y(), row.keys)
            right -= key_cap_width(row.keys) + 12
        elif row.note:
            small = font("small")
            width = min(160.0, QFontMetrics(small).horizontalAdvance(row.note) + 1.0)
            place = QRectF(right - width, area.top(), width, area.height())
            paint.draw_text(painter, place, row.note, small, theme.color("textMuted"))
            right -= width + 12
        left = area.left() + 36
        self._paint_words(painter, QRectF(left, area.top(), right - left, area.height()), row)
        painter.restore()

    def _paint_words(self, painter: QPainter, place: QRectF, row: Row) -> None:
        base = font("body")
        shown = QFontMetrics(base).elidedText(row.text, Qt.TextElideMode.ElideRight, int(place.width()) - 8)
        layout = QTextLayout(shown, base)
        strong = QFont(base)
        strong.setWeight(QFont.Weight.Bold)
        formats: list[QTextLayout.FormatRange] = []
        for start, end in row.spans:
            if not 0 <= start < end <= len(row.text):
                continue
            found = QTextLayout.FormatRange()
            # Qt counts in UTF-16 units.
            found.start = _units(row.text[:start])
            found.length = _units(row.text[start:end])
            accent = QTextCharFormat()
            accent.setFont(strong)
            accent.setForeground(self._theme.color("accentText"))
            found.format = accent
            formats.append(found)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(10_000)
        layout.endLayout()
        painter.setPen(self._theme.color("textPrimary"))
        painter.setClipRect(place)
        layout.draw(painter, QPointF(place.left(), place.top() + (place.height() - line.height()) / 2))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
