"""Paints the rows of the installed models, and says where in a row its columns and buttons are. Knows no service."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.dates import day_text
from desktop.domain.names import file_text, speed_figure, words_for
from desktop.translation import tr, tr_count, tr_later
from desktop.ui.models.shelf_model import ShelfModel
from desktop.ui.models.shelf_rows import Deed, Row
from desktop.ui.parts import paint
from desktop.ui.parts.fields import Field
from desktop.ui.parts.fonts import medium, regular, strong
from desktop.ui.parts.marks import draw_avatar
from desktop.ui.theme import Theme, font, icon_side, line_height, radius, size, tabular

_Index = QModelIndex | QPersistentModelIndex
SIDE = 20
_GAP = 22
_TILE = (34, 39)
_BAR = 84
LONGEST_NAME = 200


class Columns(NamedTuple):
    """Where the columns of a row are; None for one that there is no room for."""

    name: QRect
    file: QRect | None
    size: QRect | None
    remembers: QRect | None
    last: QRect | None
    speed: QRect | None
    button: QRect
    menu: QRect


HEADS = (
    tr_later("Model"),
    tr_later("File"),
    tr_later("Size"),
    tr_later("Remembers"),
    tr_later("Last used"),
    tr_later("Speed here"),
)
_RIGHT = (False, False, True, True, False, False)
# What goes first where room is short: all of it stands in the details as well.
_GOES = ("file", "speed", "last", "remembers", "size")


def row_height() -> int:
    return max(66, line_height("body") + line_height("small") + 26)


def columns(row: QRect) -> Columns:
    """The places in a row, or in the head over it."""
    wide = {
        "file": _width("Q4_K_M_XL", "codeSmall"),
        "size": max(_width("999.9 GB", "label"), _width(tr("Size"), "small")),
        "remembers": max(_width(_tokens(131_072), "small"), _width(_words(196_500), "label")),
        "last": max(_width(tr("Not there now"), "label"), _width(day_text(date(2026, 9, 30), year=False), "label")),
        "speed": max(_BAR, _width(tr("Not a chat model"), "small")),
    }
    button = max(74, QFontMetrics(medium("label")).horizontalAdvance(tr(Deed.UNLOAD)) + 28)
    side = max(size("controlSmall"), 28)
    menu = QRect(row.right() - SIDE - side + 8, row.center().y() - side // 2, side, side)
    high = paint.tall(size("controlSmall"), "label", 8)
    press = QRect(menu.left() - 8 - button, row.center().y() - high // 2, button, high)
    room = press.left() - _GAP - row.left() - SIDE
    shown = list(wide)
    least = _TILE[0] + 40 + QFontMetrics(strong("body")).horizontalAdvance("DeepSeek R1 8B")
    for name in _GOES:
        if room - sum(wide[each] + _GAP for each in shown) >= least:
            break
        shown.remove(name)
    right = press.left() - _GAP
    places: dict[str, QRect] = {}
    for name in reversed(list(wide)):
        if name in shown:
            places[name] = QRect(right - wide[name], row.top(), wide[name], row.height())
            right -= wide[name] + _GAP
    first = QRect(row.left() + SIDE, row.top(), right - row.left() - SIDE, row.height())
    return Columns(first, *(places.get(name) for name in wide), press, menu)


class ShelfDelegate(QStyledItemDelegate):
    """``pointed`` is where the mouse is, seen from the viewport; ``menu_open`` the model whose menu is open."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pointed: QPoint | None = None
        self.menu_open: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(320, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        row = model.row(index) if isinstance(model, ShelfModel) else None
        if row is None:
            return
        theme, area, dim = self._theme, option.rect, not row.model.available
        painter.save()
        if self.pointed is not None and area.contains(self.pointed):
            paint.fill(painter, area, theme.color("raisedHover"))
        if index.row():
            paint.fill(painter, QRectF(area.left(), area.top(), area.width(), 1), theme.color("border"))
        places = columns(area)
        self._paint_name(painter, places.name, row, dim=dim)
        quiet = theme.color("textDisabled" if dim else "textSecondary")
        if places.file is not None:
            paint.draw_text(painter, QRectF(places.file), row.model.quant, font("codeSmall"), quiet)
        if places.size is not None:
            words = file_text(row.model.size_bytes)
            paint.draw_text(painter, QRectF(places.size), words, _figures(), quiet, Qt.AlignmentFlag.AlignRight)
        if places.remembers is not None and row.model.context_length:
            self._paint_remembers(painter, places.remembers, row, dim=dim)
        if places.last is not None:
            self._paint_last(painter, places.last, row, dim=dim)
        if places.speed is not None:
            self._paint_speed(painter, places.speed, row, dim=dim)
        self._paint_buttons(painter, places, row)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        field = Field(self._theme, tr("Name of the model"), parent=parent)
        field.setObjectName("renameModel")
        field.setMaxLength(LONGEST_NAME)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        name = columns(option.rect).name
        left = name.left() + _TILE[0] + 4
        high = editor.sizeHint().height()
        editor.setGeometry(left, option.rect.center().y() - high // 2, name.right() - left, high)

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """The view says what was typed; the service decides, and the list comes back changed."""

    # A row

    def _paint_name(self, painter: QPainter, place: QRect, row: Row, *, dim: bool) -> None:
        theme = self._theme
        width, height = _TILE
        tile = QRectF(place.left(), place.center().y() - height / 2, width, height)
        draw_avatar(painter, theme, tile, row.model.publisher or row.model.name, dim=dim)
        upper, lower = _lines(QRect(place.adjusted(width + 12, 0, 0, 0)))
        side = icon_side(16)
        face = strong("body")
        wide = min(QFontMetrics(face).horizontalAdvance(row.model.name) + 1, upper.width() - side - 8)
        ink = theme.color("textDisabled" if dim else "textPrimary")
        paint.draw_text(painter, QRectF(upper.left(), upper.top(), wide, upper.height()), row.model.name, face, ink)
        mark = QRectF(upper.left() + wide + 8, upper.top(), side, upper.height())
        color = "textDisabled" if dim else row.badge.color
        paint.draw_icon(painter, row.badge.icon_name, theme.color(color), mark, size("iconInline"))
        quiet = theme.color("textDisabled" if dim else "textMuted")
        paint.draw_text(painter, lower, row.origin, font("small"), quiet)

    def _paint_remembers(self, painter: QPainter, place: QRect, row: Row, *, dim: bool) -> None:
        theme, right = self._theme, Qt.AlignmentFlag.AlignRight
        upper, lower = _lines(place)
        words = _words(words_for(row.model.context_length))
        ink = theme.color("textDisabled" if dim else "textPrimary")
        paint.draw_text(painter, upper, words, _figures(), ink, right)
        quiet = theme.color("textDisabled" if dim else "textMuted")
        paint.draw_text(painter, lower, _tokens(row.model.context_length), tabular(font("small")), quiet, right)

    def _paint_last(self, painter: QPainter, place: QRect, row: Row, *, dim: bool) -> None:
        theme, area = self._theme, QRectF(place)
        if row.in_use:
            dot = QRectF(area.left(), area.center().y() - 4, 8, 8)
            paint.box(painter, dot, 4, theme.color("success"))
            paint.draw_text(
                painter, area.adjusted(16, 0, 0, 0), tr("In use"), regular("label"), theme.color("textPrimary")
            )
            return
        quiet = theme.color("warning" if dim else "textSecondary")
        paint.draw_text(painter, area, row.last_used, regular("label"), quiet)

    def _paint_speed(self, painter: QPainter, place: QRect, row: Row, *, dim: bool) -> None:
        theme, area = self._theme, QRectF(place)
        if not row.speed or not row.model.chats:
            quiet = theme.color("textDisabled" if dim else "textMuted")
            paint.draw_text(painter, area, row.speed_words, font("small"), quiet)
            return
        high = line_height("label")
        upper = QRectF(area.left(), area.center().y() - high + 3, area.width(), high)
        figure, face = speed_figure(row.speed), tabular(medium("label"))
        paint.draw_text(painter, upper, figure, face, theme.color("textDisabled" if dim else "textPrimary"))
        after = QFontMetrics(face).horizontalAdvance(figure) + 5
        paint.draw_text(
            painter, upper.adjusted(after, 0, 0, 0), tr("tok/s"), regular("label"), theme.color("textMuted")
        )
        bar = QRectF(area.left(), upper.bottom() + 5, min(_BAR, area.width()), 4)
        paint.box(painter, bar, 2, theme.color("trackOff"))
        done = QRectF(bar.left(), bar.top(), max(4.0, bar.width() * row.share), bar.height())
        paint.box(painter, done, 2, theme.color("accent"))

    def _paint_buttons(self, painter: QPainter, places: Columns, row: Row) -> None:
        theme, pointed = self._theme, self.pointed
        if row.deed:
            over = pointed is not None and places.button.contains(pointed)
            fill = theme.color("raisedPressed" if over else "raised")
            paint.box(painter, places.button, radius("sm"), fill, theme.color("borderStrong"))
            centre = Qt.AlignmentFlag.AlignHCenter
            ink = theme.color("textPrimary")
            paint.draw_text(painter, QRectF(places.button), tr(row.deed), medium("label"), ink, centre, elide=False)
        if self.menu_open == row.model.id or (pointed is not None and places.menu.contains(pointed)):
            paint.box(painter, places.menu, radius("sm"), theme.color("raisedPressed"))
        ink = theme.color("textSecondary")
        paint.draw_icon(painter, "ellipsis", ink, QRectF(places.menu), size("iconInline"))


def _words(count: int) -> str:
    return tr_count(count, "1 word", "%n words")


def _tokens(count: int) -> str:
    return tr_count(count, "1 token", "%n tokens")


def paint_heads(painter: QPainter, theme: Theme, head: QRect) -> None:
    """The names of the columns over the rows."""
    places = columns(head)
    ink = theme.color("textSecondary")
    for place, words, right in zip(places[: len(HEADS)], HEADS, _RIGHT, strict=True):
        if isinstance(place, QRect):
            align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            paint.draw_text(painter, QRectF(place), tr(words), medium("small"), ink, align)


def _lines(place: QRect) -> tuple[QRectF, QRectF]:
    """Two lines of text in the middle of a place."""
    upper, lower = line_height("body"), line_height("small")
    top = place.center().y() - (upper + lower) / 2
    left, width = place.left(), place.width()
    return QRectF(left, top, width, upper), QRectF(left, top + upper, width, lower)


def _figures() -> QFont:
    return tabular(regular("label"))


def _width(words: str, role: str) -> int:
    return QFontMetrics(tabular(font(role))).horizontalAdvance(words) + 2
