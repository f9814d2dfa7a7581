"""The text of one message as a widget: Markdown in, a column of leaves painted by ourselves, one selection over all.

It grows while an answer is written and touches only its end. It opens nothing: links and files leave as signals.
Mouse and keyboard are ``message_body``'s. Must not know chats, models or storage.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.chat.column import Column, is_code
from desktop.ui.chat.leaf import Selection, TextLeaf
from desktop.ui.chat.look import Look, Voice
from desktop.ui.chat.reading import Read, shared
from desktop.ui.chat.selection import Place, Selected, markdown_of, text_of, whole
from desktop.ui.chat.spec import Role, TextSpec, normalise, wide
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.chat.code_buttons import CodeButtons
    from desktop.ui.chat.code_leaf import CodeLeaf
    from desktop.ui.chat.spec import Spec
    from desktop.ui.chat.stream import Change, Stream

_ALL_BUTTONS = 40
"""Up to so many code blocks all have their buttons; of more, those that were seen."""

_SLOW = 0.012
"""A change that took longer than this many seconds makes the next one wait."""

_SLICE = 0.004

_RULES_MS = 60
"""Loading the rules of a language takes a moment: what was just painted takes its first keys before that."""


class MessageCanvas(QWidget):
    """One message, without hands.

    Signals:
        link_activated: address of a link that was clicked; nothing was opened.
        save_requested: code and language of a block the user wants as a file.
        height_changed: the height for the present width is another one.
        selection_changed: something was selected or no longer is.
        dragged: global position of the mouse while it selects.
    """

    link_activated = Signal(str)
    save_requested = Signal(str, str)
    height_changed = Signal()
    selection_changed = Signal()
    dragged = Signal(QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, voice: Voice = Voice.REPLY) -> None:
        super().__init__(parent)
        self.setObjectName("messageBody")
        self._theme = theme
        self._voice = voice
        self._column = Column(Look(theme, voice))
        self._read = Read()
        self._stream: Stream | None = None
        """Knows the open end of a message that is being written; a complete one has none."""
        self._plain: str | None = None
        self._finished = True
        self._streaming = False
        self._selected: Selected | None = None
        self._hovered: tuple[int, int, int, str] | None = None
        self._link_focus: tuple[int, int, int, str] | None = None
        self._buttons: dict[int, CodeButtons] = {}
        self._pending = ""
        self._wait_until = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._flush)
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._colour)
        # It grows at its end: what is above stays as it is painted. ``update`` says what does not.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._restyle)
        self._column.look.formulas.changed.connect(self._show_formulas)

    # Content

    def set_text(self, markdown: str) -> None:
        """Show a complete message."""
        self._clear()
        self._plain = None
        self._finished = True
        self._read, self._stream = shared().read(markdown), None
        self._replace(0, self._read.specs)

    def set_plain(self, text: str) -> None:
        """Show text as it is, line breaks kept, nothing marked up."""
        self._clear()
        self._plain = normalise(text)
        shown = wide(self._plain).replace("\n", "\u2028")
        self._column.replace(0, [TextSpec((), 0, Role.PARAGRAPH, shown)] if shown else [], set())
        self._after_change(0)

    def append(self, delta: str) -> None:
        """The message goes on. Costs the same at its end as at its beginning."""
        self._pending += delta
        if time.monotonic() < self._wait_until:
            if not self._later.isActive():
                self._later.start(max(1, int((self._wait_until - time.monotonic()) * 1000)))
            return
        self._flush()

    def finish(self) -> None:
        """Nothing more will come."""
        self._later.stop()
        self._wait_until = 0.0
        self._flush()
        if not self._finished:
            self._finished = True
            assert self._stream is not None
            self._show(self._stream.finish())
            for leaf in self._column.leaves:
                leaf.finish()
            self._idle.start(0)
        self.set_streaming(False)

    def set_streaming(self, streaming: bool) -> None:
        """Show the block at the end that says more is to come."""
        if streaming != self._streaming:
            self._streaming = streaming
            self.update(self._end_rect())

    def markdown(self) -> str:
        """The source so far."""
        return self._plain if self._plain is not None else self._source + self._pending

    def plain_text(self) -> str:
        """The message as text."""
        if self._plain is not None:
            return self._plain
        everything = whole(self._column.leaves)
        return text_of(self._column.leaves, everything.parts(self._column.leaves)) if everything else ""

    @property
    def column(self) -> Column:
        """The leaves, for tests and for finding."""
        return self._column

    def _clear(self) -> None:
        self._pending = ""
        self._later.stop()
        self._wait_until = 0.0
        self._selected = None
        self._hovered = self._link_focus = None
        for buttons in self._buttons.values():
            buttons.discard()
        self._buttons.clear()
        self._column.replace(0, [], set())

    def _flush(self) -> None:
        if not self._pending:
            return
        started = time.thread_time()
        stream = self._stream
        if stream is None:
            from desktop.ui.chat.stream import Stream

            # A complete message goes on: only a stream that saw it all knows where its open end is.
            stream = Stream()
            stream.feed(self._read.source)
            self._stream = stream
        self._finished = False
        stream.feed(self._pending)
        self._pending = ""
        self._show(stream.change())
        took = time.thread_time() - started
        # A block that cannot be cut (a huge quote, say) is shown less often the longer it takes.
        self._wait_until = time.monotonic() + took * 8 if took > _SLOW else 0.0

    @property
    def _source(self) -> str:
        return self._read.source if self._stream is None else self._stream.source

    @property
    def _loose(self) -> set[int]:
        return self._read.loose if self._stream is None else self._stream.loose

    def _show(self, change: Change) -> None:
        for index, spec in change.renewed.items():
            self._column.renew(index, spec)
        self._replace(change.first, change.specs, renewed=bool(change.renewed))

    def _replace(self, first: int, specs: list[Spec], *, renewed: bool = False) -> None:
        before = self._column.height
        if self._streaming:
            # The block that says more is to come goes on from here.
            self.update(self._end_rect())
        top = self._column.replace(first, specs, self._loose)
        self._after_change(0 if renewed else top, before)

    def _after_change(self, top: float, before: float = -1.0) -> None:
        count = len(self._column.leaves)
        if self._selected is not None and self._selected.end.leaf >= count:
            self._selected = None
            top = 0
        if self._hovered is not None and self._hovered[0] >= count:
            self._hovered = None
        if self._link_focus is not None:
            self._link_focus = None
            top = 0
        self._place_buttons(top)
        # The gap above may hold the bar of a quote.
        self.update(QRect(0, int(top) - 16, self.width(), max(self.height(), self._height()) - int(top) + 16))
        if self._column.height != before:
            self.updateGeometry()
            self.height_changed.emit()

    def _show_formulas(self) -> None:
        before = self._column.height
        top = self._column.renew_formulas()
        if top is not None:
            self._after_change(top, before)

    def _restyle(self) -> None:
        specs = [leaf.spec for leaf in self._column.leaves]
        loose = self._loose
        width = self._column.width
        for buttons in self._buttons.values():
            buttons.discard()
        self._buttons.clear()
        self._column = Column(Look(self._theme, self._voice))
        self._column.lay_out(width)
        self._column.replace(0, specs, loose)
        self._after_change(0)

    # Size

    def lay_out(self, width: int) -> int:
        """Wrap to a width; returns the height."""
        if width != self._column.width:
            self._column.lay_out(width)
            self._place_buttons(0)
            self.update()
        return self._height()

    def natural_width(self, limit: int) -> int:
        """How wide the text would like to be, at most ``limit``."""
        self._column.lay_out(limit)
        widest = 0.0
        for leaf in self._column.leaves[:50]:
            block = getattr(leaf, "block", None)
            widest = max(widest, leaf.x + (block.natural_width() if block is not None else limit))
        return min(limit, math.ceil(widest + 0.02))

    def _height(self) -> int:
        if not self._column.leaves and self._streaming:
            return int(self._column.look.line)
        return math.ceil(self._column.height)

    def heightForWidth(self, width: int) -> int:
        return self.lay_out(width)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        width = int(self._column.width) if self._column.width > 0 else 600
        return QSize(width, self.lay_out(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != self._column.width:
            before = self._column.height
            self._column.lay_out(self.width())
            self._place_buttons(0)
            self.update()
            if self._column.height != before:
                self.height_changed.emit()
        super().resizeEvent(event)

    @property
    def colouring(self) -> bool:
        """Whether code on the screen is still to get its colours."""
        return self._idle.isActive()

    # Buttons of code blocks

    def _place_buttons(self, top: float) -> None:
        if self._column.width <= 0:
            return
        codes = [leaf for leaf in self._column.leaves if is_code(leaf)]
        if len(codes) <= _ALL_BUTTONS:
            for leaf in codes:
                self._give_buttons(leaf)
        living = {id(leaf) for leaf in codes}
        for key in [key for key in self._buttons if key not in living]:
            self._buttons.pop(key).discard()
        for buttons in self._buttons.values():
            if buttons.leaf.bottom >= top:
                buttons.place()

    def _give_buttons(self, leaf: CodeLeaf) -> None:
        if id(leaf) in self._buttons:
            return
        from desktop.ui.chat.code_buttons import CodeButtons

        buttons = CodeButtons(self._theme, leaf, self)
        buttons.save_requested.connect(self.save_requested)
        buttons.fold_toggled.connect(self._toggle_fold)
        self._buttons[id(leaf)] = buttons
        buttons.place()

    def _toggle_fold(self, leaf: CodeLeaf) -> None:
        leaf.folded = not leaf.folded
        self._column.place_from(self._column.leaves.index(leaf))
        self._after_change(leaf.top)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        clip = QRectF(event.rect())
        selections: dict[int, Selection] = {}
        if self._selected is not None and not self._selected.is_empty:
            selections = dict(self._selected.parts(self._column.leaves))
        hovered: dict[int, Selection] = {}
        for link in (self._hovered, self._link_focus):
            if link is not None:
                hovered[link[0]] = (link[1], link[2])
        # Ended here and not when nobody knows it any more: a painter that an error keeps alive ends the whole app.
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            self._column.draw(painter, clip, selections, hovered)
            if self._streaming:
                self._draw_caret(painter)
        self._seen(clip)

    def _seen(self, clip: QRectF) -> None:
        """Code that is on the screen gets its buttons and its colours."""
        for index in self._column.between(clip.top(), clip.bottom()):
            leaf = self._column.leaves[index]
            if is_code(leaf):
                if leaf.highlighter.busy and not self._idle.isActive():
                    self._idle.start(0 if leaf.highlighter.ready else _RULES_MS)
                if id(leaf) not in self._buttons:
                    QTimer.singleShot(0, self, self._give_seen_buttons)

    def _give_seen_buttons(self) -> None:
        exposed = self.visibleRegion().boundingRect()
        for index in self._column.between(exposed.top(), exposed.bottom()):
            leaf = self._column.leaves[index]
            if is_code(leaf):
                self._give_buttons(leaf)

    def _colour(self) -> None:
        """One slice of highlighting."""
        self._idle.setInterval(0)
        for leaf in self._column.leaves:
            if is_code(leaf) and leaf.highlighter.busy:
                leaf.highlighter.work(_SLICE)
                leaf.forget_lines()
                self.update(QRect(0, int(leaf.top), self.width(), int(leaf.height) + 1))
                return
        self._idle.stop()

    def _draw_caret(self, painter: QPainter) -> None:
        rect = self._caret_rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(rect, 2, 2)

    def _caret_rect(self) -> QRectF:
        if not self._column.leaves:
            return QRectF(0, (self._column.look.line - 17) / 2, 8, 17)
        leaf = self._column.leaves[-1]
        at = leaf.rect_at(len(leaf.text))
        if isinstance(leaf, TextLeaf) and leaf.block.from_right:
            return QRectF(max(0.0, at.x() - 11), at.center().y() - 8, 8, 17)
        return QRectF(min(at.x() + 3, self.width() - 8), at.center().y() - 8, 8, 17)

    def _end_rect(self) -> QRect:
        return self._caret_rect().toAlignedRect().adjusted(-1, -1, 1, 1)

    # Selection

    def selected_text(self) -> str:
        """The selection as text, or nothing."""
        parts = self._parts()
        return text_of(self._column.leaves, parts) if parts else ""

    def selected_markdown(self) -> str:
        """The selection as Markdown, or nothing."""
        parts = self._parts()
        return markdown_of(self._column.leaves, parts, self._loose) if parts else ""

    def has_selection(self) -> bool:
        return bool(self._parts())

    def select_all(self) -> None:
        self._select(whole(self._column.leaves))

    def clear_selection(self) -> None:
        self._select(None)

    def copy(self) -> None:
        """The selection, or the whole message, as text."""
        QGuiApplication.clipboard().setText(self.selected_text() or self.plain_text())

    def copy_markdown(self) -> None:
        QGuiApplication.clipboard().setText(self.selected_markdown() or self.markdown())

    def _parts(self) -> dict[int, tuple[int, int]]:
        if self._selected is None or self._selected.is_empty:
            return {}
        return self._selected.parts(self._column.leaves)

    def _select(self, selected: Selected | None) -> None:
        if selected == self._selected:
            return
        had = self.has_selection()
        for one in (self._selected, selected):
            if one is not None:
                self._update_between(one.start.leaf, one.end.leaf)
        self._selected = selected
        if had or self.has_selection():
            self.selection_changed.emit()

    def _update_between(self, first: int, last: int) -> None:
        leaves = self._column.leaves
        if leaves:
            top = leaves[min(first, len(leaves) - 1)].top
            bottom = leaves[min(last, len(leaves) - 1)].bottom
            self.update(QRect(0, int(top), self.width(), int(bottom - top) + 2))

    def _place_at(self, point: QPointF) -> Place | None:
        if not self._column.leaves:
            return None
        index = self._column.nearest_index(point.y())
        return Place(index, self._column.leaves[index].position_at(point.x(), point.y()))
