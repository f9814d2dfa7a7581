"""A leaf of the column: something that is laid out to a width, painted where it is exposed, and selected by positions.

The parts of the column that hold plain running text and rules live here; code and tables have modules of their own.
Coordinates are those of the column, positions are UTF-16 units of ``text``. Leaves know painting, no widget.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from desktop.ui.chat.look import Look
from desktop.ui.chat.spec import Kind, Role, RuleSpec, Spec, TextSpec
from desktop.ui.chat.text_block import TextBlock

Selection = tuple[int, int] | None


class Leaf:
    """What all leaves can do. ``x``, ``top``, ``width`` and ``height`` are set by the column and by ``lay_out``."""

    wants_buttons = False
    waiting = False
    """Whether there are formulas that are not set yet. Laid out again, it asks for them again."""

    def __init__(self, spec: Spec, look: Look) -> None:
        self.spec = spec
        self.look = look
        self.x = 0.0
        self.top = 0.0
        self.width = 0.0
        self.height = 0.0

    @property
    def text(self) -> str:
        """What selecting the whole leaf selects."""
        return ""

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def lay_out(self, width: float) -> None:
        self.width = width

    def update(self, spec: Spec) -> bool:
        """Become ``spec`` if that is cheaper than a new leaf. The caller lays out again."""
        return False

    def finish(self) -> None:
        """The message is complete."""

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        raise NotImplementedError

    def position_at(self, x: float, y: float) -> int:
        return 0

    def rect_at(self, position: int) -> QRectF:
        """Where a position is: a caret without width."""
        return QRectF(self.x, self.top, 0, self.height)

    def link_at(self, x: float, y: float) -> tuple[int, int, str] | None:
        """Start, end and address of the link under a point."""
        return None

    def links(self) -> list[tuple[int, int, str]]:
        return []

    def shows_beam(self, x: float, y: float) -> bool:
        """Whether the pointer should be a text beam here."""
        return True

    def paragraph_at(self, position: int) -> tuple[int, int]:
        """What a triple click selects."""
        return 0, len(self.text)

    def atom_at(self, position: int) -> tuple[int, int] | None:
        """The formula that a position is within: it is selected as a whole."""
        return None

    def scroll_by(self, delta: float) -> bool:
        """Scroll sideways; False where there is nothing to scroll."""
        return False


class TextLeaf(Leaf):
    """A paragraph, a heading or raw HTML."""

    def __init__(self, spec: TextSpec, look: Look) -> None:
        super().__init__(spec, look)
        self.spec: TextSpec = spec
        quoted = any(container.kind is Kind.QUOTE for container in spec.path)
        self.block = TextBlock(
            look, spec.role, spec.text, spec.spans, ink=look.quote_ink if quoted else _ink(spec.role, look)
        )

    @property
    def text(self) -> str:
        return self.spec.text

    def lay_out(self, width: float) -> None:
        self.width = width
        self.height = self.block.lay_out(max(40.0, width))
        self.waiting = self.block.waiting

    def update(self, spec: Spec) -> bool:
        if not isinstance(spec, TextSpec) or (spec.path, spec.role) != (self.spec.path, self.spec.role):
            return False
        self.spec = spec
        self.block.grow(spec.text, spec.spans)
        return True

    def atom_at(self, position: int) -> tuple[int, int] | None:
        return self.block.atom_at(position)

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        self.block.draw(painter, self.x, self.top, clip, selection, hovered)

    def position_at(self, x: float, y: float) -> int:
        return self.block.position_at(x - self.x, y - self.top)

    def rect_at(self, position: int) -> QRectF:
        return self.block.rect_at(position).translated(self.x, self.top)

    def link_at(self, x: float, y: float) -> tuple[int, int, str] | None:
        found = self.block.link_span_at(x - self.x, y - self.top)
        return (found[0], found[1], found[2].href) if found else None

    def links(self) -> list[tuple[int, int, str]]:
        result: list[tuple[int, int, str]] = []
        for start, end, style in self.spec.spans:
            if not style.href:
                continue
            if result and result[-1][1] == start and result[-1][2] == style.href:
                result[-1] = (result[-1][0], end, style.href)
            else:
                result.append((start, end, style.href))
        return result


class RuleLeaf(Leaf):
    """A line across the column."""

    def __init__(self, spec: RuleSpec, look: Look) -> None:
        super().__init__(spec, look)
        self.height = 1.0

    def draw(self, painter: QPainter, clip: QRectF, selection: Selection, hovered: Selection) -> None:
        painter.fillRect(QRectF(self.x, self.top, self.width, 1), self.look.theme.color("border"))

    def shows_beam(self, x: float, y: float) -> bool:
        return False


class Sideways:
    """Horizontal scrolling of one leaf: an offset and a thin thumb at the bottom."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.content = 0.0
        self.view = 0.0

    @property
    def reach(self) -> float:
        return max(0.0, self.content - self.view)

    def scroll_to(self, offset: float) -> bool:
        offset = min(max(0.0, offset), self.reach)
        moved = offset != self.offset
        self.offset = offset
        return moved

    def thumb(self, x: float, bottom: float) -> QRectF:
        """The thumb, or an empty rectangle where everything fits."""
        if self.reach <= 0:
            return QRectF()
        length = max(32.0, self.view * self.view / self.content)
        left = x + (self.view - length) * self.offset / self.reach
        return QRectF(left, bottom - 8, length, 5)

    def draw(self, painter: QPainter, x: float, bottom: float, color: QColor) -> None:
        thumb = self.thumb(x, bottom)
        if not thumb.isEmpty():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(thumb, 2.5, 2.5)

    def offset_for(self, x: float, thumb_x: float, grabbed: float) -> float:
        """The offset that puts the thumb, grabbed at ``grabbed`` from its left, under ``x``."""
        length = max(32.0, self.view * self.view / self.content)
        room = max(1.0, self.view - length)
        return (x - grabbed - thumb_x) / room * self.reach


def draw_check_box(painter: QPainter, center: QPointF, done: bool, look: Look) -> None:
    """The box of a task, 16 px."""
    theme = look.theme
    box = QRectF(center.x() - 7.5, center.y() - 7.5, 15, 15)
    if done:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(box, 4.5, 4.5)
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(theme.color("onAccent"))
        pen.setWidthF(1.75)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline([center + QPointF(-3.6, 0.2), center + QPointF(-1.1, 2.8), center + QPointF(3.6, -2.8)])
        return
    pen = painter.pen()
    pen.setStyle(Qt.PenStyle.SolidLine)
    pen.setColor(theme.color("control"))
    pen.setWidthF(1.5)
    painter.setPen(pen)
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 4, 4)


def _ink(role: Role, look: Look) -> QColor:
    return look.ink
