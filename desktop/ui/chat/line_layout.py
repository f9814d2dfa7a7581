"""Lines of a plain text editor at the design's height; Qt's own layout gives each line what its font asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QPlainTextDocumentLayout

if TYPE_CHECKING:
    from PySide6.QtGui import QTextBlock, QTextDocument


class SpacedLayout(QPlainTextDocumentLayout):
    """Spreads the lines that Qt has broken. Widths, and so the breaks themselves, stay Qt's."""

    def __init__(self, document: QTextDocument, height: int) -> None:
        super().__init__(document)
        self._height = height

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        rect = super().blockBoundingRect(block)
        layout = block.layout()
        count = layout.lineCount()
        if not count:
            return rect
        first = layout.lineAt(0)
        lead = (self._height - first.height()) / 2
        if abs(first.y() - lead) > 0.01 or (count > 1 and layout.lineAt(count - 1).y() < (count - 1) * self._height):
            for number in range(count):
                line = layout.lineAt(number)
                line.setPosition(QPointF(line.x(), number * self._height + (self._height - line.height()) / 2))
        rect.setHeight(count * self._height)
        return rect
