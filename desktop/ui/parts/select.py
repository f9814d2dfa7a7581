"""A field that holds one of a list and opens a menu to change it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.menu import Menu
from desktop.ui.theme import Theme, font, grown, radius, size


class Select(Pressable):
    """One of a list, shown in a menu.

    Signals:
        chosen: the place of the one that the user picked.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, name: str, options: list[str]) -> None:
        super().__init__(theme)
        self._options = options
        self._current = 0
        self.setObjectName("select")
        self.setFont(font("body"))
        self._name = name
        self.clicked.connect(self._open)
        self._choose(0)

    def current(self) -> str:
        return self._options[self._current]

    def set_current(self, place: int) -> None:
        """Show another one; nothing is sent."""
        self._choose(place)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        widest = max(metrics.horizontalAdvance(option) for option in self._options)
        return QSize(min(grown(240), widest + 50), paint.tall(size("control"), "body", 8))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        on = self.isEnabled()
        fill = self.fill("raised", "raisedHover", "raisedPressed") if on else theme.color("sunken")
        paint.box(painter, self.rect(), radius("md"), fill, theme.color("borderStrong" if on else "border"))
        words = QRectF(13, 0, self.width() - 45, self.height())
        paint.draw_text(
            painter, words, self.current(), self.font(), theme.color("textPrimary" if on else "textDisabled")
        )
        place = QRectF(self.width() - 27, 0, 16, self.height())
        paint.draw_icon(painter, "chevron-down", theme.color("textMuted"), place, 16)

    def _open(self) -> None:
        menu = Menu(self._theme, self._name, self)
        menu.aboutToHide.connect(menu.deleteLater)
        for place, option in enumerate(self._options):
            action = menu.add_choice(option, place == self._current)
            action.setData(place)
        menu.triggered.connect(self._picked)
        menu.open_below(self)

    def _picked(self, action: QAction) -> None:
        place = int(action.data())
        self._choose(place)
        self.chosen.emit(place)

    def _choose(self, place: int) -> None:
        self._current = place
        self.setAccessibleName(f"{self._name}: {self.current()}")
        self.update()
