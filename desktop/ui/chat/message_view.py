"""One message of a chat as it is seen: the user's bubble, or an answer with its model, thoughts, actions and notices.

It shows a value and says what the user wants; it changes nothing itself. Laid out by hand (``lay_out``), because a
transcript asks hundreds of times for a height and no layout engine is cheaper than a few additions.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import Message, PartKind, Status
from desktop.domain.chat import Role as Speaker
from desktop.ui import theme as themes
from desktop.ui.chat.action_row import HEIGHT as ACTIONS
from desktop.ui.chat.action_row import ActionRow
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.notice_card import NoticeCard, mark
from desktop.ui.chat.own_words import Bubble, Editor, FileCard
from desktop.ui.chat.progress_line import HEIGHT as PROGRESS
from desktop.ui.chat.progress_line import Progress, ProgressLine
from desktop.ui.chat.reasoning import Pill, Thoughts, seconds
from desktop.ui.chat.statistics_line import statistics_line
from desktop.ui.theme import Theme

_WHO = 28
_AFTER_OWN = 14
_AFTER_REPLY = 18
INSET = 8
"""The view is wider than its column on both sides: the icons of the action row stand out a little."""

Failure = tuple[str, str, str]
"""Title, sentence and details of what ended an answer."""


class MessageView(QWidget):
    """One message.

    Signals (the first argument is ``row`` where there is one):
        copied, regenerate_requested, fork_requested, carry_on_requested: row.
        edit_submitted: row and the new text.
        version_requested: row, and -1 for the earlier version or 1 for the later one.
        link_activated: an address. save_requested: code and language.
        height_changed: the view wants to be laid out again.
    """

    copied = Signal(int)
    regenerate_requested = Signal(int)
    fork_requested = Signal(int)
    carry_on_requested = Signal(int)
    edit_submitted = Signal(int, str)
    version_requested = Signal(int, int)
    link_activated = Signal(str)
    save_requested = Signal(str, str)
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, row: int = 0) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._theme = theme
        self.row = row
        self.message: Message | None = None
        self.versions = (0, 1)
        self._is_last = False
        self._width = 0
        self._failure: Failure | None = None
        self._progress: Progress | None = None
        self._progress_line: ProgressLine | None = None
        self._bubble: Bubble | None = None
        self._editor: Editor | None = None
        self._files: list[FileCard] = []
        self._body: MessageBody | None = None
        self._pill: Pill | None = None
        self._thoughts: Thoughts | None = None
        self._card: NoticeCard | None = None
        self._actions: ActionRow | None = None
        self._reasoning = ""
        self._hover = False
        theme.changed.connect(self.update)

    # What is shown

    @property
    def is_own(self) -> bool:
        """Whether these are the user's words."""
        return self.message is not None and self.message.role is Speaker.USER

    @property
    def body(self) -> MessageBody | None:
        """The text; None while nothing is known of the message."""
        return self._bubble.body if self._bubble is not None else self._body

    @property
    def actions(self) -> ActionRow | None:
        return self._actions

    @property
    def pill(self) -> Pill | None:
        return self._pill

    @property
    def thoughts(self) -> Thoughts | None:
        return self._thoughts

    @property
    def card(self) -> NoticeCard | None:
        return self._card

    @property
    def editor(self) -> Editor | None:
        return self._editor

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
        self._failure = failure
        if message.role is Speaker.USER:
            self._show_own(message)
        else:
            self._show_reply(message)
        self._fill_actions()
        self._show_actions()
        self.height_changed.emit()

    def append(self, kind: PartKind, delta: str) -> None:
        """More of the running answer."""
        if kind is PartKind.REASONING:
            self._reasoning += delta
            self._show_pill()
            if self._thoughts is not None:
                self._thoughts.body.append(delta)
        elif kind is PartKind.TEXT and self._body is not None:
            self._body.append(delta)
            self._show_pill()
        if self._progress is not None:
            self.set_progress(None)

    def set_last(self, is_last: bool) -> None:
        changed, self._is_last = is_last != self._is_last, is_last
        self._fill_actions()
        self._show_actions()
        if changed and self._card is not None:
            self._card.set_choices(is_last)
            self.height_changed.emit()

    def set_progress(self, text: str | None, fraction: float | None = None) -> None:
        """What happens before the first word; None when it is there."""
        progress = None if text is None else (text, fraction)
        if progress == self._progress:
            return
        changes_height = (progress is None) != (self._progress is None)
        self._progress = progress
        if self._body is not None:
            self._body.setVisible(progress is None)
        if progress is not None:
            if self._progress_line is None:
                self._progress_line = ProgressLine(self._theme, self)
            self._progress_line.tell(progress)
        if self._progress_line is not None:
            self._progress_line.setVisible(progress is not None)
        if changes_height:
            self.height_changed.emit()

    def _forget(self) -> None:
        parts = (self._bubble, self._editor, self._body, self._pill, self._thoughts, self._card, self._actions)
        for part in (*parts, self._progress_line):
            if part is not None:
                part.hide()
                part.deleteLater()
        for card in self._files:
            card.hide()
            card.deleteLater()
        self._files = []
        self._bubble = self._editor = self._body = None
        self._pill = self._thoughts = self._card = self._actions = None
        self._reasoning = ""
        self._progress = self._progress_line = None

    # The user's words

    def _show_own(self, message: Message) -> None:
        if self._bubble is None:
            self._bubble = Bubble(self._theme, self)
            self._bubble.body.setAccessibleName("You said")
            self._bubble.show()
        if self._bubble.body.markdown() != message.text or not message.text:
            self._bubble.body.set_plain(message.text)
            self._bubble.body.setAccessibleDescription(message.text[:2_000])
        if not self._files:
            kinds = (PartKind.FILE, PartKind.IMAGE)
            self._files = [FileCard(self._theme, part.text, self) for part in message.parts if part.kind in kinds]
            for card in self._files:
                card.show()

    def edit(self) -> None:
        """Put the field for editing in the place of the bubble."""
        if not self.is_own or self._editor is not None or self.message is None or self._bubble is None:
            return
        self._editor = Editor(self._theme, self.message.text, self)
        self._editor.submitted.connect(self._submit_edit)
        self._editor.cancelled.connect(self._end_edit)
        self._editor.height_changed.connect(self.height_changed)
        self._bubble.hide()
        self._editor.show()
        self._show_actions()
        self.height_changed.emit()
        self._editor.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.field.moveCursor(self._editor.field.textCursor().MoveOperation.End)

    def _submit_edit(self, text: str) -> None:
        self._end_edit()
        self.edit_submitted.emit(self.row, text)

    def _end_edit(self) -> None:
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
        if self._bubble is not None:
            self._bubble.show()
            self._bubble.body.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_actions()
        self.height_changed.emit()

    # An answer

    def _show_reply(self, message: Message) -> None:
        running = message.status is Status.GENERATING
        if self._body is None:
            self._body = MessageBody(self._theme, self)
            self._body.link_activated.connect(self.link_activated)
            self._body.save_requested.connect(self.save_requested)
            self._body.height_changed.connect(self.height_changed)
            self._body.setVisible(self._progress is None)
        self._reasoning = message.reasoning
        self._show_text(self._body, message.text, running=running)
        if self._thoughts is not None:
            self._show_text(self._thoughts.body, message.reasoning, running=running)
        self._body.set_streaming(running)
        self._body.setAccessibleName(f"Answer of {message.model_name}" if message.model_name else "Answer")
        if not running:
            self._body.setAccessibleDescription(message.text[:8_000])
        self._show_pill()
        self._show_card()

    @staticmethod
    def _show_text(body: MessageBody, text: str, *, running: bool) -> None:
        shown = body.markdown()
        if running:
            if text.startswith(shown):
                if len(text) > len(shown):
                    body.append(text[len(shown) :])
                return
        elif text == shown and text:
            body.finish()
            return
        elif shown and text.startswith(shown):
            body.append(text[len(shown) :])
            body.finish()
            return
        body.set_text(text)

    def _show_pill(self) -> None:
        message = self.message
        if message is None or not self._reasoning:
            if self._pill is not None:
                self._pill.hide()
            return
        if self._pill is None:
            self._pill = Pill(self._theme, self)
            self._pill.toggled.connect(self._toggle_thoughts)
            self._place_pill()
            self._pill.show()
            if self._body is not None:
                QWidget.setTabOrder(self._pill, self._body)
        statistics = message.statistics
        thinking = message.status is Status.GENERATING and self._body is not None and not self._body.markdown()
        if thinking:
            self._pill.set_words("Thinking…")
        elif statistics is not None and statistics.reasoning_ms > 0:
            self._pill.set_words(f"Thought for {seconds(statistics.reasoning_ms)}")
        else:
            self._pill.set_words("Thoughts")

    def _place_pill(self) -> None:
        if self._pill is not None and self.message is not None:
            name = QFontMetrics(themes.font("label")).horizontalAdvance(self.message.model_name)
            self._pill.resize(self._pill.sizeHint())
            self._pill.move(INSET + 26 + name + 12, 1)

    def _toggle_thoughts(self, shown: bool) -> None:
        if self._thoughts is None:
            self._thoughts = Thoughts(self._theme, self)
            running = self.message is not None and self.message.status is Status.GENERATING
            self._show_text(self._thoughts.body, self._reasoning, running=running)
            self._thoughts.height_changed.connect(self.height_changed)
            self._thoughts.body.link_activated.connect(self.link_activated)
            self._thoughts.body.save_requested.connect(self.save_requested)
        self._thoughts.setVisible(shown)
        self.height_changed.emit()

    def _show_card(self) -> None:
        message = self.message
        wanted = message is not None and message.status is Status.INTERRUPTED
        if self._card is not None and (not wanted or self._card.property("failure") != self._failure):
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        if self._card is not None:
            self._card.set_choices(self._is_last)
        if not wanted or self._card is not None or message is None:
            return
        title, sentence, details = self._failure or (
            "The model stopped before it finished",
            "The reply so far is saved.",
            "",
        )
        self._card = NoticeCard(self._theme, title, sentence, details, can_carry_on=bool(message.text), parent=self)
        self._card.setProperty("failure", self._failure)
        self._card.set_choices(self._is_last)
        self._card.retry_requested.connect(self._regenerate)
        self._card.carry_on_requested.connect(self._carry_on)
        self._card.height_changed.connect(self.height_changed)
        self._card.show()

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
        return row

    def _fill_actions(self) -> None:
        row, message = self._actions, self.message
        if row is None or message is None:
            return
        row.set_versions(*self.versions)
        row.set_statistics("" if self.is_own else statistics_line(message))
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
            and self._editor is None
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

    # Geometry

    def lay_out(self, width: int) -> int:
        """Place everything for a column of a width; returns the height, with the room to the next message."""
        self._width = width
        if self.message is None:
            return 0
        height = self._lay_out_own(width) if self.is_own else self._lay_out_reply(width)
        self._place_actions()
        return height

    def _lay_out_own(self, width: int) -> int:
        y = 0
        for card in self._files:
            wish = min(card.wish(), width)
            card.setGeometry(INSET + width - wish, y, wish, FileCard.HEIGHT)
            y += FileCard.HEIGHT + 6
        if self._editor is not None:
            height = self._editor.lay_out(min(600, width))
            self._editor.setGeometry(INSET + width - min(600, width), y, min(600, width), height)
            return y + height + _AFTER_OWN
        assert self._bubble is not None
        if not self.message or not self.message.text:
            self._bubble.hide()
            return y - 6 + _AFTER_OWN if self._files else _AFTER_OWN
        # The actions stand at the left of the bubble, so they need no line of their own.
        wish, height = self._bubble.lay_out(max(200, width - 152))
        self._bubble.setGeometry(INSET + width - wish, y, wish, height)
        return y + height + _AFTER_OWN + (4 if self._files else 0)

    def _lay_out_reply(self, width: int) -> int:
        assert self._body is not None
        self._place_pill()
        y = _WHO
        if self._thoughts is not None and not self._thoughts.isHidden():
            height = self._thoughts.lay_out(width)
            self._thoughts.setGeometry(INSET, y + 8, width, height)
            y += 8 + height + 14
        else:
            y += 4
        if self._progress is not None and self._progress_line is not None:
            self._progress_line.setGeometry(INSET, y, width, PROGRESS)
            y += PROGRESS
        else:
            height = self._body.lay_out(width)
            self._body.setGeometry(INSET, y, width, height)
            y += height
        if self._card is not None:
            height = self._card.lay_out(width)
            self._card.setGeometry(INSET, y + 16, width, height)
            y += 16 + height
        return y + 6 + ACTIONS + _AFTER_REPLY

    def _place_actions(self) -> None:
        row = self._actions
        if row is None or not self._width:
            return
        if not self.is_own:
            # Icons are smaller than their buttons: six pixels to the left and they stand in line with the text.
            below = self._card or self._body
            top = below.geometry().bottom() + 1 if below is not None else _WHO
            row.setGeometry(INSET - 6, top + 6, self._width + 6, ACTIONS)
            return
        if self._bubble is not None:
            box = self._bubble.geometry()
            wish = row.wish()
            row.setGeometry(max(0, box.left() - 8 - wish), box.top() + (44 - ACTIONS) // 2, wish, ACTIONS)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.message is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_own:
            return
        if event.rect().top() < _WHO:
            mark(painter, QPointF(INSET, 5), self._theme)
            painter.setFont(themes.font("label"))
            painter.setPen(self._theme.color("textSecondary"))
            box = QRectF(INSET + 26, 0, self.width() - 26, _WHO)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.message.model_name)

    # Mouse

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self._show_actions()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self._show_actions()
        super().leaveEvent(event)

    def focus_chain(self) -> list[QWidget]:
        """What Tab visits, in the order in which it is seen."""
        chain: list[QWidget] = []
        if self._pill is not None:
            chain.append(self._pill)
        if self._thoughts is not None:
            chain.append(self._thoughts.body)
        if self.body is not None:
            chain.append(self.body)
        if self._actions is not None:
            chain.extend(self._actions.buttons())
        return chain
