"""A list of rows that scrolls, of which only those near the view exist as widgets.

A row far away is a guessed height. When it comes near, it is built and measured, and the row at the top of the view
stays where it is, so nobody sees the correction. The view follows the end while it grows, unless the user scrolled
away. Knows heights, places and keys; what a row shows is made by who inherits.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.ui import theme as themes
from desktop.ui.chat.heights import Heights
from desktop.ui.chat.jump_button import JumpButton
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.reply import INSET
from desktop.ui.parts import paint
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme

SIDE = 32
TOP = 20
LINE = 24
"""One step of the scroll bar."""

_NEAR = 600
"""Pixels above and below the view that are built."""

_FAR = 2_400
"""Pixels beyond which a row is given up."""


class RowList(QAbstractScrollArea):
    """Messages below each other in one centred column."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ring_radius = 8.0
        self.verticalScrollBar().setSingleStep(LINE)
        self._theme = theme
        self._heights = Heights()
        self._views: dict[int, MessageView] = {}
        self._near = 0
        self._follow = True
        self._arranging = False
        self._again = False
        self._jump = JumpButton(theme, self)
        self._jump.clicked.connect(self.jump_to_latest)
        self._jump.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._arrange)
        theme.changed.connect(self._restyle)
        set_clear_viewport(self)
        # It paints its whole ground: nothing behind it is painted again, and scrolling moves what is painted already.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def view(self, row: int) -> MessageView | None:
        """The widget of a row, if it is near the view."""
        return self._views.get(row)

    @property
    def materialised(self) -> int:
        """How many rows exist as widgets."""
        return len(self._views)

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end while it grows."""
        return self._follow

    # What a row shows

    def _make(self, row: int) -> MessageView:
        """The widget of a row, as a child of the viewport; without a message while that is being fetched."""
        raise NotImplementedError

    def _is_kept(self, row: int, view: MessageView) -> bool:
        """Whether a row far away must go on living."""
        raise NotImplementedError

    # Which rows there are

    def _show_rows(self, count: int, anchor: tuple[int, int] | None) -> None:
        """Other rows altogether; ``anchor`` is where the view is then, None: at the end if it follows."""
        for row in list(self._views):
            self._drop(row)
        self._heights.reset(count)
        self._near = 0
        self._arrange(anchor)

    def _insert_rows(self, first: int, count: int) -> None:
        """There are ``count`` more rows from ``first`` on; ``_arrange`` shows them."""
        self._heights.insert(first, count)
        moved = {row + count if row >= first else row: view for row, view in self._views.items()}
        for row, view in moved.items():
            view.row = row
        self._views = moved

    def _is_last(self, row: int) -> bool:
        return row == len(self._heights) - 1

    def _drop(self, row: int) -> None:
        view = self._views.pop(row)
        if view.holds_focus():
            # Hiding it would hand the keyboard to the next message, and scroll there.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        view.hide()
        view.deleteLater()

    # Geometry

    def _column(self) -> tuple[int, int]:
        """Left edge and width of the column."""
        # Of the whole width: a scroll bar that comes or goes moves nothing, and the composer below stays in line.
        width = self.width()
        column = max(200, min(int(themes.size("transcriptMax")), width - 2 * SIDE))
        return (width - column) // 2, column

    def _anchor(self) -> tuple[int, int] | None:
        """The row at the top of the view and where it is, seen from there."""
        if not len(self._heights):
            return None
        value = self.verticalScrollBar().value()
        row = self._heights.row_at(value - TOP)
        return row, TOP + self._heights.top(row) - value

    def _arrange_soon(self) -> None:
        if self._arranging:
            self._again = True
        elif not self._soon.isActive():
            self._soon.start()

    def _arrange(self, anchor: tuple[int, int] | None = None) -> None:
        """Build, measure and place what is near the view, with the anchor (or the end) where it was."""
        # Before it is shown it has not its size yet: everything would be laid out twice.
        if self._arranging or not self.isVisible():
            return
        self._arranging = True
        self._soon.stop()
        try:
            anchor = anchor or self._anchor()
            for _ in range(6):
                self._again = False
                value = self._settle_value(anchor)
                if not self._measure(value) and not self._again:
                    break
            value = self._settle_value(anchor)
            self._place(value)
        finally:
            self._arranging = False

    def _settle_value(self, anchor: tuple[int, int] | None) -> int:
        """Range and value of the scroll bar for the heights known now."""
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        bar.setPageStep(max(LINE, height - 2 * LINE))
        bar.setRange(0, max(0, TOP + self._heights.total - height))
        if self._follow:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            bar.setValue(TOP + self._heights.top(min(anchor[0], len(self._heights) - 1)) - anchor[1])
        return bar.value()

    def _measure(self, value: int) -> bool:
        """Build and measure the rows near the view. True where a height was not what was thought."""
        if not len(self._heights):
            return False
        _, column = self._column()
        height = self.viewport().height()
        first = self._heights.row_at(value - self._near - TOP)
        last = self._heights.row_at(value + height + self._near - TOP)
        changed = False
        for row in range(first, last + 1):
            view = self._views.get(row) or self._make(row)
            if view.message is None:
                continue
            changed = bool(self._heights.set(row, view.lay_out(column))) or changed
        return changed

    def _place(self, value: int) -> None:
        left, column = self._column()
        height = self.viewport().height()
        self._scroll_to(value)
        for row, view in sorted(self._views.items()):
            top = TOP + self._heights.top(row) - value
            away = top > height + _FAR or top + self._heights[row] < -_FAR
            if away and not self._is_kept(row, view):
                self._drop(row)
                continue
            view.setGeometry(left - INSET, top, column + 2 * INSET, self._heights[row])
            if view.isHidden():
                view.show()
        self._place_jump()

    def _scroll_to(self, value: int) -> None:
        """Move what is painted to where it is now, so that only the rest is painted."""
        row = self._heights.row_at(value + self.viewport().height() // 2 - TOP) if len(self._heights) else 0
        view = self._views.get(row)
        if view is not None and not view.isHidden():
            distance = TOP + self._heights.top(row) - value - view.y()
            if distance and abs(distance) < self.viewport().height():
                self.viewport().scroll(0, distance)

    def order_focus(self) -> None:
        """Let Tab go through the messages as they are seen."""
        chain: list[QWidget] = [self]
        for _, view in sorted(self._views.items()):
            chain.extend(view.tab_stops())
        for first, second in pairwise([*chain, self._jump]):
            QWidget.setTabOrder(first, second)

    def _place_jump(self) -> None:
        area = self.viewport().geometry()
        self._jump.move(area.center().x() - self._jump.width() // 2, area.bottom() - self._jump.height() - 11)
        bar = self.verticalScrollBar()
        self._jump.setVisible(not self._follow and bar.value() < bar.maximum() - 2 * LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        anchor = self._anchor()
        if event.size().width() != event.oldSize().width():
            self._heights.forget()
        super().resizeEvent(event)
        self._arrange(anchor)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()

    def _restyle(self) -> None:
        self.viewport().update()
        self._arrange_soon()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self.viewport()), event.rect(), self._theme.color("surface"))
        if self._near < _NEAR:
            # What is seen was painted first; now what is near it.
            self._near = _NEAR
            self._arrange_soon()

    # Scrolling

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._arranging:
            return
        bar = self.verticalScrollBar()
        self._follow = bar.value() >= bar.maximum() - 8
        self._arrange()

    def jump_to_latest(self) -> None:
        """Go to the end and stay there."""
        self._follow = True
        self._arrange()

    def scroll_to_row(self, row: int) -> None:
        """Bring a row to the top of the view."""
        if 0 <= row < len(self._heights):
            self._follow = False
            self._arrange((row, TOP))
            bar = self.verticalScrollBar()
            self._follow = bar.value() >= bar.maximum() and bar.maximum() > 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - bar.pageStep())
            case Qt.Key.Key_PageDown:
                bar.setValue(bar.value() + bar.pageStep())
            case Qt.Key.Key_Up:
                bar.setValue(bar.value() - 2 * LINE)
            case Qt.Key.Key_Down:
                bar.setValue(bar.value() + 2 * LINE)
            case Qt.Key.Key_Home:
                self.scroll_to_row(0)
                bar.setValue(0)
            case Qt.Key.Key_End:
                self.jump_to_latest()
            case _:
                super().keyPressEvent(event)
                return
        event.accept()
