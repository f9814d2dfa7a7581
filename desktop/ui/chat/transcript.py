"""The conversation in its list of rows: shows what a source says, as it is written, and passes on what the user wants.

Reads a conversation through ``ConversationSource``; knows no storage, no service and no engine.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.chat import Message, PartKind, Role, Status
from desktop.domain.context import Memory
from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.controls import ChatButton
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.message_view import MessageView
from desktop.ui.chat.reply import Failure
from desktop.ui.chat.row_list import LINE, RowList
from desktop.ui.theme import Theme

PATIENCE_MS = 150
"""What happens before the first word is not told where the word comes sooner: it would only flash by."""


class ConversationSource(Protocol):
    """What the transcript reads.

    ``message(row)`` holds everything that was streamed for the row so far; None means that it is being fetched.
    Signals: reset(), rows_inserted(int, int), row_changed(int), loaded(int, int), streamed(int, object, str),
    progress_changed(), memory_changed().
    """

    reset: Any
    rows_inserted: Any
    row_changed: Any
    loaded: Any
    streamed: Any
    progress_changed: Any
    memory_changed: Any

    def count(self) -> int: ...
    def message(self, row: int) -> Message | None: ...
    def versions(self, row: int) -> tuple[int, int]: ...
    def progress(self) -> tuple[str, float | None] | None: ...
    def running_row(self) -> int | None: ...
    def failure_text(self, row: int) -> Failure | None: ...
    def memory(self) -> Memory: ...


class Transcript(RowList):
    """Messages below each other in one centred column.

    Signals:
        copied, regenerate_requested, fork_requested, carry_on_requested: row.
        edit_submitted: row and the new text.
        version_requested: row, and -1 or 1.
        pin_requested: row, and whether the message is to stay in the model's memory.
        note_corrected: what the note on the part that is no longer seen is to say. note_removed: there is to be none.
        link_activated: an address that the user clicked; ask ``links.describe_link`` what it is.
        save_requested: code and language.
    """

    copied = Signal(int)
    regenerate_requested = Signal(int)
    fork_requested = Signal(int)
    carry_on_requested = Signal(int)
    edit_submitted = Signal(int, str)
    version_requested = Signal(int, int)
    pin_requested = Signal(int, bool)
    note_corrected = Signal(str)
    note_removed = Signal()
    link_activated = Signal(str)
    save_requested = Signal(str, str)
    accessible_role = "Document"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("transcript")
        self.setAccessibleName(tr("Conversation"))
        self._source: ConversationSource | None = None
        self._memory = Memory()
        self._focused: MessageView | None = None
        self._buffer: list[tuple[int, PartKind, str]] = []
        self._announce: int | None = None
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setInterval(int(themes.tokens()["motion"]["streamCoalesce"]))
        self._tick.timeout.connect(self._flush)
        self._flushed_at = 0.0
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._lost_patience)
        self._creep = QTimer(self)
        self._creep.setInterval(30)
        self._creep.timeout.connect(self._creep_on)
        self._creep_by = 0
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    # The conversation

    def set_source(self, source: ConversationSource | None) -> None:
        """Show another conversation, from its end."""
        old = self._source
        if old is not None:
            old.reset.disconnect(self._reset)
            old.rows_inserted.disconnect(self._rows_inserted)
            old.row_changed.disconnect(self._row_changed)
            old.loaded.disconnect(self._loaded)
            old.streamed.disconnect(self._streamed)
            old.progress_changed.disconnect(self._progress_changed)
            old.memory_changed.disconnect(self._memory_changed)
        self._source = source
        if source is not None:
            source.reset.connect(self._reset)
            source.rows_inserted.connect(self._rows_inserted)
            source.row_changed.connect(self._row_changed)
            source.loaded.connect(self._loaded)
            source.streamed.connect(self._streamed)
            source.progress_changed.connect(self._progress_changed)
            source.memory_changed.connect(self._memory_changed)
        self._follow = True
        self._begin_anew(None)

    def _reset(self) -> None:
        """Other rows of the same conversation (another version, say): the place and the keyboard stay."""
        anchor, focus = self._anchor(), QApplication.focusWidget()
        view = self._view_of(focus)
        place = (view.row, focus.objectName()) if view is not None and focus is not None else None
        source = self._source
        if source is None or anchor is None or anchor[0] >= source.count() or source.running_row() is not None:
            self._follow, anchor = True, None
        self._begin_anew(anchor)
        if place is not None:
            self._give_focus(*place)

    def _give_focus(self, row: int, name: str) -> None:
        """The keyboard goes to the control of this name in a row, or else to its text."""
        view = self._views.get(row)
        if view is None or view.body is None:
            return
        # The actions of a message are made when it has the keyboard.
        view.body.setFocus(Qt.FocusReason.OtherFocusReason)
        control = view.findChild(QWidget, name) if name else None
        if isinstance(control, QWidget) and control.isVisible() and control.isEnabled():
            control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_anew(self, anchor: tuple[int, int] | None) -> None:
        self._buffer.clear()
        self._tick.stop()
        self._announce = None
        self._memory = self._source.memory() if self._source is not None else Memory()
        self._show_rows(self._source.count() if self._source is not None else 0, anchor)

    def _rows_inserted(self, first: int, last: int) -> None:
        count = last - first + 1
        anchor = self._anchor()
        self._flush()
        self._insert_rows(first, count)
        if anchor is not None and anchor[0] >= first:
            anchor = (anchor[0] + count, anchor[1])
        new = self._source.message(last) if self._source is not None and self._is_last(last) else None
        if new is not None and new.role is Role.USER:
            # Who says something wants to see it, and what is answered.
            self._follow = True
        for view in self._views.values():
            view.set_last(self._is_last(view.row))
        self._arrange(anchor)

    def _row_changed(self, row: int) -> None:
        self._flush()
        view = self._views.get(row)
        if view is not None:
            was_running = view.message is not None and view.message.status is Status.GENERATING
            self._fill(view, row)
            if was_running and view.message is not None and view.message.status is not Status.GENERATING:
                self._say(view.message)
        self._arrange_soon()

    def _loaded(self, first: int, last: int) -> None:
        for row in range(first, last + 1):
            view = self._views.get(row)
            if view is not None and view.message is None:
                self._fill(view, row)
        self._arrange()

    def _streamed(self, row: int, kind: object, delta: str) -> None:
        if not isinstance(kind, PartKind) or row not in self._views:
            return
        self._buffer.append((row, kind, delta))
        left = self._tick.interval() - (time.monotonic() - self._flushed_at) * 1000
        if left <= 0:
            self._flush()
        elif not self._tick.isActive():
            self._tick.start()

    def _flush(self) -> None:
        """Hand on what was written since the last time, in one piece for each part."""
        self._tick.stop()
        if not self._buffer:
            return
        self._flushed_at = time.monotonic()
        pieces: dict[tuple[int, PartKind], list[str]] = {}
        for row, kind, delta in self._buffer:
            pieces.setdefault((row, kind), []).append(delta)
        self._buffer.clear()
        for (row, kind), deltas in pieces.items():
            view = self._views.get(row)
            if view is not None:
                view.append(kind, "".join(deltas))
        if self._soon.isActive():
            # Now, and not in the next turn: otherwise the end would be painted twice.
            self._arrange()

    def _progress_changed(self) -> None:
        view = self._running_view()
        if view is not None:
            self._show_progress(view)

    def _memory_changed(self) -> None:
        """The model's memory begins somewhere else, or another note is remembered."""
        memory = self._source.memory() if self._source is not None else Memory()
        if memory != self._memory:
            self._memory = memory
            for view in self._views.values():
                self._mark(view)
            self._arrange_soon()

    def _mark(self, view: MessageView) -> None:
        view.set_memory(self._memory if view.row and view.row == self._memory.begins else None)

    def _running_view(self) -> MessageView | None:
        row = self._source.running_row() if self._source is not None else None
        return self._views.get(row) if row is not None else None

    def _show_progress(self, view: MessageView, *, at_once: bool = False) -> None:
        """What happens before the first word, where that takes longer than a moment."""
        progress = self._source.progress() if self._source is not None else None
        if view.reply is None or progress is None or view.reply.body.markdown():
            self._patience.stop()
            view.set_progress(None)
        elif at_once or view.reply.progress is not None:
            view.set_progress(progress)
        elif not self._patience.isActive():
            self._patience.start()

    def _lost_patience(self) -> None:
        view = self._running_view()
        if view is not None:
            self._show_progress(view, at_once=True)

    def _say(self, message: Message) -> None:
        """A finished answer is announced once to those who do not see it."""
        if self._announce == message.id:
            return
        self._announce = message.id
        # Imported with the first answer: each class of Qt is made when it is imported, with all its enums.
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        ended = {
            Status.COMPLETE: tr("The answer is complete"),
            Status.STOPPED: tr("The answer was stopped"),
            Status.INTERRUPTED: tr("The answer was interrupted"),
        }.get(message.status, "")
        event = QAccessibleAnnouncementEvent(self, f"{ended}. {message.text[:4_000]}")
        QAccessible.updateAccessibility(event)

    # Rows and widgets

    def _make(self, row: int) -> MessageView:
        view = MessageView(self._theme, self.viewport(), row=row)
        view.copied.connect(self.copied)
        view.regenerate_requested.connect(self.regenerate_requested)
        view.fork_requested.connect(self.fork_requested)
        view.carry_on_requested.connect(self.carry_on_requested)
        view.edit_submitted.connect(self.edit_submitted)
        view.version_requested.connect(self.version_requested)
        view.pin_requested.connect(self.pin_requested)
        view.note_corrected.connect(self.note_corrected)
        view.note_removed.connect(self.note_removed)
        view.link_activated.connect(self.link_activated)
        view.save_requested.connect(self.save_requested)
        view.ring_moved.connect(self._link_reached)
        self._views[row] = view
        self._fill(view, row)
        view.height_changed.connect(self._arrange_soon)
        return view

    def _fill(self, view: MessageView, row: int) -> None:
        source = self._source
        message = source.message(row) if source is not None else None
        if source is None or message is None:
            return
        # What waits in the buffer is in the message already.
        self._buffer = [piece for piece in self._buffer if piece[0] != row]
        old_body = view.body
        view.show_message(
            message,
            versions=source.versions(row),
            is_last=self._is_last(row),
            failure=source.failure_text(row) if message.status is Status.INTERRUPTED else None,
        )
        self._mark(view)
        if view.body is not None and view.body is not old_body:
            view.body.selection_changed.connect(self._selection_changed)
            view.body.dragged.connect(self._dragged)
        if message.status is Status.GENERATING:
            self._announce = None
            if source.running_row() == row:
                self._show_progress(view)
        else:
            view.set_progress(None)

    def _drop(self, row: int) -> None:
        if self._views[row] is self._focused:
            self._focused = None
        super()._drop(row)

    def _is_kept(self, row: int, view: MessageView) -> bool:
        """It is being written, edited, selected or has the keyboard."""
        body = view.body
        return (
            (view.message is not None and view.message.status is Status.GENERATING)
            or view.editor is not None
            or (view.mark is not None and view.mark.editing)
            or view.holds_focus()
            or (body is not None and body.has_selection())
        )

    # Focus and selection

    def ring_rect(self) -> QRect:
        """Within its own edges: the room around it belongs to others."""
        return self.viewport().geometry().adjusted(6, 6, -6, -6)

    def _focus_moved(self, old: QWidget | None, now: QWidget | None) -> None:
        view = self._view_of(now)
        if view is not self._focused:
            if self._focused is not None:
                self._focused.focus_changed()
            self._focused = view
            if view is not None:
                view.focus_changed()

    def _link_reached(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self._view_of(focus) is not None:
            self.reveal(focus)

    def _view_of(self, widget: QWidget | None) -> MessageView | None:
        while widget is not None and widget is not self:
            if isinstance(widget, MessageView):
                return widget if self._views.get(widget.row) is widget else None
            widget = widget.parentWidget()
        return None

    def reveal(self, widget: QWidget) -> None:
        """Scroll to what the keyboard has reached."""
        if widget is self:
            return
        area = widget.ring_rect() if isinstance(widget, MessageBody) else widget.rect()
        box = QRect(widget.mapTo(self.viewport(), area.topLeft()), area.size())
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        if isinstance(widget, ChatButton) or box.height() < height:
            if box.top() < 8:
                bar.setValue(bar.value() + box.top() - 8)
            elif box.bottom() > height - 8:
                bar.setValue(bar.value() + box.bottom() - height + 8)
        elif box.top() > height - 4 * LINE or box.bottom() < 4 * LINE:
            bar.setValue(bar.value() + box.top() - 8)

    def _selection_changed(self) -> None:
        """One selection in the whole conversation."""
        sender = self.sender()
        for view in self._views.values():
            body = view.body
            if body is not None and body is not sender and body.has_selection() and sender.has_selection():  # type: ignore[union-attr]
                body.clear_selection()

    def _dragged(self, where: QPoint) -> None:
        y = self.viewport().mapFromGlobal(where).y()
        height = self.viewport().height()
        self._creep_by = y if y < 0 else max(0, y - height)
        if self._creep_by and not self._creep.isActive():
            self._creep.start()

    def _creep_on(self) -> None:
        """Selecting beyond the edge scrolls."""
        if not self._creep_by or not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._creep.stop()
            return
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + max(-60, min(60, self._creep_by)))
