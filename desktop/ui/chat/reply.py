"""An answer as it is seen: the model's name, its thoughts, what happens before the first word, the text, and a notice
where it did not come to its end.

It shows a value and says what the user wants; it changes nothing itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import Message, PartKind, Status
from desktop.domain.models import FailureKind
from desktop.translation import tr, tr_later
from desktop.ui import theme as themes
from desktop.ui.chat.controls import draw_icon
from desktop.ui.chat.mark import draw_mark
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.progress_line import Progress, ProgressLine, progress_height
from desktop.ui.chat.reasoning import Pill, Thoughts, seconds
from desktop.ui.parts import paint
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.chat.notice_card import NoticeCard

_PIN = 14

INSET = 8
"""Everything begins so far from the left: the icons below stand out a little."""

Failure = tuple[str, str, str]
"""Title, sentence and details of what ended an answer."""

_UNKNOWN: Failure = (tr_later("The model stopped before it finished"), tr_later("The reply so far is saved."), "")


def who_height() -> int:
    """Height of the line with the model's name."""
    return paint.tall(28, "label", 4)


class Reply(QWidget):
    """One answer, as wide as the view it is in.

    Signals:
        link_activated: an address. save_requested: code and language.
        retry_requested, carry_on_requested: from the notice.
        ring_moved: the keyboard is on another link.
        height_changed: it wants to be laid out again.
    """

    link_activated = Signal(str)
    save_requested = Signal(str, str)
    ring_moved = Signal()
    retry_requested = Signal()
    carry_on_requested = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # It grows at its end: what is above stays as it is painted.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._message: Message | None = None
        self._is_last = False
        self._reasoning = ""
        self._progress: Progress | None = None
        self._progress_line: ProgressLine | None = None
        self._pill: Pill | None = None
        self._thoughts: Thoughts | None = None
        self._card: NoticeCard | None = None
        self._body = MessageBody(theme, self)
        self._body.link_activated.connect(self.link_activated)
        self._body.save_requested.connect(self.save_requested)
        self._body.ring_moved.connect(self.ring_moved)
        self._body.height_changed.connect(self.height_changed)
        theme.changed.connect(self.update)

    # What is shown

    @property
    def body(self) -> MessageBody:
        return self._body

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
    def progress(self) -> Progress | None:
        return self._progress

    def show_message(self, message: Message, failure: Failure | None, *, is_last: bool) -> None:
        """Show this value. What is the same as before is kept, so that a running answer is not built anew."""
        running = message.status is Status.GENERATING
        self._message, self._is_last = message, is_last
        self._reasoning = message.reasoning
        _show_text(self._body, message.text, running=running)
        if self._thoughts is not None:
            _show_text(self._thoughts.body, message.reasoning, running=running)
        self._body.set_streaming(running)
        whose = (
            tr("Answer of {model_name}").format(model_name=message.model_name) if message.model_name else tr("Answer")
        )
        self._body.setAccessibleName(tr("{whose}, kept in memory").format(whose=whose) if message.pinned else whose)
        self.update(0, 0, self.width(), who_height())
        if not running:
            self._body.setAccessibleDescription(message.text[:8_000])
        self._show_pill()
        self._show_card(failure)

    def append(self, kind: PartKind, delta: str) -> None:
        """More of the running answer."""
        if kind is PartKind.REASONING:
            self._reasoning += delta
            self._show_pill()
            if self._thoughts is not None:
                self._thoughts.body.append(delta)
        elif kind is PartKind.TEXT:
            self._body.append(delta)
            self._show_pill()
        if self._progress is not None:
            self.set_progress(None)

    def set_last(self, is_last: bool) -> None:
        """Whether nothing follows it: only then it can be carried on with."""
        if is_last != self._is_last:
            self._is_last = is_last
            if self._card is not None:
                self._card.set_choices(is_last)
                self.height_changed.emit()

    def set_progress(self, progress: Progress | None) -> None:
        """What happens before the first word; None when it is there."""
        if progress == self._progress:
            return
        changes_height = (progress is None) != (self._progress is None)
        self._progress = progress
        self._body.setVisible(progress is None)
        if progress is not None:
            if self._progress_line is None:
                self._progress_line = ProgressLine(self._theme, self)
            self._progress_line.tell(progress)
        if self._progress_line is not None:
            self._progress_line.setVisible(progress is not None)
        if changes_height:
            self.height_changed.emit()

    # Thoughts

    def _show_pill(self) -> None:
        message = self._message
        if message is None or not self._reasoning:
            if self._pill is not None:
                self._pill.hide()
            return
        if self._pill is None:
            self._pill = Pill(self._theme, self)
            self._pill.toggled.connect(self._toggle_thoughts)
            self._place_pill()
            self._pill.show()
        statistics = message.statistics
        if message.status is Status.GENERATING and not self._body.markdown():
            self._pill.set_words(tr("Thinking…"))
        elif statistics is not None and statistics.reasoning_ms > 0:
            self._pill.set_words(tr("Thought for {seconds}").format(seconds=seconds(statistics.reasoning_ms)))
        else:
            self._pill.set_words(tr("Thoughts"))

    def _place_pill(self) -> None:
        if self._pill is not None and self._message is not None:
            self._pill.resize(self._pill.sizeHint())
            self._pill.move(
                self._pin_left() + (_PIN + 8) * self._message.pinned + 4, (who_height() - self._pill.height()) // 2
            )

    def _pin_left(self) -> int:
        """Where what stands behind the model's name begins."""
        name = self._message.model_name if self._message is not None else ""
        return INSET + 26 + QFontMetrics(themes.font("label")).horizontalAdvance(name) + 8

    def _toggle_thoughts(self, shown: bool) -> None:
        if self._thoughts is None:
            self._thoughts = Thoughts(self._theme, self)
            running = self._message is not None and self._message.status is Status.GENERATING
            _show_text(self._thoughts.body, self._reasoning, running=running)
            self._thoughts.height_changed.connect(self.height_changed)
            self._thoughts.body.link_activated.connect(self.link_activated)
            self._thoughts.body.save_requested.connect(self.save_requested)
            self._thoughts.body.ring_moved.connect(self.ring_moved)
        self._thoughts.setVisible(shown)
        self.height_changed.emit()

    # How it ended

    def _show_card(self, failure: Failure | None) -> None:
        message = self._message
        wanted = message is not None and message.status is Status.INTERRUPTED
        if self._card is not None and (not wanted or self._card.property("failure") != failure):
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        if self._card is not None:
            self._card.set_choices(self._is_last)
        if not wanted or self._card is not None or message is None:
            return
        from desktop.ui.chat.notice_card import NoticeCard

        # Nothing broke where memory is full.
        icon, tone = ("memory-stick", "warning") if message.failure == FailureKind.FULL else ("unplug", "danger")
        self._card = NoticeCard(
            self._theme,
            *(failure or map(tr, _UNKNOWN)),
            can_carry_on=bool(message.text),
            icon=icon,
            tone=tone,
            parent=self,
        )
        self._card.setProperty("failure", failure)
        self._card.set_choices(self._is_last)
        self._card.retry_requested.connect(self.retry_requested)
        self._card.carry_on_requested.connect(self.carry_on_requested)
        self._card.height_changed.connect(self.height_changed)
        self._card.show()

    # Geometry

    def lay_out(self, width: int) -> int:
        """Place everything for a column of a width; returns the height."""
        self._place_pill()
        y = who_height()
        if self._thoughts is not None and not self._thoughts.isHidden():
            height = self._thoughts.lay_out(width)
            self._thoughts.setGeometry(INSET, y + 8, width, height)
            y += 8 + height + 14
        else:
            y += 4
        if self._progress is not None and self._progress_line is not None:
            self._progress_line.setGeometry(INSET, y, width, progress_height())
            y += progress_height()
        else:
            height = self._body.lay_out(width)
            self._body.setGeometry(INSET, y, width, height)
            y += height
        if self._card is not None:
            height = self._card.lay_out(width)
            self._card.setGeometry(INSET, y + 16, width, height)
            y += 16 + height
        return y

    def actions_rect(self, width: int, height: int) -> QRect:
        """Where a row of actions of this height goes, in a column of this width."""
        # Icons are smaller than their buttons: six pixels to the left and they stand in line with the text.
        top = (self._card or self._body).geometry().bottom() + 1
        return QRect(INSET - 6, top + 6, width + 6, height)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._message is None or event.rect().top() >= who_height():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, QPointF(INSET, (who_height() - 18) / 2), self._theme)
        painter.setFont(themes.font("label"))
        painter.setPen(self._theme.color("textSecondary"))
        box = QRectF(INSET + 26, 0, self.width() - 26, who_height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._message.model_name)
        if self._message.pinned:
            pin = QRectF(self._pin_left(), 0, _PIN, who_height())
            draw_icon(painter, "pin", self._theme.color("textMuted").name(), pin, _PIN)


def _show_text(body: MessageBody, text: str, *, running: bool) -> None:
    """Append where the text only grew."""
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
