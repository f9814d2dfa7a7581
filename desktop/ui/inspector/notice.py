"""A sentence that something does not fit, with what can be done about it at its end, to press."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import strong
from desktop.ui.theme import Theme, font, line_height, radius, size

_LEFT, _RIGHT, _ABOVE = 36, 10, 8
_MOST_LINES = 20
_NO_BREAK = "\N{NO-BREAK SPACE}"


class Notice(QWidget):
    """Signals:
    taken: the user wants what is offered.
    """

    taken = Signal()
    accessible_role = "AlertMessage"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sentence = ""
        self._remedy = ""
        self.setObjectName("notice")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.link = _Link(theme, self)
        self.link.setObjectName("remedy")
        self.link.clicked.connect(self.taken)

    def say(self, sentence: str, remedy: str = "") -> None:
        if (sentence, remedy) == (self._sentence, self._remedy):
            return
        self._sentence, self._remedy = sentence, remedy
        self.setAccessibleName(sentence)
        self.link.setText(remedy)
        self.link.setAccessibleName(remedy)
        self.link.setAccessibleDescription(sentence)
        self.link.setVisible(bool(remedy))
        self.updateGeometry()
        self._place_link()
        self.update()

    def text(self) -> str:
        return f"{self._sentence} {self._remedy}".strip()

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 2 * _ABOVE + line_height("small"))

    def heightForWidth(self, width: int) -> int:
        return self._layout(width).lineCount() * line_height("small") + 2 * _ABOVE

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_link()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        ink = theme.color("onWarningSoft")
        paint.box(painter, self.rect(), radius("md"), theme.color("warningSoft"))
        mark = QRectF(10, _ABOVE + 1, 16, line_height("small"))
        paint.draw_icon(painter, "triangle-alert", ink, mark, size("iconInline"))
        painter.setPen(ink)
        self._layout(self.width()).draw(painter, QPointF(_LEFT, _ABOVE))

    def _layout(self, width: int) -> QTextLayout:
        """Sentence and offer as one text, which breaks within the offer only where it must."""
        offer = self._remedy.replace(" ", _NO_BREAK)
        layout = QTextLayout(f"{self._sentence} {offer}".strip(), font("small"))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        bold = QTextLayout.FormatRange()
        bold.start, bold.length = len(layout.text()) - len(offer), len(offer)
        style = QTextCharFormat()
        style.setFontWeight(QFont.Weight.DemiBold)
        bold.format = style
        layout.setFormats([bold])
        layout.beginLayout()
        for number in range(_MOST_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(40, width - _LEFT - _RIGHT))
            line.setPosition(QPointF(0, number * line_height("small") + (line_height("small") - line.height()) / 2))
        layout.endLayout()
        return layout

    def _place_link(self) -> None:
        """The offer can be pressed where it is written."""
        if not self._remedy:
            return
        layout = self._layout(self.width())
        start = len(layout.text()) - len(self._remedy)
        line = layout.lineForTextPosition(start)
        if not line.isValid():
            return
        left, _ = line.cursorToX(start)
        width = min(self.link.fontMetrics().horizontalAdvance(self._remedy), self.width() - _LEFT - left)
        high = max(size("hitMin"), line_height("small"))
        middle = _ABOVE + (line.lineNumber() + 0.5) * line_height("small")
        self.link.setGeometry(round(_LEFT + left) - 4, round(middle - high / 2), round(width) + 8, high)


class _Link(Pressable):
    """Lies over words that are painted already; hovered it underlines them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "", parent)
        self.ring_radius = radius("xs")
        self.setFont(strong("small"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._glow.value:
            return
        ink = self._theme.color("onWarningSoft")
        ink.setAlphaF(self._glow.value)
        below = self.height() / 2 + self.fontMetrics().ascent() / 2
        paint.fill(QPainter(self), QRectF(4, below, self.width() - 8, 1), ink)
