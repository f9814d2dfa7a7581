"""The round button that leads back to the end of a conversation."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui.chat.controls import ChatButton, draw_icon
from desktop.ui.theme import Theme


class JumpButton(ChatButton):
    """Jump to latest."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Jump to latest"), parent)
        self.setObjectName("jumpToLatest")
        self.setFixedSize(36, 36)
        self.ring_radius = 18.0
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        painter.setPen(QPen(theme.color("borderStrong"), 1))
        state = "Pressed" if self.isDown() else ("Hover" if self._hover else "")
        painter.setBrush(theme.color(f"raised{state}"))
        painter.drawEllipse(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        draw_icon(painter, "chevron-down", theme.color("textPrimary").name(), rect, 18)
