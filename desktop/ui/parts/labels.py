"""Text that is only read: labels in a role of the type scale, wrapped with the design's line height, or elided.

Always plain text: titles, names and error texts come from models and files.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme, font, line_height, tabular

MAX_LINES = 200


class Label(QLabel):
    """Plain text in one role and one colour token.

    It stays on one line unless ``wrap`` is set; a wrapped label has the line height of its role.
    """

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "body",
        color: str = "textPrimary",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color = color
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setFont(font(role))
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def set_color(self, color: str) -> None:
        """Another colour token."""
        self._color = color
        self.update()

    def tabular(self) -> Label:
        """Figures of one width, for numbers that change."""
        self.setFont(tabular(self.font()))
        return self

    def weight(self, weight: QFont.Weight) -> Label:
        changed = QFont(self.font())
        changed.setWeight(weight)
        self.setFont(changed)
        return self

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = max((math.ceil(metrics.horizontalAdvance(line)) for line in self.text().split("\n")), default=0)
        if self.wordWrap():
            width = min(width, 480)
            return QSize(width, self.heightForWidth(width))
        return QSize(width + 1, line_height(self._role))

    def minimumSizeHint(self) -> QSize:
        if self.wordWrap():
            return QSize(120, line_height(self._role))
        return self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        if not self.wordWrap():
            return line_height(self._role)
        layouts = self._layouts(width)
        return sum(layout.lineCount() for layout in layouts) * line_height(self._role)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._theme.color(self._color if self.isEnabled() else "textDisabled")
        if not self.wordWrap():
            align = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
            paint.draw_text(painter, self.rect().toRectF(), self.text(), self.font(), color, align, elide=False)
            return
        painter.setPen(color)
        top = 0.0
        for layout in self._layouts(self.width()):
            layout.draw(painter, QPointF(0, top))
            top += layout.lineCount() * line_height(self._role)

    def _layouts(self, width: int) -> list[QTextLayout]:
        """The paragraphs, each broken into lines of the role's height."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setAlignment(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        height = line_height(self._role)
        layouts: list[QTextLayout] = []
        for paragraph in self.text().split("\n"):
            layout = QTextLayout(paragraph, self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            # A label is never a page; the limit keeps a broken text from freezing the window.
            for number in range(MAX_LINES):
                line = layout.createLine()
                if not line.isValid():
                    break
                line.setLineWidth(max(1, width))
                line.setPosition(QPointF(0, number * height + (height - line.height()) / 2))
            layout.endLayout()
            layouts.append(layout)
        return layouts


class ElidedLabel(Label):
    """One line that gives up its end where room is short, and shows all of it in a tooltip."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "body",
        color: str = "textPrimary",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, text, role, color, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def minimumSizeHint(self) -> QSize:
        return QSize(24, line_height(self._role))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._theme.color(self._color if self.isEnabled() else "textDisabled")
        paint.draw_text(painter, self.rect().toRectF(), self.text(), self.font(), color)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._explain()

    def elided(self) -> bool:
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) > self.width()

    def _explain(self) -> None:
        set_tooltip(self, self.text() if self.elided() else "")
