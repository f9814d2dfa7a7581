"""The row of actions of a message: copy, edit or regenerate, versions, more; and what the answer cost, at the right.

Knows what can be asked for, not who does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.controls import IconButton
from desktop.ui.parts import paint
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.parts.menu import Menu


def actions_height() -> int:
    return paint.tall(32, "small", 4)


class ActionRow(QWidget):
    """Actions and statistics.

    Signals:
        copy_requested, copy_markdown_requested, edit_requested, regenerate_requested, fork_requested,
        carry_on_requested: what was pressed or chosen from the menu.
        version_requested: -1 for the earlier one, 1 for the later one.
        pin_requested: whether the message is to stay in the model's memory.
    """

    copy_requested = Signal()
    copy_markdown_requested = Signal()
    edit_requested = Signal()
    regenerate_requested = Signal()
    fork_requested = Signal()
    carry_on_requested = Signal()
    version_requested = Signal(int)
    pin_requested = Signal(bool)

    def __init__(self, theme: Theme, *, own_words: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("actionRow")
        self._theme = theme
        self._own_words = own_words
        self._can_carry_on = False
        self._pinned = False
        self._versions = (0, 1)
        self._statistics = ""
        self._font = themes.tabular(themes.font("small"))
        self._count_font = QFont(self._font)
        self._count_font.setWeight(QFont.Weight.Medium)
        self._copy = self._button("copy", tr("Copy"), "copyMessage", self._copied)
        if own_words:
            self._change = self._button("pencil", tr("Edit"), "editMessage", self.edit_requested.emit)
        else:
            self._change = self._button("refresh-cw", tr("Answer again"), "regenerate", self.regenerate_requested.emit)
        self._earlier = self._button("chevron-left", tr("Earlier version"), "earlierVersion", self._earlier_pressed, 24)
        self._later = self._button("chevron-right", tr("Later version"), "laterVersion", self._later_pressed, 24)
        self._more = self._button("ellipsis", tr("More"), "moreActions", self.open_menu)
        self._count = 0
        self._restore = QTimer(self)
        self._restore.setSingleShot(True)
        self._restore.setInterval(2_000)
        self._restore.timeout.connect(self._show_copy)
        self.set_versions(0, 1)
        theme.changed.connect(self.update)

    def _button(self, icon: str, name: str, object_name: str, do: Callable[[], object], width: int = 32) -> IconButton:
        button = IconButton(self._theme, icon, name, self, width=width)
        button.setObjectName(object_name)
        button.clicked.connect(do)
        return button

    # State

    def set_versions(self, index: int, total: int) -> None:
        self._versions = (index, total)
        self._earlier.setVisible(total > 1)
        self._later.setVisible(total > 1)
        self._earlier.setEnabled(index > 0)
        self._later.setEnabled(index + 1 < total)
        self._earlier.describe(tr("Earlier version, {index} of {total} is shown").format(index=index + 1, total=total))
        self._later.describe(tr("Later version, {index} of {total} is shown").format(index=index + 1, total=total))
        self._place()

    def set_statistics(self, text: str) -> None:
        self._statistics = text
        self.setAccessibleDescription(text)
        self.update()

    def set_can_carry_on(self, possible: bool) -> None:
        self._can_carry_on = possible

    def set_pinned(self, pinned: bool) -> None:
        """Whether the message stays in the model's memory."""
        self._pinned = pinned

    def set_busy(self, busy: bool) -> None:
        """While an answer is written nothing but copying makes sense."""
        self._change.setEnabled(not busy)
        self._more.setEnabled(not busy)

    def wish(self) -> int:
        """Width of the buttons."""
        return self._right + 1

    def _place(self) -> None:
        x = 0
        for button in (self._copy, self._change):
            button.move(x, 0)
            x += 32
        self._count_left = x
        if self._versions[1] > 1:
            self._earlier.move(x + 2, 0)
            self._count_left = x + 26
            width = QFontMetrics(self._count_font).horizontalAdvance(self._count_text())
            self._later.move(self._count_left + width, 0)
            x = self._count_left + width + 26
        self._more.move(x, 0)
        self._right = x + 32
        self.update()

    def _count_text(self) -> str:
        return f"{self._versions[0] + 1}/{self._versions[1]}"

    # Doing

    def _copied(self) -> None:
        self._copy.set_icon("check")
        self._copy.describe(tr("Copied"))
        self._restore.start()
        self.copy_requested.emit()

    def _show_copy(self) -> None:
        self._copy.set_icon("copy")
        self._copy.describe(tr("Copy"))

    def _earlier_pressed(self) -> None:
        self.version_requested.emit(-1)

    def _later_pressed(self) -> None:
        self.version_requested.emit(1)

    def menu(self) -> Menu:
        """What hides behind the three dots."""
        # Imported when it is opened first: the window does not wait for it at the start.
        from desktop.ui.parts.menu import Menu

        menu = Menu(self._theme, tr("More for this message"), self)
        menu.setObjectName("messageMenu")
        menu.add_command(tr("Copy as text"), "copy").triggered.connect(self.copy_requested)
        menu.add_command(tr("Copy as Markdown"), "file-text").triggered.connect(self.copy_markdown_requested)
        menu.add_rule()
        keep = menu.add_command(tr("Do not keep in memory") if self._pinned else tr("Keep in memory"), "pin")
        keep.triggered.connect(self._pin_chosen)
        menu.add_command(tr("Fork from here"), "git-branch").triggered.connect(self.fork_requested)
        if self._can_carry_on:
            menu.add_command(tr("Carry on"), "play").triggered.connect(self.carry_on_requested)
        return menu

    def _pin_chosen(self) -> None:
        self.pin_requested.emit(not self._pinned)

    def open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.open_below(self._more)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.color("textMuted"))
        if self._versions[1] > 1:
            painter.setFont(self._count_font)
            box = QRectF(self._count_left, 0, 200, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._count_text())
        if self._statistics:
            painter.setFont(self._font)
            box = QRectF(self._right + 8, 0, self.width() - self._right - 8, self.height())
            fitting = QFontMetrics(self._font).elidedText(
                self._statistics, Qt.TextElideMode.ElideLeft, int(box.width())
            )
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, fitting)
