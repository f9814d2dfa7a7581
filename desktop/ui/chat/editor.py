"""The text box of the composer: plain text only, grows from one line to eight, then scrolls.

It must not know what becomes of the text.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from desktop.translation import tr
from desktop.ui.chat.line_layout import SpacedLayout
from desktop.ui.parts import keys, paint
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme, font, line_height

MOST_LINES = 8
# Qt's usual wrapping takes a time that grows with the square of a word's length.
_LONGEST_WORD = 5_000
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD}}}")


class Editor(QPlainTextEdit):
    """Signals:
    entered: Enter was pressed (or what the user chose to send with), and no input method was in the middle of a word.
    """

    entered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._composing = False
        self._placeholder = ""
        self.setObjectName("composerText")
        self.setAccessibleName(tr("Message"))
        self.setFont(font("message"))
        document = self.document()
        document.setDefaultFont(font("message"))
        document.setDocumentMargin(0)
        document.setDocumentLayout(SpacedLayout(document, line_height("message")))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_clear_viewport(self)
        self._fit_later = QTimer(self)
        self._fit_later.setSingleShot(True)
        self._fit_later.setInterval(0)
        self._fit_later.timeout.connect(self.fit)
        self.textChanged.connect(self._changed)
        self.fit()

    def lines(self) -> int:
        """Lines as they are shown, counted to one more than fits."""
        count = 0
        block = self.document().firstBlock()
        layout = self.document().documentLayout()
        while block.isValid() and count <= MOST_LINES:
            layout.blockBoundingRect(block)
            count += max(1, block.layout().lineCount())
            block = block.next()
        return max(1, count)

    def fit(self) -> None:
        """Take the height that the text needs."""
        lines = self.lines()
        bar = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > MOST_LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(bar)
        height = min(lines, MOST_LINES) * line_height("message")
        if height != self.height():
            self.setFixedHeight(height)
            self.ensureCursorVisible()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            if not keys.sends(event, enter_sends=self._theme.enter_sends):
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            elif not self._composing:
                self.entered.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # Enter that ends a word in an input method must not send half a sentence.
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files belong to the window.
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if _LONG_WORD.search(text):
            self._wrap_anywhere(True)
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    def set_text(self, text: str) -> None:
        """Replace everything and put the caret at the end. It cannot be undone into another chat's draft."""
        self._wrap_anywhere(bool(_LONG_WORD.search(text)))
        self.setPlainText(text)
        self.moveCursor(self.textCursor().MoveOperation.End)

    def set_placeholder(self, text: str) -> None:
        """Words for the empty box. Qt's own are not on the line that the caret is on."""
        self._placeholder = text
        self.setAccessibleDescription(text)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.document().isEmpty() and not self._composing:
            painter = QPainter(self.viewport())
            line = QRectF(0, 0, self.viewport().width(), line_height("message"))
            paint.draw_text(painter, line, self._placeholder, self.font(), self.palette().placeholderText().color())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_later.start()

    def _wrap_anywhere(self, anywhere: bool) -> None:
        modes = QTextOption.WrapMode
        self.setWordWrapMode(modes.WrapAnywhere if anywhere else modes.WrapAtWordBoundaryOrAnywhere)

    def _changed(self) -> None:
        if self.document().isEmpty():
            self._wrap_anywhere(False)
        self.fit()
