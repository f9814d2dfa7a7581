"""The line above the first message that the model still sees, and the note on what it no longer does.

Knows what is remembered, not how. Laid out by hand, as the message it stands above.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.domain.context import Memory, Note
from desktop.translation import tr, tr_later
from desktop.ui import theme as themes
from desktop.ui import wording
from desktop.ui.chat.controls import Tone, WordButton, draw_icon, small_medium
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.own_words import Editor
from desktop.ui.parts import paint
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme

WORDS = tr_later("The model’s memory begins here")
_AFTER = 16
_SIDE, _TOP = 16, 12
_BUTTON = 28


def _line() -> int:
    """Height of the line with its words."""
    return paint.tall(28, "small", 8)


def _head() -> int:
    """Height of a note's heading."""
    return paint.tall(22, "small", 4)


class MemoryMark(QWidget):
    """The line, and under it the note if there is one.

    Signals:
        note_corrected: the note is to say this.
        note_removed: there is to be none.
        height_changed: it wants to be laid out again.
    """

    note_corrected = Signal(str)
    note_removed = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("memoryMark")
        self._theme = theme
        self._box: NoteBox | None = None
        theme.changed.connect(self.update)

    @property
    def box(self) -> NoteBox | None:
        return self._box

    @property
    def editing(self) -> bool:
        """Whether the user is changing the note."""
        return self._box is not None and self._box.editor is not None

    def show_memory(self, memory: Memory) -> None:
        """Say what the model does not see."""
        meaning = wording.unseen(memory)
        set_tooltip(self, meaning)
        self.setAccessibleName(tr(WORDS))
        self.setAccessibleDescription(meaning)
        if memory.note is None:
            if self._box is not None:
                self._box.hide()
                self._box.deleteLater()
                self._box = None
                self.height_changed.emit()
            return
        if self._box is None:
            self._box = NoteBox(self._theme, self)
            self._box.corrected.connect(self.note_corrected)
            self._box.removed.connect(self.note_removed)
            self._box.height_changed.connect(self.height_changed)
            self._box.show()
        self._box.show_note(memory.note)

    def lay_out(self, width: int) -> int:
        """Place everything for a column of a width; returns the height, with the room to the message below."""
        y = _line()
        if self._box is not None:
            height = self._box.lay_out(width)
            self._box.setGeometry(0, y + 8, width, height)
            y += 8 + height
        return y + _AFTER

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = small_medium()
        width = QFontMetrics(font).horizontalAdvance(tr(WORDS))
        words = QRectF((self.width() - width) / 2, 0, width + 1, _line())
        painter.setFont(font)
        painter.setPen(self._theme.color("textMuted"))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, tr(WORDS))
        line = self._theme.color("borderStrong")
        left, right = int(words.left()) - 12, int(words.right()) + 12
        painter.fillRect(QRect(0, _line() // 2, max(0, left), 1), line)
        painter.fillRect(QRect(right, _line() // 2, max(0, self.width() - right), 1), line)


class NoteBox(QWidget):
    """What the model remembers of the part above, which the user may correct or delete.

    Signals:
        corrected: the new text. removed: it is to go. height_changed: it wants to be laid out again.
    """

    corrected = Signal(str)
    removed = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noteBox")
        self._theme = theme
        self._note = Note(0, "")
        self._editor: Editor | None = None
        self._body = MessageBody(theme, self)
        self._body.setObjectName("noteText")
        self._body.setAccessibleName(tr("What the model remembers of the part above"))
        self._body.height_changed.connect(self.height_changed)
        self._edit = WordButton(theme, tr("Edit"), self, tone=Tone.QUIET, height=_BUTTON, font=small_medium(), side=8)
        self._edit.setObjectName("editNote")
        self._edit.setAccessibleName(tr("Edit what the model remembers"))
        self._edit.clicked.connect(self.edit)
        self._remove = WordButton(
            theme, tr("Delete"), self, tone=Tone.QUIET, height=_BUTTON, font=small_medium(), side=8
        )
        self._remove.setObjectName("removeNote")
        self._remove.setAccessibleName(tr("Delete what the model remembers"))
        self._remove.clicked.connect(self.removed)
        theme.changed.connect(self.update)

    @property
    def editor(self) -> Editor | None:
        return self._editor

    def show_note(self, note: Note) -> None:
        if note != self._note:
            self._note = note
            # A model's words, shown as they are: what stands in the prompt is this text.
            self._body.set_plain(note.text)
            self._body.setAccessibleDescription(f"{self.origin()} {note.text[:2_000]}")
            self.height_changed.emit()
            self.update()

    def origin(self) -> str:
        """Whose words these are."""
        if self._note.edited:
            return tr("Corrected by you. The model reads this in the place of the part above.")
        who = self._note.model_name or tr("the model")
        return tr("Written by {who}, and it may be wrong: correct it if need be.").format(who=who)

    def edit(self) -> None:
        """Put a field in the place of the text."""
        if self._editor is not None:
            return
        self._editor = Editor(
            self._theme, self._note.text, self, name=tr("Edit what the model remembers"), verb=tr("Save")
        )
        self._editor.submitted.connect(self._submit)
        self._editor.cancelled.connect(self._end_edit)
        self._editor.height_changed.connect(self.height_changed)
        for other in (self._body, self._edit, self._remove):
            other.hide()
        self._editor.show()
        self.height_changed.emit()
        self._editor.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.field.moveCursor(self._editor.field.textCursor().MoveOperation.End)

    def _submit(self, text: str) -> None:
        self._end_edit()
        self.corrected.emit(text)

    def _end_edit(self) -> None:
        editor, self._editor = self._editor, None
        for other in (self._body, self._edit, self._remove):
            other.show()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if editor is not None:
            editor.hide()
            editor.deleteLater()
        self.height_changed.emit()

    def lay_out(self, width: int) -> int:
        """Place everything for a width; returns the height."""
        y = _TOP + _head() + 4
        room = width - 2 * _SIDE
        if self._editor is not None:
            height = self._editor.lay_out(room)
            self._editor.setGeometry(_SIDE, y, room, height)
            return y + height + _TOP
        height = self._body.lay_out(room)
        self._body.setGeometry(_SIDE, y, room, height)
        y += height + 6
        x = width - _SIDE + 8
        for button in (self._remove, self._edit):
            x -= button.sizeHint().width()
            button.setGeometry(x, y, button.sizeHint().width(), _BUTTON)
        return y + _BUTTON + 8

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        head = QRectF(_SIDE, _TOP, self.width() - 2 * _SIDE, _head())
        draw_icon(
            painter, "text-quote", theme.color("textMuted").name(), QRectF(head.left(), head.top(), 16, _head()), 16
        )
        painter.setFont(small_medium())
        painter.setPen(theme.color("textSecondary"))
        words = tr("What the model remembers of the part above")
        painter.drawText(head.adjusted(24, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        if self._editor is None:
            painter.setFont(themes.font("small"))
            painter.setPen(theme.color("textMuted"))
            origin = QRectF(_SIDE, self._edit.y(), self._edit.x() - _SIDE - 8, _BUTTON)
            shown = QFontMetrics(themes.font("small")).elidedText(
                self.origin(), Qt.TextElideMode.ElideRight, int(origin.width())
            )
            painter.drawText(origin, Qt.AlignmentFlag.AlignVCenter, shown)
