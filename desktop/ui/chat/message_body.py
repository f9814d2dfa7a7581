"""The text of one message with mouse and keyboard: selecting, links, scrolling sideways, copying.

What is shown and painted is ``message_canvas``'s. Opens nothing itself; must not know chats, models or storage.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop.translation import tr
from desktop.ui.chat.caret import Caret, moved
from desktop.ui.chat.look import Voice
from desktop.ui.chat.message_canvas import MessageCanvas
from desktop.ui.chat.selection import Place, Selected, word_at
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.chat.code_leaf import CodeLeaf


class MessageBody(MessageCanvas):
    """One message. Signals beside those of ``MessageCanvas``: ``ring_moved``, when the keyboard is on another link."""

    ring_moved = Signal()
    accessible_role = "Paragraph"

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, voice: Voice = Voice.REPLY) -> None:
        super().__init__(theme, parent, voice=voice)
        self._pressed = False
        self._clicks = 0
        self._last_click = 0.0
        self._last_place = QPoint()
        self._thumb: tuple[CodeLeaf, float] | None = None
        self.ring_around = QMargins(2, 0, 2, 0)
        """How much larger than the text the focus ring's place is."""
        self.ring_corner = 8.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._grab_thumb(event.position()):
            return
        triple = (
            self._clicks == 2
            and (time.monotonic() - self._last_click) * 1000 < QApplication.doubleClickInterval()
            and (event.position().toPoint() - self._last_place).manhattanLength() < 8
        )
        place = self._place_at(event.position())
        if place is None:
            return
        self._pressed = True
        self._link_focus = None
        if triple:
            self._clicks = 3
            start, end = self._column.leaves[place.leaf].paragraph_at(place.position)
            self._select(Selected(Place(place.leaf, start), Place(place.leaf, end)))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._selected is not None:
            self._select(Selected(self._selected.anchor, place))
        else:
            self._clicks = 1
            self._select(Selected(place, place))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._place_at(event.position())
        if place is None:
            return
        self._clicks = 2
        self._last_click = time.monotonic()
        self._last_place = event.position().toPoint()
        self._pressed = True
        start, end = word_at(self._column.leaves[place.leaf].text, place.position)
        self._select(Selected(Place(place.leaf, start), Place(place.leaf, end)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._thumb is not None:
            leaf, grabbed = self._thumb
            if leaf.sideways.scroll_to(leaf.sideways.offset_for(event.position().x(), leaf.x + 1, grabbed)):
                self.update(QRect(0, int(leaf.top), self.width(), int(leaf.height) + 1))
            return
        if self._pressed:
            if self._clicks == 1 and self._selected is not None:
                place = self._place_at(event.position())
                if place is not None:
                    self._select(Selected(self._selected.anchor, place))
                self.dragged.emit(event.globalPosition().toPoint())
            return
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._thumb = None
        was_pressed, self._pressed = self._pressed, False
        if event.button() != Qt.MouseButton.LeftButton or not was_pressed or self._clicks != 1:
            return
        if self._selected is not None and self._selected.is_empty:
            link = self._link_at(event.position())
            if link is not None:
                self.link_activated.emit(link[3])

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(None)
        super().leaveEvent(event)

    def _hover(self, point: QPointF) -> None:
        link = self._link_at(point)
        self._set_hovered(link)
        if link is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._column.leaves and self._column.leaves[self._column.index_at(point.y())].shows_beam(
            point.x(), point.y()
        ):
            self.setCursor(Qt.CursorShape.IBeamCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _set_hovered(self, link: tuple[int, int, int, str] | None) -> None:
        if link == self._hovered:
            return
        for one in (self._hovered, link):
            if one is not None:
                self._update_between(one[0], one[0])
        self._hovered = link

    def _link_at(self, point: QPointF) -> tuple[int, int, int, str] | None:
        if not self._column.leaves:
            return None
        index = self._column.index_at(point.y())
        found = self._column.leaves[index].link_at(point.x(), point.y())
        return (index, *found) if found else None

    def _grab_thumb(self, point: QPointF) -> bool:
        if not self._column.leaves:
            return False
        leaf = self._column.leaves[self._column.index_at(point.y())]
        sideways = getattr(leaf, "sideways", None)
        if sideways is None:
            return False
        thumb = sideways.thumb(leaf.x + 1, leaf.bottom - 1)
        if thumb.isEmpty() or not thumb.adjusted(-2, -4, 2, 4).contains(point):
            return False
        self._thumb = (leaf, point.x() - thumb.left())  # type: ignore[assignment]
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta().x() or event.angleDelta().x() / 2
        if not delta and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            delta = event.angleDelta().y() / 2
        vertical = abs(event.angleDelta().y()) > abs(event.angleDelta().x())
        if delta and not (vertical and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            leaf = self._column.leaves[self._column.index_at(event.position().y())] if self._column.leaves else None
            if leaf is not None and leaf.scroll_by(-delta):
                self.update(QRect(0, int(leaf.top), self.width(), int(leaf.height) + 1))
                event.accept()
                return
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # Imported when it is opened first: the window does not wait for it at the start.
        from desktop.ui.parts.menu import Menu

        menu = Menu(self._theme, tr("Text"), self)
        menu.setObjectName("textMenu")
        menu.add_command(tr("Copy"), "copy", "Ctrl C").triggered.connect(self.copy)
        menu.add_command(tr("Copy as Markdown"), "file-text", "Ctrl Shift C").triggered.connect(self.copy_markdown)
        menu.add_command(tr("Select all"), keys="Ctrl A").triggered.connect(self.select_all)
        link = self._link_at(QPointF(event.pos()))
        if link is not None:
            menu.add_rule()
            menu.add_command(tr("Copy link address"), "external-link").triggered.connect(_Copier(link[3], menu).copy)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.open_at(event.globalPos())

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_C and event.modifiers() == (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            self.copy_markdown()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._link_focus is not None:
            self.link_activated.emit(self._link_focus[3])
        elif event.key() == Qt.Key.Key_Escape and self.has_selection():
            self.clear_selection()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._extend(event):
            pass
        else:
            event.ignore()

    def _extend(self, event: QKeyEvent) -> bool:
        """Shift with an arrow key moves the end of the selection."""
        if not self._column.leaves:
            return False
        caret = Caret(self._column, self._selected.cursor if self._selected else Place(0, 0))
        place = moved(caret, event.key(), words=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        if place is None:
            return False
        self._select(Selected(self._selected.anchor if self._selected else Place(0, 0), place))
        return True

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab stops at each link before it leaves the message."""
        if self.hasFocus():
            links = [(i, *link) for i, leaf in enumerate(self._column.leaves) for link in leaf.links()]
            at = links.index(self._link_focus) if self._link_focus in links else (-1 if next else len(links))
            following = at + (1 if next else -1)
            if 0 <= following < len(links):
                self._focus_link(links[following])
                return True
            self._focus_link(None)
        return super().focusNextPrevChild(next)

    @property
    def ring_radius(self) -> float:
        return 4.0 if self._link_focus is not None else self.ring_corner

    def ring_rect(self) -> QRect:
        """What the keyboard is on, for the focus ring: a link, or the whole text."""
        if self._link_focus is None:
            return self.rect().marginsAdded(self.ring_around)
        index, start, end, _ = self._link_focus
        leaf = self._column.leaves[index]
        first, last = leaf.rect_at(start), leaf.rect_at(end)
        right = last.x() if abs(first.y() - last.y()) < 1 else leaf.x + leaf.width
        return QRectF(first.x(), first.y() + 3, right - first.x(), first.height() - 6).toAlignedRect()

    def _focus_link(self, link: tuple[int, int, int, str] | None) -> None:
        if link != self._link_focus:
            self._link_focus = link
            self.update()
            self.ring_moved.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_link(None)
        super().focusOutEvent(event)


class _Copier(QObject):
    """Puts one text on the clipboard when its menu entry is chosen."""

    def __init__(self, text: str, parent: QObject) -> None:
        super().__init__(parent)
        self._text = text

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
