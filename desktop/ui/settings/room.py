"""The room that the settings fill: a list of pages at the left, the page that is open beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.other_room import OtherRoom
from desktop.ui.theme import Theme, font, radius, size

LIST_WIDTH = 212


class Entry(NamedTuple):
    """A page and how the list shows it."""

    key: str
    name: str
    icon_name: str
    page: QWidget


class SettingsRoom(OtherRoom):
    """A list of pages at the left, the page that is open beside it."""

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(theme, "Settings", tr("Settings"), parent)
        self.keys = [entry.key for entry in entries]
        self._buttons = [_PageButton(theme, entry) for entry in entries]
        names = QVBoxLayout()
        names.setContentsMargins(12, 12, 12, 12)
        names.setSpacing(2)
        for place, (entry, button) in enumerate(zip(entries, self._buttons, strict=True)):
            names.addWidget(button)
            self.pages.addWidget(entry.page)
            button.clicked.connect(lambda _checked=False, place=place: self.turn_to(place))
        names.addStretch(1)
        wall = QWidget()
        widest = max(button.sizeHint().width() for button in self._buttons)
        wall.setFixedWidth(max(LIST_WIDTH, widest + 24))
        wall.setLayout(names)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(wall)
        body.addWidget(_Upright(theme))
        body.addWidget(self.pages, 1)
        self.column.addLayout(body, 1)
        self.turn_to(0)

    def open(self, key: str = "") -> None:
        super().open(key)
        self._buttons[self.pages.currentIndex()].setFocus(Qt.FocusReason.OtherFocusReason)

    def turn_to(self, place: int) -> None:
        for number, button in enumerate(self._buttons):
            button.setChecked(number == place)
        super().turn_to(place)


class _PageButton(Pressable):
    def __init__(self, theme: Theme, entry: Entry) -> None:
        super().__init__(theme, entry.name)
        self._icon_name = entry.icon_name
        self.setObjectName(f"page-{entry.key}")
        self.setCheckable(True)
        # One of several, to a screen reader and to the arrow keys.
        self.setAutoExclusive(True)
        self.setAccessibleName(entry.name)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(medium("body")).horizontalAdvance(self.text()) + 50
        return QSize(width, paint.tall(34, "body", 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        on = self.isChecked()
        fill = theme.color("rowSelected") if on else self.fill("", "surfaceHover", "surfacePressed")
        paint.box(painter, self.rect(), radius("md"), fill, theme.color("border") if on else None)
        ink = theme.color("textPrimary" if on else "textSecondary")
        mark = theme.color("accentText") if on else ink
        paint.draw_icon(painter, self._icon_name, mark, QRectF(11, 0, 18, self.height()), size("iconButton"))
        words = QRectF(39, 0, self.width() - 49, self.height())
        paint.draw_text(painter, words, self.text(), medium("body") if on else font("body"), ink)


class _Upright(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self), self.rect(), self._theme.color("border"))
