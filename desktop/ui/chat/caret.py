"""Moving a position through the column by keys. Knows leaves, no widgets."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt

from desktop.ui.chat.column import Column
from desktop.ui.chat.selection import Place, word_at


class Caret(NamedTuple):
    """A place in a column."""

    column: Column
    place: Place


def moved(caret: Caret, key: int, *, words: bool) -> Place | None:
    """Where a key takes the caret; None for a key that does not move it."""
    match key:
        case Qt.Key.Key_Left:
            return _left(caret, words=words)
        case Qt.Key.Key_Right:
            return _right(caret, words=words)
        case Qt.Key.Key_Up:
            return _by_line(caret, -1)
        case Qt.Key.Key_Down:
            return _by_line(caret, 1)
        case Qt.Key.Key_Home:
            return Place(0, 0) if words else _edge(caret, start=True)
        case Qt.Key.Key_End:
            leaves = caret.column.leaves
            return Place(len(leaves) - 1, len(leaves[-1].text)) if words else _edge(caret, start=False)
        case _:
            return None


def _left(caret: Caret, *, words: bool) -> Place:
    leaves, place = caret.column.leaves, caret.place
    if place.position == 0:
        return Place(place.leaf - 1, len(leaves[place.leaf - 1].text)) if place.leaf else place
    position = place.position - 1
    text = leaves[place.leaf].text
    if (atom := leaves[place.leaf].atom_at(position)) is not None:
        position = atom[0]
    elif words:
        while position > 0 and text[position].isspace():
            position -= 1
        position = min(position, word_at(text, position)[0])
    elif "\udc00" <= text[position] <= "\udfff" and position:
        position -= 1
    return Place(place.leaf, position)


def _right(caret: Caret, *, words: bool) -> Place:
    leaves, place = caret.column.leaves, caret.place
    text = leaves[place.leaf].text
    if place.position >= len(text):
        return Place(place.leaf + 1, 0) if place.leaf + 1 < len(leaves) else place
    position = place.position + 1
    if (atom := leaves[place.leaf].atom_at(position)) is not None:
        position = atom[1]
    elif words:
        position = max(position, word_at(text, place.position)[1])
        while position < len(text) and text[position].isspace():
            position += 1
    elif "\ud800" <= text[place.position] <= "\udbff":
        position += 1
    return Place(place.leaf, min(position, len(text)))


def _by_line(caret: Caret, step: int) -> Place:
    leaf = caret.column.leaves[caret.place.leaf]
    rect = leaf.rect_at(caret.place.position)
    y = rect.center().y() + step * max(16.0, rect.height())
    index = caret.place.leaf
    if y < leaf.top:
        index = max(0, index - 1)
    elif y > leaf.bottom:
        index = min(len(caret.column.leaves) - 1, index + 1)
    target = caret.column.leaves[index]
    y = min(max(y, target.top + 1), target.bottom - 1)
    return Place(index, target.position_at(rect.x(), y))


def _edge(caret: Caret, *, start: bool) -> Place:
    leaf = caret.column.leaves[caret.place.leaf]
    y = leaf.rect_at(caret.place.position).center().y()
    return Place(caret.place.leaf, leaf.position_at(leaf.x - 1 if start else leaf.x + leaf.width + 1e4, y))
