"""What the user said, as it is seen: files, the bubble, and in its place the field while it is edited.

It shows a value and says what the user wants; it changes nothing itself.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.chat import Message, PartKind
from desktop.translation import tr
from desktop.ui.chat.controls import draw_icon
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.own_words import MAX_WIDTH, Bubble, Editor, FileCard
from desktop.ui.chat.reply import INSET
from desktop.ui.theme import Theme

_PIN = 14
_ACTIONS_WIDTH = 152
"""Room at the left of the bubble."""


class OwnMessage(QWidget):
    """One message of the user, as wide as the view it is in.

    Signals:
        submitted: the new text.
        edit_ended: the bubble is there again.
        height_changed: it wants to be laid out again.
    """

    submitted = Signal(str)
    edit_ended = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._pinned = False
        self._files: list[FileCard] = []
        self._editor: Editor | None = None
        self._bubble = Bubble(theme, self)

    @property
    def body(self) -> MessageBody:
        return self._bubble.body

    @property
    def bubble(self) -> Bubble:
        return self._bubble

    @property
    def files(self) -> list[FileCard]:
        return self._files

    @property
    def editor(self) -> Editor | None:
        return self._editor

    def show_message(self, message: Message) -> None:
        """Show this value."""
        self._text = message.text
        self._pinned = message.pinned
        self.body.setAccessibleName(tr("You said, kept in memory") if message.pinned else tr("You said"))
        self.update()
        if self.body.markdown() != message.text or not message.text:
            self.body.set_plain(message.text)
            self.body.setAccessibleDescription(message.text[:2_000])
        if not self._files:
            kinds = (PartKind.FILE, PartKind.IMAGE)
            self._files = [FileCard(self._theme, part.text, self) for part in message.parts if part.kind in kinds]
            for card in self._files:
                card.show()

    def edit(self) -> None:
        """Put the field for editing in the place of the bubble."""
        if self._editor is not None:
            return
        self._editor = Editor(self._theme, self._text, self)
        self._editor.submitted.connect(self._submit)
        self._editor.cancelled.connect(self._end_edit)
        self._editor.height_changed.connect(self.height_changed)
        self._bubble.hide()
        self._editor.show()
        self.height_changed.emit()
        self._editor.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.field.moveCursor(self._editor.field.textCursor().MoveOperation.End)

    def _submit(self, text: str) -> None:
        self._end_edit()
        self.submitted.emit(text)

    def _end_edit(self) -> None:
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
        self._bubble.show()
        self.body.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit_ended.emit()
        self.height_changed.emit()

    # Geometry

    def lay_out(self, width: int) -> int:
        """Place everything for a column of a width; returns the height."""
        y = 0
        for card in self._files:
            wish = min(card.wish(), width)
            card.setGeometry(INSET + width - wish, y, wish, FileCard.tall())
            y += FileCard.tall() + 6
        if self._editor is not None:
            wish = min(MAX_WIDTH, width)
            height = self._editor.lay_out(wish)
            self._editor.setGeometry(INSET + width - wish, y, wish, height)
            return y + height
        if not self._text:
            self._bubble.hide()
            return max(0, y - 6)
        # The actions stand at the left of the bubble, so they need no line of their own.
        wish, height = self._bubble.lay_out(max(200, width - _ACTIONS_WIDTH))
        self._bubble.setGeometry(INSET + width - wish, y, wish, height)
        return y + height + (4 if self._files else 0)

    def actions_rect(self, wish: int, height: int) -> QRect:
        """Where a row of actions of this size goes."""
        box = self._bubble.geometry()
        left = box.left() - 8 - (_PIN + 8) * self._pinned
        return QRect(max(0, left - wish), box.top() + (44 - height) // 2, wish, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pinned and self._editor is None and not self._bubble.isHidden():
            box = self._bubble.geometry()
            pin = QRectF(box.left() - 8 - _PIN, box.top() + (44 - _PIN) / 2, _PIN, _PIN)
            draw_icon(QPainter(self), "pin", self._theme.color("textMuted").name(), pin, _PIN)
