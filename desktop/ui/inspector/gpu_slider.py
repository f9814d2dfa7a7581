"""How many layers run on graphics cards: the slider, and the numbers under it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.placement import PlacementView
from desktop.translation import tr
from desktop.ui.parts import paint
from desktop.ui.parts.sliders import Slider, Stretch
from desktop.ui.theme import Theme, font, grown, line_height, tabular

TRACK, THUMB = 12, 28
_BETWEEN = 8
"""Least space between two numbers under the track."""


class GpuSlider(Slider):
    """What does not fit is hatched, and brass where it was chosen nevertheless. Grey while Snug chooses."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("GPU layers"), TRACK, grown(THUMB))
        self.setObjectName("gpuLayers")
        self._fits = 0
        self._auto = False

    def show_view(self, view: PlacementView) -> None:
        self._fits = max(0, view.fits)
        self._auto = view.auto
        self.show_value(view.layers, view.steps)
        self.setAccessibleDescription(spoken(view))

    def stretches(self) -> list[Stretch]:
        chosen, limit = self.share(self.value()), self.share(self._fits)
        good = "control" if self._auto else "accent"
        return [
            Stretch(limit, 1.0),
            Stretch(0.0, min(chosen, limit), good),
            Stretch(limit, max(chosen, limit), "statusBusy"),
        ]

    def thumb_color(self) -> str:
        if self.value() > self._fits:
            return "statusBusy"
        return "control" if self._auto else "accent"

    def paint_thumb(self, painter: QPainter, thumb: QRectF, color: QColor) -> None:
        theme = self._theme
        paint.shadow(painter, thumb, thumb.height() / 2, theme, 1)
        paint.box(painter, thumb, thumb.height() / 2, theme.color("raised"), color, 2)
        grip = QPen(theme.color("control"), 1.3)
        grip.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(grip)
        middle = thumb.center()
        for aside in (-1.8, 1.8):
            painter.drawLine(middle + QPointF(aside, -3), middle + QPointF(aside, 3))


class Ticks(QWidget):
    """Nothing, what fits, and everything, under the slider where they lie on it."""

    accessible_role = "StaticText"

    def __init__(self, theme: Theme, slider: GpuSlider) -> None:
        super().__init__()
        self._theme = theme
        self._slider = slider
        self._fits = 0
        self.setObjectName("gpuTicks")
        self.setFont(tabular(font("small")))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_view(self, view: PlacementView) -> None:
        self._fits = view.fits
        self.setAccessibleName(", ".join(self.marks()))
        self.update()

    def marks(self) -> list[str]:
        """The numbers from left to right."""
        most = self._slider.maximum()
        if self._fits < 0:
            return ["0", str(most)]
        if self._fits in (0, most):
            return [_fit(value) if value == self._fits else str(value) for value in (0, most)]
        return ["0", _fit(self._fits), str(most)]

    def sizeHint(self) -> QSize:
        return QSize(120, line_height("small"))

    def spread(self) -> dict[str, tuple[float, float]]:
        """The numbers that there is room for, with where they begin and end, in pixels."""
        metrics = QFontMetrics(self.font())
        slider = self._slider
        left, right = float(slider.overhang), float(self.width() - slider.overhang)
        first, *between, last = self.marks()
        found = {
            first: (left, left + metrics.horizontalAdvance(first)),
            last: (right - metrics.horizontalAdvance(last), right),
        }
        for mark in between:
            width = metrics.horizontalAdvance(mark)
            begin = min(right - width, max(left, slider.place(self._fits) - width / 2))
            here = (begin, begin + width)
            # What fits is the news: a number at the end gives way to it.
            found = {other: there for other, there in found.items() if not _touch(there, here)} | {mark: here}
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self._theme.color("textMuted")
        for mark, (begin, end) in self.spread().items():
            area = QRectF(begin, 0, end - begin + 1, self.height())
            paint.draw_text(painter, area, mark, self.font(), ink, elide=False)


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] + _BETWEEN and other[0] < one[1] + _BETWEEN


def spoken(view: PlacementView) -> str:
    """The slider in words, as a screen reader says it."""
    said = tr("{layers} of {steps} layers on the graphics card").format(layers=view.layers, steps=view.steps)
    fits = _fit(view.fits) if view.fits >= 0 else tr("none fit")
    return "; ".join((said, fits, tr("chosen by Snug")) if view.auto else (said, fits))


def _fit(layers: int) -> str:
    return tr("{number} fit").format(number=layers)
