"""What the model thought before it answered: a pill that tells how long, and the text behind it. Folded at first.

Knows the text of the thoughts, not the message they belong to.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.controls import ChatButton, draw_icon
from desktop.ui.chat.look import Voice
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.parts import paint
from desktop.ui.theme import Theme


class Pill(ChatButton):
    """Thought for 4 s, and a chevron."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Thinking…"), parent)
        self.setObjectName("reasoningPill")
        self.setCheckable(True)
        self.setToolTip("")
        self._font = themes.font("label")
        self.setFixedHeight(paint.tall(26, "label", 4))
        self.ring_radius = self.height() / 2

    def set_words(self, words: str) -> None:
        if words != self.text():
            self.setText(words)
            self._name()
            self.resize(self.sizeHint())
            self.update()

    def nextCheckState(self) -> None:
        super().nextCheckState()
        self._name()

    def _name(self) -> None:
        action = tr("hide the reasoning") if self.isChecked() else tr("show the reasoning")
        self.setAccessibleName(f"{self.text()}, {action}")

    def sizeHint(self) -> QSize:
        return QSize(10 + QFontMetrics(self._font).horizontalAdvance(self.text()) + 4 + 16 + 4 + 2, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        self._fill(painter, rect, self.ring_radius)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), self.ring_radius, self.ring_radius)
        muted = self._theme.color("textMuted")
        painter.setFont(self._font)
        painter.setPen(muted)
        painter.drawText(rect.adjusted(11, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        chevron = "chevron-down" if self.isChecked() else "chevron-right"
        draw_icon(painter, chevron, muted.name(), QRectF(rect.right() - 21, 0, 16, rect.height()), 16)


class Thoughts(QWidget):
    """The text of the thoughts, muted, with a bar at its left.

    Signals:
        height_changed: more was thought.
    """

    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.body = MessageBody(theme, self, voice=Voice.THOUGHT)
        self.body.setObjectName("reasoningBody")
        self.body.setAccessibleName(tr("What the model thought"))
        self.body.height_changed.connect(self.height_changed)
        theme.changed.connect(self.update)

    def lay_out(self, width: int) -> int:
        height = self.body.lay_out(width - 18)
        self.body.setGeometry(18, 0, width - 18, height)
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, 0, 2, self.height(), self._theme.color("borderStrong"))


def seconds(milliseconds: float) -> str:
    """A length of time in words: ``4 s``, ``1 min 5 s``."""
    whole = max(1, round(milliseconds / 1000))
    return (
        tr("{number} s").format(number=whole)
        if whole < 60
        else tr("{minutes} min {rest} s").format(minutes=whole // 60, rest=whole % 60)
    )
