"""The menu: a rounded panel with a soft shadow, painted rows, and everything QMenu knows about keys and mice.

It must not know what its rows do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QMenu, QProxyStyle, QStyle, QStyleOption, QStyleOptionMenuItem, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.marks import draw_avatar, draw_key_cap, key_cap_width
from desktop.ui.theme import Theme, font, radius, tabular

_INSET = 7
_NARROWEST = 200


class RowKind(StrEnum):
    COMMAND = "command"
    MODEL = "model"
    HEADING = "heading"
    RULE = "rule"


@dataclass(slots=True)
class Row:
    """How a row looks beside its words."""

    kind: RowKind
    icon_name: str = ""
    note: str = ""
    """Small words at the right: the quantization of a model."""
    figure: str = ""
    """A quiet number before the note: how fast a model writes."""
    keys: str = ""
    warning: bool = False
    danger: bool = False
    dim: bool = False
    """Greyed, yet it can be chosen to hear why."""


_HEIGHTS = {RowKind.COMMAND: 36, RowKind.MODEL: 44, RowKind.HEADING: 30, RowKind.RULE: 13}


class _MenuStyle(QProxyStyle):
    """The measures of a menu, which QMenu asks its style for."""

    def __init__(self, menu: Menu) -> None:
        super().__init__("Fusion")
        self._menu = menu

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_MenuHMargin, QStyle.PixelMetric.PM_MenuVMargin):
            return paint.SHADOW_MARGIN + _INSET
        if metric in (QStyle.PixelMetric.PM_MenuPanelWidth, QStyle.PixelMetric.PM_MenuDesktopFrameWidth):
            return 0
        return super().pixelMetric(metric, option, widget)

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        if kind == QStyle.ContentsType.CT_MenuItem:
            return self._menu.row_size()
        return super().sizeFromContents(kind, option, size, widget)


class Menu(QMenu):
    """A menu of commands, models, headings and rules."""

    def __init__(self, theme: Theme, name: str, parent: QWidget, width: int = 0) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[QAction, Row] = {}
        self._narrowest = width or _NARROWEST
        self._asked: QAction | None = None
        self._backdrop: QPixmap | None = None
        self._backdrop_place = QPoint()
        self._measures = _MenuStyle(self)
        self._measures.setParent(self)
        self.setStyle(self._measures)
        self.setAccessibleName(name)
        self.setWindowFlags(
            Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFont(font("body"))

    def add_command(self, text: str, icon_name: str = "", keys: str = "", danger: bool = False) -> QAction:
        return self._add(text, Row(RowKind.COMMAND, icon_name, keys=keys, danger=danger))

    def add_choice(self, text: str, checked: bool, icon_name: str = "", dim: bool = False) -> QAction:
        """A row that is on or off."""
        action = self._add(text, Row(RowKind.COMMAND, icon_name, dim=dim))
        action.setCheckable(True)
        action.setChecked(checked)
        return action

    def add_model(self, name: str, quant: str, current: bool, missing: bool = False, figure: str = "") -> QAction:
        action = self._add(name, Row(RowKind.MODEL, note=quant, figure=figure, warning=missing, dim=missing))
        action.setCheckable(True)
        action.setChecked(current)
        return action

    def add_heading(self, text: str) -> None:
        self._add(text, Row(RowKind.HEADING)).setEnabled(False)

    def add_rule(self) -> None:
        action = self._add("", Row(RowKind.RULE))
        action.setEnabled(False)
        action.setSeparator(True)

    def row(self, action: QAction) -> Row:
        return self._rows[action]

    def panel(self) -> QRect:
        """The part that is not shadow."""
        margin = paint.SHADOW_MARGIN
        return self.rect().adjusted(margin, margin, -margin, -margin)

    def open_below(self, button: QWidget, right: bool = False) -> None:
        """Open under a button, along its left edge or its right."""
        corner = button.rect().bottomRight() if right else button.rect().bottomLeft()
        self._open(button.mapToGlobal(corner) + QPoint(1 if right else 0, 6), right=right)

    def open_at(self, place: QPoint, right: bool = False) -> None:
        """Open with the panel's corner, or its right one, at a place of the screen."""
        self._open(place, right=right)

    def row_size(self) -> QSize:
        """The size of the row that QMenu is laying out. Every row is as wide as the widest."""
        row = self._rows.get(self._asked) if self._asked is not None else None
        return QSize(self._width(), _height(row.kind) if row is not None else 0)

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:
        super().initStyleOption(option, action)
        # The style is asked for the size of this row next, and gets no other hint which one it is.
        self._asked = action

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The shadow belongs to the window but not to the menu.
        if not self.panel().contains(event.position().toPoint()):
            self.close()
            return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if self._backdrop is not None:
            painter.drawPixmap(self._backdrop_place, self._backdrop)
        panel = QRectF(self.panel())
        paint.shadow(painter, panel, radius("lg"), theme, 3)
        paint.box(painter, panel, radius("lg"), theme.color("overlay"), theme.color("border"))
        for action in self.actions():
            self._paint_row(painter, action, QRectF(self.actionGeometry(action)))

    def _add(self, text: str, row: Row) -> QAction:
        action = QAction(self)
        # A lone ampersand would be taken for a shortcut key.
        action.setText(text.replace("&", "&&"))
        action.setProperty("words", text)
        self._rows[action] = row
        self.addAction(action)
        return action

    def _open(self, place: QPoint, right: bool = False) -> None:
        margin = paint.SHADOW_MARGIN
        hint = self.sizeHint()
        left = place.x() - (hint.width() - margin if right else margin)
        top = place.y() - margin
        self.popup(QPoint(left, top))
        # Qt keeps the whole window on the screen; only the panel has to be.
        screen = self.screen().availableGeometry().adjusted(-margin, -margin, margin, margin)
        left = max(screen.left(), min(left, screen.right() + 1 - self.width()))
        top = max(screen.top(), min(top, screen.bottom() + 1 - self.height()))
        self.move(left, top)
        self._take_backdrop()

    def _take_backdrop(self) -> None:
        """An X11 screen without a compositor has no transparency.

        What lies under the shadow is our own window, so a picture of it does as well.
        """
        if QGuiApplication.platformName() == "xcb":
            below = self.parentWidget().window()
            area = QRect(below.mapFromGlobal(self.pos()), self.size()) & below.rect()
            self._backdrop = below.grab(area)
            self._backdrop_place = self.mapFromGlobal(below.mapToGlobal(area.topLeft()))
            self.update()

    def _width(self) -> int:
        width = self._narrowest - 2 * _INSET
        for action, row in self._rows.items():
            width = max(width, self._row_width(action, row))
        return min(width, 460)

    def _row_width(self, action: QAction, row: Row) -> int:
        metrics = QFontMetrics(medium("body"))
        width = metrics.horizontalAdvance(action.property("words")) + 24
        if row.kind is RowKind.MODEL:
            figure = QFontMetrics(_figures()).horizontalAdvance(row.figure) + 14 if row.figure else 0
            return width + 36 + figure + QFontMetrics(font("codeSmall")).horizontalAdvance(row.note) + 48
        if row.icon_name:
            width += 28
        if action.isCheckable():
            width += 28
        return width + (key_cap_width(row.keys) + 24 if row.keys else 0)

    def _paint_row(self, painter: QPainter, action: QAction, place: QRectF) -> None:
        theme = self._theme
        row = self._rows[action]
        words = action.property("words")
        if row.kind is RowKind.RULE:
            middle = round(place.center().y())
            panel = self.panel()
            if place.width() < panel.width() / 2:  # a long menu has columns
                panel = place.toRect()
            painter.fillRect(QRect(panel.left() + 1, middle, panel.width() - 2, 1), theme.color("border"))
            return
        if row.kind is RowKind.HEADING:
            area = place.adjusted(10, 2, -10, 0)
            paint.draw_text(painter, area, words, medium("small"), theme.color("textMuted"))
            return
        if action is self.activeAction():
            paint.box(painter, place, radius("md"), theme.color("overlayHover"))
        if row.kind is RowKind.MODEL:
            self._paint_model(painter, action, row, words, place)
        else:
            self._paint_command(painter, action, row, words, place)

    def _paint_command(self, painter: QPainter, action: QAction, row: Row, words: str, place: QRectF) -> None:
        theme = self._theme
        off = row.dim or not action.isEnabled()
        ink = theme.color("textDisabled" if off else "danger" if row.danger else "textPrimary")
        left, right = place.left() + 10, place.right() - 10
        if row.icon_name:
            quiet = ink if row.danger or off else theme.color("textSecondary")
            paint.draw_icon(painter, row.icon_name, quiet, QRectF(left, place.top(), 18, place.height()), 18)
            left += 28
        if row.keys:
            right = draw_key_cap(painter, theme, right, place.center().y(), row.keys).left() - 10
        if action.isCheckable():
            if action.isChecked():
                spot = QRectF(right - 16, place.top(), 16, place.height())
                paint.draw_icon(painter, "check", theme.color("accentText"), spot, 16)
            right -= 26
        paint.draw_text(painter, QRectF(left, place.top(), right - left, place.height()), words, font("body"), ink)

    def _paint_model(self, painter: QPainter, action: QAction, row: Row, words: str, place: QRectF) -> None:
        theme = self._theme
        tile_width, tile_height = 26, 30
        tile = QRectF(place.left() + 8, place.center().y() - tile_height / 2, tile_width, tile_height)
        draw_avatar(painter, theme, tile, words, dim=row.dim)
        right = place.right() - 10
        mark = QRectF(right - 16, place.top(), 16, place.height())
        if row.warning:
            paint.draw_icon(painter, "triangle-alert", theme.color("warning"), mark, 16)
        elif action.isChecked():
            paint.draw_icon(painter, "check", theme.color("accentText"), mark, 16)
        right -= 26
        code = font("codeSmall")
        note_width = QFontMetrics(code).horizontalAdvance(row.note)
        note = QRectF(right - note_width, place.top(), note_width, place.height())
        paint.draw_text(painter, note, row.note, medium("codeSmall"), theme.color("textMuted"), elide=False)
        right = note.left()
        if row.figure:
            figure_width = QFontMetrics(_figures()).horizontalAdvance(row.figure)
            figure = QRectF(right - 14 - figure_width, place.top(), figure_width, place.height())
            paint.draw_text(painter, figure, row.figure, _figures(), theme.color("textMuted"), elide=False)
            right = figure.left()
        left = tile.right() + 10
        ink = theme.color("textDisabled" if row.dim else "textPrimary")
        area = QRectF(left, place.top(), right - 12 - left, place.height())
        paint.draw_text(painter, area, words, medium("body"), ink)


def _figures() -> QFont:
    return tabular(font("small"))


def _height(kind: RowKind) -> int:
    if kind is RowKind.RULE:
        return _HEIGHTS[kind]
    role, padding = ("small", 10) if kind is RowKind.HEADING else ("body", 12)
    return paint.tall(_HEIGHTS[kind], role, padding)
