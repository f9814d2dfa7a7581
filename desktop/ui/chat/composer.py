"""The composer: the text box, the round button that sends and stops, the speed, and the line of help below.

It knows in which of four states the room is, and must not know any service.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.translation import tr, tr_later
from desktop.ui.chat.editor import Editor
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import SendButton, SendState
from desktop.ui.parts.keys import control
from desktop.ui.parts.labels import Label
from desktop.ui.theme import Theme, radius, size

PLACEHOLDER = tr_later("Ask anything. It stays on this computer.")


class ComposerState(StrEnum):
    """What Enter does now.

    ::

        NO_MODEL ──► READY ⇄ ANSWERING
                       ▲         │
                       └── RESTARTING
    """

    READY = "ready"
    ANSWERING = "answering"
    NO_MODEL = "no model"
    """Nothing can answer yet: Enter keeps the message until something can."""
    RESTARTING = "restarting"
    """The engine ended and is coming back."""


_HINTS = {
    ComposerState.READY: tr_later(
        "Enter to send, Shift + Enter for a new line. Models can be wrong, so check what matters."
    ),
    ComposerState.ANSWERING: tr_later("Press Esc to stop. What has been written so far is kept."),
    ComposerState.NO_MODEL: tr_later("Sends as soon as a model is ready"),
    ComposerState.RESTARTING: tr_later("You can keep writing while the model starts again"),
}
_OTHER_HINT = tr_later("{keys} to send, Enter for a new line. Models can be wrong, so check what matters.")
_WAITING_HINT = tr_later("This is sent as soon as a model is ready. Press Esc to hold it back.")


class Composer(QWidget):
    """Signals:
    submitted: the user sends this text. It stays in the box until ``clear`` is called, so that nothing can be lost.
    stop_requested: the answer is to end here.
    text_edited: the draft changed.
    """

    submitted = Signal(str)
    stop_requested = Signal()
    text_edited = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = ComposerState.NO_MODEL
        self._waits = False
        self._silent = False
        self.setObjectName("composer")
        self.setAccessibleName(tr("Composer"))
        self.editor = Editor(theme)
        self.editor.set_placeholder(tr(PLACEHOLDER))
        self.editor.entered.connect(self.submit)
        self.editor.textChanged.connect(self._edited)
        self.send = SendButton(theme)
        self.send.setObjectName("send")
        self.send.clicked.connect(self._pressed)
        self.speed = Label(theme, "", "small", "textMuted").tabular()
        self.speed.setObjectName("speed")
        self.hint = Label(theme, "", "small", "textMuted", wrap=True)
        self.hint.setObjectName("composerHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._box = _Box(theme, self.editor)
        self._lay_out()
        self.setFocusProxy(self.editor)
        theme.changed.connect(self._show)
        self.set_state(ComposerState.NO_MODEL)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(14)
        tools.addStretch(1)
        tools.addWidget(self.speed)
        tools.addWidget(self.send)
        inner = QVBoxLayout(self._box)
        inner.setContentsMargins(19, 13, 11, 11)
        inner.setSpacing(6)
        inner.addWidget(self.editor)
        inner.addLayout(tools)
        # The composer is as wide as the room, so that the shadow of its box is not cut off.
        self._box.setMaximumWidth(size("transcriptMax"))
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addStretch(1)
        across.addWidget(self._box, 1000)
        across.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 10, 32, 10)
        column.setSpacing(8)
        column.addLayout(across)
        column.addWidget(self.hint)

    def text(self) -> str:
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Another chat's draft. The user did not write it just now, so nothing is said about it."""
        self._waits = False
        self._silent = True
        self.editor.set_text(text)
        self._silent = False
        self._show()

    def clear(self) -> None:
        self.set_text("")

    def state(self) -> ComposerState:
        return self._state

    def waiting(self) -> bool:
        """Whether Enter was pressed and the message goes out as soon as a model is ready."""
        return self._waits

    def set_state(self, state: ComposerState) -> None:
        self._state = state
        self._show()
        if state is ComposerState.READY and self._waits:
            self._waits = False
            self.submit()

    def set_speed(self, tokens_per_second: float) -> None:
        """Writing speed of the answer that is being written; 0 while there is none to tell."""
        self.speed.setText(f"{tokens_per_second:.0f} {tr('tok/s')}" if tokens_per_second >= 1 else "")

    def submit(self) -> None:
        """Send what is in the box, now or as soon as something can answer."""
        text = self.text().strip()
        if not text or self._state is ComposerState.ANSWERING:
            return
        if self._state is ComposerState.READY:
            self.submitted.emit(text)
        else:
            self._waits = True
            self._show()

    def escape(self) -> bool:
        """What Esc does here; False if there is nothing to do."""
        if self._state is ComposerState.ANSWERING:
            self.stop_requested.emit()
            return True
        if self._waits:
            self._waits = False
            self._show()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.escape():
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.shadow(QPainter(self), QRectF(self._box.geometry()), radius("xl"), self._theme, 2)

    def _pressed(self) -> None:
        if self._state is ComposerState.ANSWERING:
            self.stop_requested.emit()
        else:
            self.submit()

    def _edited(self) -> None:
        if not self.text().strip():
            self._waits = False
        self._show()
        if not self._silent:
            self.text_edited.emit(self.text())

    def _show(self) -> None:
        answering = self._state is ComposerState.ANSWERING
        ready = self._state is ComposerState.READY and not self._empty()
        self.send.set_state(
            SendState.ANSWERING if answering else SendState.READY if ready else SendState.EMPTY,
        )
        self.speed.setVisible(answering)
        hint = tr(_HINTS[self._state])
        if self._state is ComposerState.READY and not self._theme.enter_sends:
            hint = tr(_OTHER_HINT).format(keys=control("Enter").replace(" ", " + "))
        self.hint.setText(tr(_WAITING_HINT) if self._waits else hint)

    def _empty(self) -> bool:
        # The first block is enough nearly always; a text of a megabyte is not copied for every key.
        document = self.editor.document()
        return document.isEmpty() or (document.characterCount() < 1000 and not self.text().strip())


class _Box(QWidget):
    """The raised box. Its border tells where the keyboard is."""

    # Python forgets an object's own attributes before Qt stops sending it events, so what the filter reads is here too.
    _editor: Editor | None = None

    def __init__(self, theme: Theme, editor: Editor) -> None:
        super().__init__()
        self._theme = theme
        self._editor = editor
        self.setCursor(Qt.CursorShape.IBeamCursor)
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._editor is not None and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The whole box is the field.
        if self._editor is not None:
            self._editor.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        focused = self._editor is not None and self._editor.hasFocus()
        border = theme.color("accent" if focused else "borderStrong")
        paint.box(QPainter(self), QRectF(self.rect()), radius("xl"), theme.color("raised"), border)
