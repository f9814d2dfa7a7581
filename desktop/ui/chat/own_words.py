"""What the user said: a bubble at the right, and the field that takes its place while it is edited.

Knows text only.
"""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.controls import Tone, WordButton, draw_icon
from desktop.ui.chat.look import Voice
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.parts import paint
from desktop.ui.parts.keys import is_enter, sends
from desktop.ui.theme import Theme

MAX_WIDTH = 600
_SIDE, _TOP = 16, 10


class Bubble(QWidget):
    """Plain text on a soft ground."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.body = MessageBody(theme, self, voice=Voice.USER)
        self.body.ring_around = QMargins(_SIDE, _TOP, _SIDE, _TOP)
        self.body.ring_corner = 16.0
        self._measured: tuple[tuple[int, str], tuple[int, int]] | None = None
        theme.changed.connect(self._restyle)

    def lay_out(self, limit: int) -> tuple[int, int]:
        """Size for a column that leaves ``limit`` pixels."""
        # Asked again whenever anything near moves, and what was said does not change.
        asked = (limit, self.body.plain_text())
        if self._measured is None or self._measured[0] != asked:
            self._measured = (asked, self._measure(limit))
        return self._measured[1]

    def _measure(self, limit: int) -> tuple[int, int]:
        room = min(MAX_WIDTH, limit) - 2 * _SIDE
        width = self.body.natural_width(room)
        height = self.body.lay_out(width)
        self.body.setGeometry(_SIDE, _TOP, width, height)
        return width + 2 * _SIDE, height + 2 * _TOP

    def _restyle(self) -> None:
        self._measured = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(_bubble_path(QRectF(self.rect())), self._theme.color("bubbleUser"))


def _bubble_path(box: QRectF) -> QPainterPath:
    large, small = 16.0, 5.0
    path = QPainterPath()
    path.moveTo(box.left() + large, box.top())
    path.lineTo(box.right() - large, box.top())
    path.arcTo(QRectF(box.right() - 2 * large, box.top(), 2 * large, 2 * large), 90, -90)
    path.lineTo(box.right(), box.bottom() - small)
    path.arcTo(QRectF(box.right() - 2 * small, box.bottom() - 2 * small, 2 * small, 2 * small), 0, -90)
    path.lineTo(box.left() + large, box.bottom())
    path.arcTo(QRectF(box.left(), box.bottom() - 2 * large, 2 * large, 2 * large), 270, -90)
    path.lineTo(box.left(), box.top() + large)
    path.arcTo(QRectF(box.left(), box.top(), 2 * large, 2 * large), 180, -90)
    path.closeSubpath()
    return path


class FileCard(QWidget):
    """A file that went with the message: its name, and a line about it."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name, _, self._about = text.strip().partition("\n")
        self._name = self._name.replace("\\", "/").rsplit("/", 1)[-1][:80] or tr("File")
        self._about = self._about.strip()[:80] or tr("Read on this computer")
        self.setAccessibleName(f"{self._name}. {self._about}")

    @staticmethod
    def tall() -> int:
        return themes.line_height("label") + themes.line_height("small") + 18

    def wish(self) -> int:
        from PySide6.QtGui import QFontMetrics

        name = QFontMetrics(themes.font("label")).horizontalAdvance(self._name)
        about = QFontMetrics(themes.font("small")).horizontalAdvance(self._about)
        return 10 + 28 + 10 + max(name, about) + 16

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        tile = QRectF(11, (self.height() - 32) / 2, 28, 32)
        painter.fillPath(paint.arch(tile, 6), theme.color("brassSoft"))
        draw_icon(painter, "file-text", theme.color("onWarningSoft").name(), tile, 16)
        painter.setFont(themes.font("label"))
        painter.setPen(theme.color("textPrimary"))
        name, about = themes.line_height("label"), themes.line_height("small")
        painter.drawText(QRectF(49, 9, self.width() - 56, name), Qt.AlignmentFlag.AlignVCenter, self._name)
        painter.setFont(themes.tabular(themes.font("small")))
        painter.setPen(theme.color("textMuted"))
        painter.drawText(QRectF(49, 9 + name, self.width() - 56, about), Qt.AlignmentFlag.AlignVCenter, self._about)


class _Field(QPlainTextEdit):
    """Enter sends, or else Ctrl and Enter; Escape gives up."""

    accepted = Signal()
    rejected = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.rejected.emit()
        elif is_enter(event) and sends(event, enter_sends=self._theme.enter_sends):
            self.accepted.emit()
        else:
            super().keyPressEvent(event)


class Editor(QWidget):
    """Changing what was said (sending makes a new version; the old one stays), or what is remembered.

    Signals:
        submitted: the new text.
        cancelled: nothing changes.
        height_changed: the text got more or fewer lines.
    """

    submitted = Signal(str)
    cancelled = Signal()
    height_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        text: str,
        parent: QWidget | None = None,
        *,
        name: str = "",
        verb: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("messageEditor")
        self._theme = theme
        self.field = _Field(theme, self)
        self.field.setObjectName("editField")
        self.field.setAccessibleName(name or tr("Edit your message"))
        self.field.setFrameShape(QFrame.Shape.NoFrame)
        self.field.setFont(themes.font("message"))
        self.field.setPlainText(text)
        self.field.setTabChangesFocus(True)
        self.field.accepted.connect(self._submit)
        self.field.rejected.connect(self.cancelled)
        self.field.textChanged.connect(self._changed)
        self.cancel = WordButton(theme, tr("Cancel"), self, tone=Tone.QUIET, height=32)
        self.cancel.setObjectName("cancelEdit")
        self.cancel.clicked.connect(self.cancelled)
        self.send = WordButton(theme, verb or tr("Send"), self, tone=Tone.PRIMARY, height=32)
        self.send.setObjectName("sendEdit")
        self.send.clicked.connect(self._submit)
        theme.changed.connect(self._restyle)
        self._restyle()

    def lay_out(self, width: int) -> int:
        lines = min(12, max(2, self._lines(width - 2 * _SIDE)))
        field = lines * 24 + 8
        self.field.setGeometry(_SIDE - 4, _TOP - 2, width - 2 * _SIDE + 8, field)
        y = _TOP + field + 6
        send, cancel = self.send.sizeHint().width(), self.cancel.sizeHint().width()
        self.send.setGeometry(width - 10 - send, y, send, 32)
        self.cancel.setGeometry(width - 10 - send - 4 - cancel, y, cancel, 32)
        return y + 32 + 10

    def _lines(self, width: int) -> int:
        metrics = self.field.fontMetrics()
        text = self.field.toPlainText()
        if len(text) > 4_000:
            return 12
        return sum(1 + metrics.horizontalAdvance(line) // max(1, width) for line in text.split("\n"))

    def _submit(self) -> None:
        text = self.field.toPlainText()
        if text.strip():
            self.submitted.emit(text)

    def _changed(self) -> None:
        self.send.setEnabled(bool(self.field.toPlainText().strip()))
        self.height_changed.emit()

    def _restyle(self) -> None:
        palette = self.field.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        palette.setColor(QPalette.ColorRole.Text, self._theme.color("onBubbleUser"))
        palette.setColor(QPalette.ColorRole.Highlight, self._theme.color("selection"))
        palette.setColor(QPalette.ColorRole.HighlightedText, self._theme.color("onSelection"))
        self.field.setPalette(palette)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent"), 1))
        painter.setBrush(self._theme.color("bubbleUser"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 16, 16)
