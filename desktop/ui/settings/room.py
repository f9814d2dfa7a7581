"""The room that the settings fill: a list of pages at the left, the page that is open beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import IconButton, Pressable
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Rule
from desktop.ui.theme import Theme, font, radius, size

LIST_WIDTH = 212


class Entry(NamedTuple):
    """A page and how the list shows it."""

    key: str
    name: str
    icon_name: str
    page: QWidget


class SettingsRoom(QWidget):
    """Signals:
    closed: back to the chats.
    sidebar_requested: as in the chats' header.
    """

    closed = Signal()
    sidebar_requested = Signal()

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries = entries
        self.setObjectName("settingsRoom")
        self.setAccessibleName("Settings")
        self.sidebar = IconButton(theme, "panel-left", "Open the sidebar")
        self.sidebar.clicked.connect(self.sidebar_requested)
        self.sidebar.hide()
        self.closer = IconButton(theme, "x", "Close the settings", "Esc")
        self.closer.setObjectName("closeSettings")
        self.closer.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 16, 0)
        head.addWidget(self.sidebar)
        head.addWidget(Label(theme, "Settings", "title"), 1)
        head.addWidget(self.closer)
        holder = QWidget()
        holder.setFixedHeight(max(size("roomHeader"), paint.tall(size("control"), "body", 8) + 20))
        holder.setLayout(head)
        self._buttons = [_PageButton(theme, entry) for entry in entries]
        pages = QVBoxLayout()
        pages.setContentsMargins(12, 12, 12, 12)
        pages.setSpacing(2)
        self._stack = QStackedWidget()
        for place, (entry, button) in enumerate(zip(entries, self._buttons, strict=True)):
            pages.addWidget(button)
            self._stack.addWidget(entry.page)
            button.clicked.connect(lambda _checked=False, place=place: self._open(place))
        pages.addStretch(1)
        wall = QWidget()
        widest = max(button.sizeHint().width() for button in self._buttons)
        wall.setFixedWidth(max(LIST_WIDTH, widest + 24))
        wall.setLayout(pages)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(wall)
        body.addWidget(_Upright(theme))
        body.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(holder)
        column.addWidget(Rule(theme))
        column.addLayout(body, 1)
        self._open(0)

    def open(self, key: str = "") -> None:
        """Show a page (the one that was open, without a name), read anew."""
        place = next((place for place, entry in enumerate(self._entries) if entry.key == key), None)
        self._open(self._stack.currentIndex() if place is None else place)
        self._buttons[self._stack.currentIndex()].setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        paint.box(QPainter(self), QRectF(self.rect()), radius("lg"), theme.color("surface"), theme.color("border"))

    def _open(self, place: int) -> None:
        for number, button in enumerate(self._buttons):
            button.setChecked(number == place)
        self._stack.setCurrentIndex(place)
        refresh = getattr(self._entries[place].page, "refresh", None)
        if refresh is not None and self.isVisible():
            refresh()


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
