"""One message of a chat as it is seen: what the user said, or an answer, with the actions for it.

It shows a value and says what the user wants; it changes nothing itself. Laid out by hand (``lay_out``), because a
transcript asks hundreds of times for a height and no layout engine is cheaper than a few additions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import Message, PartKind, Role, Status
from desktop.domain.context import Memory
from desktop.ui.chat.action_row import ActionRow, actions_height
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.own_message import OwnMessage
from desktop.ui.chat.own_words import Editor
from desktop.ui.chat.progress_line import Progress
from desktop.ui.chat.reply import INSET, Failure, Reply
from desktop.ui.chat.statistics_line import statistics_line
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.chat.memory_mark import MemoryMark

_AFTER_OWN = 14
_AFTER_REPLY = 18


class MessageView(QWidget):
    """One message. It is wider than its column by ``INSET`` on both sides.

    Signals (the first argument is ``row`` where there is one):
        copied, regenerate_requested, fork_requested, carry_on_requested: row.
        edit_submitted: row and the new text.
        version_requested: row, and -1 for the earlier version or 1 for the later one.
        pin_requested: row, and whether the message is to stay in the model's memory.
        note_corrected: the new text. note_removed: there is to be no note.
        link_activated: an address. save_requested: code and language.
        ring_moved: the keyboard is on another link.
        height_changed: the view wants to be laid out again.
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
    ring_moved = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, row: int = 0) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        # It grows at its end: what is above stays as it is painted.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._theme = theme
        self.row = row
        self.message: Message | None = None
        self.versions = (0, 1)
        self._is_last = False
        self._width = 0
        self._own: OwnMessage | None = None
        self._reply: Reply | None = None
        self._actions: ActionRow | None = None
        theme.changed.connect(self._fill_actions)
        self._mark: MemoryMark | None = None
        self._hover = False

    # What is shown

    @property
    def is_own(self) -> bool:
        """Whether these are the user's words."""
        return self.message is not None and self.message.role is Role.USER

    @property
    def own(self) -> OwnMessage | None:
        """What the user said."""
        return self._own

    @property
    def reply(self) -> Reply | None:
        """What was answered."""
        return self._reply

    @property
    def body(self) -> MessageBody | None:
        """The text; None while nothing is known of the message."""
        shown = self._own or self._reply
        return shown.body if shown is not None else None

    @property
    def actions(self) -> ActionRow | None:
        return self._actions

    @property
    def editor(self) -> Editor | None:
        return self._own.editor if self._own is not None else None

    def show_message(
        self,
        message: Message,
        *,
        versions: tuple[int, int] = (0, 1),
        is_last: bool = False,
        failure: Failure | None = None,
    ) -> None:
        """Show this value. What is the same as before is kept, so that a running answer is not built anew."""
        if self.message is not None and (self.message.id, self.message.role) != (message.id, message.role):
            self._forget()
        self.message = message
        self.versions = versions
        self._is_last = is_last
        if message.role is Role.USER:
            self._own = self._own or self._make_own()
            self._own.show_message(message)
        else:
            self._reply = self._reply or self._make_reply()
            self._reply.show_message(message, failure, is_last=is_last)
        self._fill_actions()
        self._show_actions()
        self.height_changed.emit()

    def append(self, kind: PartKind, delta: str) -> None:
        """More of the running answer."""
        if self._reply is not None:
            self._reply.append(kind, delta)

    def set_last(self, is_last: bool) -> None:
        self._is_last = is_last
        self._fill_actions()
        self._show_actions()
        if self._reply is not None:
            self._reply.set_last(is_last)

    def set_progress(self, progress: Progress | None) -> None:
        """What happens before the first word of an answer; None when it is there."""
        if self._reply is not None:
            self._reply.set_progress(progress)

    @property
    def mark(self) -> MemoryMark | None:
        """The line above it, where the model's memory begins with this message."""
        return self._mark

    def set_memory(self, memory: Memory | None) -> None:
        """The model's memory begins with this message; None: it does not."""
        if memory is None and self._mark is not None:
            self._mark.hide()
            self._mark.deleteLater()
            self._mark = None
            self.height_changed.emit()
        elif memory is not None:
            if self._mark is None:
                self._mark = self._make_mark()
                self.height_changed.emit()
            self._mark.show_memory(memory)

    def _make_mark(self) -> MemoryMark:
        from desktop.ui.chat.memory_mark import MemoryMark

        mark = MemoryMark(self._theme, self)
        mark.note_corrected.connect(self.note_corrected)
        mark.note_removed.connect(self.note_removed)
        mark.height_changed.connect(self.height_changed)
        mark.show()
        return mark

    def edit(self) -> None:
        """Let the user change what was said."""
        if self._own is not None and self._own.editor is None:
            self._own.edit()
            self._show_actions()

    def _make_own(self) -> OwnMessage:
        own = OwnMessage(self._theme, self)
        own.submitted.connect(self._submit_edit)
        own.edit_ended.connect(self._show_actions)
        own.height_changed.connect(self.height_changed)
        own.show()
        return own

    def _make_reply(self) -> Reply:
        reply = Reply(self._theme, self)
        reply.link_activated.connect(self.link_activated)
        reply.save_requested.connect(self.save_requested)
        reply.ring_moved.connect(self.ring_moved)
        reply.retry_requested.connect(self._regenerate)
        reply.carry_on_requested.connect(self._carry_on)
        reply.height_changed.connect(self.height_changed)
        reply.show()
        return reply

    def _submit_edit(self, text: str) -> None:
        self.edit_submitted.emit(self.row, text)

    def _forget(self) -> None:
        for part in (self._own, self._reply, self._actions):
            if part is not None:
                part.hide()
                part.deleteLater()
        self._own = self._reply = self._actions = None

    # Actions

    def _make_actions(self) -> ActionRow:
        row = ActionRow(self._theme, own_words=self.is_own, parent=self)
        row.copy_requested.connect(self._copy)
        row.copy_markdown_requested.connect(self._copy_markdown)
        row.edit_requested.connect(self.edit)
        row.regenerate_requested.connect(self._regenerate)
        row.fork_requested.connect(self._fork)
        row.carry_on_requested.connect(self._carry_on)
        row.version_requested.connect(self._version)
        row.pin_requested.connect(self._pin)
        return row

    def _fill_actions(self) -> None:
        row, message = self._actions, self.message
        if row is None or message is None:
            return
        row.set_versions(*self.versions)
        row.set_pinned(message.pinned)
        row.set_statistics("" if self.is_own else statistics_line(message, cost=self._theme.shows_statistics))
        unfinished = message.status in (Status.STOPPED, Status.INTERRUPTED) and bool(message.text)
        # What follows an answer was said to what it was then.
        row.set_can_carry_on(unfinished and self._is_last)
        row.set_busy(message.status is Status.GENERATING)

    def _show_actions(self) -> None:
        """Shown under the mouse, with focus within, and always under the last answer; the room is always kept."""
        message = self.message
        wanted = (
            message is not None
            and message.status is not Status.GENERATING
            and self.editor is None
            and (self._hover or self.holds_focus() or (self._is_last and not self.is_own))
        )
        if wanted and self._actions is None:
            self._actions = self._make_actions()
            self._fill_actions()
            self._place_actions()
        if self._actions is not None:
            self._actions.setVisible(wanted)

    def holds_focus(self) -> bool:
        focus = QGuiApplication.focusObject()
        return isinstance(focus, QWidget) and (focus is self or self.isAncestorOf(focus))

    def focus_changed(self) -> None:
        """The transcript tells when the keyboard focus moved in or out."""
        self.update()
        self._show_actions()

    def _copy(self) -> None:
        if self.message is not None and self.body is not None:
            text = self.message.text if self.is_own else self.body.plain_text()
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(self.row)

    def _copy_markdown(self) -> None:
        if self.body is not None:
            QGuiApplication.clipboard().setText(self.body.markdown())
            self.copied.emit(self.row)

    def _regenerate(self) -> None:
        self.regenerate_requested.emit(self.row)

    def _fork(self) -> None:
        self.fork_requested.emit(self.row)

    def _carry_on(self) -> None:
        self.carry_on_requested.emit(self.row)

    def _version(self, step: int) -> None:
        self.version_requested.emit(self.row, step)

    def _pin(self, pinned: bool) -> None:
        self.pin_requested.emit(self.row, pinned)

    # Geometry

    def lay_out(self, width: int) -> int:
        """Place everything for a column of a width; returns the height, with the room to the next message."""
        self._width = width
        shown = self._own or self._reply
        if shown is None:
            return 0
        top = 0
        if self._mark is not None:
            top = self._mark.lay_out(width)
            self._mark.setGeometry(INSET, 0, width, top)
        height = shown.lay_out(width)
        shown.setGeometry(0, top, width + 2 * INSET, height)
        self._place_actions()
        return top + height + (_AFTER_OWN if self.is_own else 6 + actions_height() + _AFTER_REPLY)

    def _place_actions(self) -> None:
        row = self._actions
        if row is None or not self._width:
            return
        if self._own is not None:
            row.setGeometry(self._own.actions_rect(row.wish(), actions_height()).translated(0, self._own.y()))
        elif self._reply is not None:
            row.setGeometry(self._reply.actions_rect(self._width, actions_height()).translated(0, self._reply.y()))

    # Mouse

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self._show_actions()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self._show_actions()
        super().leaveEvent(event)

    def tab_stops(self) -> list[QWidget]:
        """What Tab visits, in the order in which it is seen; the actions last, as they come with the keyboard."""
        stops = [child for child in self.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
        return sorted(stops, key=self._reading_order)

    def _reading_order(self, stop: QWidget) -> tuple[bool, int, int]:
        place = stop.mapTo(self, QPoint(0, 0))
        return stop.parentWidget() is self._actions, place.y(), place.x()
