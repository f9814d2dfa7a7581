"""The column of leaves of one message: where each one is, the gaps between them, and the marks beside them.

Only the end of a growing message is laid out again. Knows leaves and painting; must not know widgets or Markdown.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.ui import theme as themes
from desktop.ui.chat.leaf import Leaf, RuleLeaf, Selection, TextLeaf, draw_check_box
from desktop.ui.chat.look import Look
from desktop.ui.chat.spec import (
    CodeSpec,
    Container,
    FormulaSpec,
    Kind,
    PlainSpec,
    Role,
    RuleSpec,
    Spec,
    TableSpec,
    TextSpec,
)
from desktop.ui.theme import text_scale

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from desktop.ui.chat.code_leaf import CodeLeaf

_ITEM = 26.0
_QUOTE = 18.0
_DIGIT = 9.0
_ABOVE_HEADING = {Role.H1: 20.0, Role.H2: 18.0, Role.H3: 14.0}


def make_leaf(spec: Spec, look: Look) -> Leaf:
    """The leaf that shows a spec. What is rarer than running text is imported for the first that there is."""
    match spec:
        case TextSpec():
            return TextLeaf(spec, look)
        case CodeSpec() | PlainSpec():
            from desktop.ui.chat.code_leaf import CodeLeaf

            return CodeLeaf(spec, look)
        case TableSpec():
            from desktop.ui.chat.table_leaf import TableLeaf

            return TableLeaf(spec, look)
        case FormulaSpec():
            from desktop.ui.chat.formula_leaf import FormulaLeaf

            return FormulaLeaf(spec, look)
        case RuleSpec():
            return RuleLeaf(spec, look)


def is_code(leaf: Leaf) -> TypeIs[CodeLeaf]:
    """Whether a leaf is a block of code. What only running text needs does not import what code needs."""
    return leaf.wants_buttons


def indent_of(container: Container) -> float:
    """How far the content of a container is from the left of what surrounds it."""
    if container.kind is Kind.QUOTE:
        return _QUOTE
    digits = len(str(container.number)) if container.kind is Kind.ORDERED else 0
    return (_ITEM + _DIGIT * max(0, digits - 2)) * text_scale()


def gap_between(before: Spec, after: Spec, loose: set[int]) -> float:
    """Room between two leaves: the larger of what one wants below and the other wants above."""
    shared = 0
    for one, other in zip(before.path, after.path, strict=False):
        if one != other:
            break
        shared += 1
    here = after.path[shared] if shared < len(after.path) else None
    there = before.path[shared] if shared < len(before.path) else None
    plain = isinstance(before, TextSpec) and isinstance(after, TextSpec)
    if (
        here is not None
        and here.kind is not Kind.QUOTE
        and plain
        and not _is_heading(before)
        and not _is_heading(after)
    ):
        if there is not None and there.key == here.key:
            return 8.0 if here.key in loose else 2.0
        if there is None and shared and after.path[shared - 1].kind is not Kind.QUOTE:
            # A list within an item, right below the item's text.
            return 2.0 if after.path[shared - 1].key not in loose else 6.0
    return max(_below(before), _above(after))


def _is_heading(spec: Spec) -> bool:
    return isinstance(spec, TextSpec) and spec.role not in (Role.PARAGRAPH, Role.HTML)


def _below(spec: Spec) -> float:
    if isinstance(spec, FormulaSpec):
        return 8.0
    if isinstance(spec, TextSpec):
        return 6.0 if _is_heading(spec) else 0.0
    return 12.0


def _above(spec: Spec) -> float:
    match spec:
        case TextSpec():
            if _is_heading(spec):
                return _ABOVE_HEADING.get(spec.role, 12.0)
            return 6.0 if spec.path and spec.path[-1].kind is not Kind.QUOTE and spec.opened < len(spec.path) else 8.0
        case TableSpec() | FormulaSpec():
            return 8.0
        case _:
            return 12.0


class Column:
    """Leaves below each other."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.leaves: list[Leaf] = []
        self.height = 0.0
        self._tops: list[float] = []
        self._width = -1.0
        self._loose: set[int] = set()

    @property
    def width(self) -> float:
        return self._width

    def replace(self, first: int, specs: list[Spec], loose: set[int]) -> float:
        """Leaves from ``first`` on are ``specs`` now. Returns the top of the first place that looks different."""
        changed_lists = loose ^ self._loose
        self._loose = set(loose)
        touched = first
        for spec in specs:
            if touched >= len(self.leaves) or self.leaves[touched].spec != spec:
                break
            touched += 1
        rest = specs[touched - first :]
        old = self.leaves[touched:]
        del self.leaves[touched:]
        if rest and old and old[0].update(rest[0]):
            self.leaves.append(old[0])
            rest = rest[1:]
        self.leaves.extend(make_leaf(spec, self.look) for spec in rest)
        if changed_lists:
            for index, leaf in enumerate(self.leaves[:touched]):
                if any(container.key in changed_lists for container in leaf.spec.path):
                    touched = index
                    break
        start = self._tops[touched] if touched < len(self._tops) else self.height
        self._place(touched)
        return start

    def renew(self, index: int, spec: Spec) -> None:
        """One leaf in the middle changed."""
        self.leaves[index] = make_leaf(spec, self.look)
        self._place(index)

    def lay_out(self, width: float) -> float:
        """Wrap everything to ``width``; returns the height."""
        if width != self._width:
            self._width = width
            self._place(0)
        return self.height

    def renew_formulas(self) -> float | None:
        """Formulas were set: show them. Returns the top of the first leaf with one; None where there was none."""
        waited = [index for index, leaf in enumerate(self.leaves) if leaf.waiting]
        if not waited or self._width < 0:
            return None
        top = self._tops[waited[0]]
        self._place(waited[0])
        return top

    def place_from(self, index: int) -> None:
        """A leaf changed its height."""
        self._place(index)

    def _place(self, first: int) -> None:
        if self._width < 0:
            return
        del self._tops[first:]
        for index in range(first, len(self.leaves)):
            leaf = self.leaves[index]
            if index:
                before = self.leaves[index - 1]
                top = before.top + before.height + gap_between(before.spec, leaf.spec, self._loose)
            else:
                top = 6.0 if _is_heading(leaf.spec) else 0.0
            leaf.x = sum(map(indent_of, leaf.spec.path))
            leaf.top = top
            leaf.lay_out(max(40.0, self._width - leaf.x))
            self._tops.append(top)
        self.height = self.leaves[-1].bottom if self.leaves else 0.0

    # Finding

    def index_at(self, y: float) -> int:
        """The leaf at a height, or the one above where there is a gap."""
        return max(0, bisect_right(self._tops, y) - 1)

    def nearest_index(self, y: float) -> int:
        """The leaf nearest to a height."""
        index = self.index_at(y)
        if index + 1 < len(self.leaves) and y - self.leaves[index].bottom > self.leaves[index + 1].top - y:
            return index + 1
        return index

    def between(self, top: float, bottom: float) -> range:
        """Leaves that a strip touches."""
        if not self.leaves:
            return range(0)
        return range(self.index_at(top), bisect_right(self._tops, bottom))

    # Painting

    def draw(
        self, painter: QPainter, clip: QRectF, selections: dict[int, Selection], hovered: dict[int, Selection]
    ) -> None:
        exposed = self.between(clip.top(), clip.bottom())
        for index in exposed:
            leaf = self.leaves[index]
            self._draw_marks(painter, index, leaf)
            leaf.draw(painter, clip, selections.get(index), hovered.get(index))

    def _draw_marks(self, painter: QPainter, index: int, leaf: Leaf) -> None:
        x = 0.0
        for depth, container in enumerate(leaf.spec.path):
            content = x + indent_of(container)
            if container.kind is Kind.QUOTE:
                top = leaf.top
                if index and depth < leaf.spec.opened:
                    top = self.leaves[index - 1].bottom
                painter.fillRect(QRectF(x, top, 2, leaf.bottom - top), self.look.theme.color("borderStrong"))
            elif depth >= leaf.spec.opened:
                self._draw_marker(painter, container, content, leaf)
            x = content

    def _draw_marker(self, painter: QPainter, container: Container, content: float, leaf: Leaf) -> None:
        role = leaf.spec.role if isinstance(leaf.spec, TextSpec) else Role.PARAGRAPH
        line = self.look.line_height(role)
        middle = leaf.top + line / 2 if isinstance(leaf.spec, TextSpec) else leaf.top + 17
        if container.task is not None:
            draw_check_box(painter, QPointF(content - 15, middle), container.task, self.look)
        elif container.kind is Kind.ORDERED:
            font = themes.tabular(self.look.base)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(self.look.muted)
            text = f"{container.number}."
            baseline = middle + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(content - 6 - metrics.horizontalAdvance(text), baseline), text)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.look.muted)
            painter.drawEllipse(QPointF(content - 17, middle + 0.5), 2.75, 2.75)
