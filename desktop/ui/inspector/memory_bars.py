"""Each place's memory as a bar: what other apps take, the model, the conversation, what is free, what does not fit."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.placement import Place
from desktop.translation import tr, tr_later
from desktop.ui import wording
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium, strong
from desktop.ui.parts.glow import Glow
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.theme import Theme, font, size, tabular

_GAP = 2


class Kind(NamedTuple):
    """What memory is used for. Without a colour: what does not fit."""

    name: str
    short: str
    color: str = ""


OTHER = Kind(tr_later("Other apps"), tr_later("Other"), "memOther")
WEIGHTS = Kind(tr_later("Model weights"), tr_later("Weights"), "memWeights")
MEMORY = Kind(tr_later("Conversation memory"), tr_later("Memory"), "memConversation")
FREE = Kind(tr_later("Free"), tr_later("Free"), "memFree")
MISSING = Kind(tr_later("Does not fit"), tr_later("Over"))
KINDS = (OTHER, WEIGHTS, MEMORY, FREE, MISSING)
"""In the order of the bar."""


def amounts(place: Place) -> dict[Kind, int]:
    """Bytes of each kind in a place."""
    return {
        OTHER: place.other,
        WEIGHTS: place.weights,
        MEMORY: place.memory,
        FREE: place.free,
        MISSING: place.missing,
    }


def shares(place: Place) -> tuple[float, ...]:
    """How much of the bar each kind takes. With more than there is room for, the bar is all of it, and its end is what
    does not fit."""
    whole = max(place.total, place.used)
    if whole <= 0:
        return (0.0,) * len(KINDS)
    left = place.total
    parts: list[float] = []
    for part in (place.other, place.weights, place.memory):
        fitting = max(0, min(part, left))
        left -= fitting
        parts.append(fitting / whole)
    return (*parts, place.free / whole, place.missing / whole)


class Bar(QWidget):
    """Glides to what it shows."""

    accessible_role = "Graphic"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._glow = Glow(theme, self, "base")
        self._start = self._end = (0.0,) * len(KINDS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, now: tuple[float, ...]) -> None:
        if now == self._end:
            return
        self._start, self._end = self.shown(), now
        self._glow.jump(0.0)
        self._glow.glide(1.0)

    def shown(self) -> tuple[float, ...]:
        """The shares of this moment."""
        way = self._glow.value
        return tuple(start + (end - start) * way for start, end in zip(self._start, self._end, strict=True))

    def sizeHint(self) -> QSize:
        return QSize(120, size("memoryBar"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(whole, whole.height() / 2, whole.height() / 2)
        painter.setClipPath(shape)
        begin = 0.0
        for kind, share in zip(KINDS, self.shown(), strict=True):
            end = begin + share
            if share > 0:
                # On whole pixels: gaps of two are sharp or they are mud.
                left = round(begin * whole.width()) + (_GAP // 2 if begin > 0 else 0)
                right = round(end * whole.width()) - (_GAP // 2 if end < 0.9999 else 0)
                self._paint(painter, kind, QRectF(left, 0, max(1.0, right - left), whole.height()))
            begin = end

    def _paint(self, painter: QPainter, kind: Kind, area: QRectF) -> None:
        theme = self._theme
        if not kind.color:
            paint.hatch(painter, area, theme)
        elif kind is not FREE:
            paint.fill(painter, area, theme.color(kind.color))
        else:
            edge = theme.color("border")
            painter.save()
            painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
            round_end = area.adjusted(-area.height(), 0, 0, 0) if area.left() > 0 else area
            paint.box(painter, round_end, area.height() / 2, theme.color(kind.color), edge)
            paint.fill(painter, QRectF(area.left(), 0, 1, area.height()), edge)
            painter.restore()


class PlaceBar(QWidget):
    """One place: which it is, how full, and its bar."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._name = ElidedLabel(theme, "", "label")
        self._name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._detail = ElidedLabel(theme, "", "small", "textMuted")
        self._used = Label(theme, "", "small", "textSecondary").tabular()
        self._used.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar = Bar(theme)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(self._name)
        head.addWidget(self._detail, 1)
        head.addSpacing(4)
        head.addWidget(self._used)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.bar)
        self._name.setFont(medium("label"))

    def show_place(self, place: Place) -> None:
        self._name.setText(place.name)
        self._detail.setText(place.detail)
        self._used.setText(wording.of_memory(place.used, place.total))
        self._used.set_color("warning" if place.missing else "textSecondary")
        self._used.setFont(tabular(strong("small") if place.missing else font("small")))
        self.bar.show_shares(shares(place))
        self.bar.setAccessibleName(spoken(place))


def spoken(place: Place) -> str:
    """A place in words."""
    used = [(tr(kind.name).lower(), count) for kind, count in amounts(place).items() if count]
    parts = [f"{name} {wording.memory_part(count, place.total)}" for name, count in used]
    title = f"{place.name} {place.detail}".strip()
    return f"{title}: {wording.of_memory(place.used, place.total)}. " + ", ".join(parts)
