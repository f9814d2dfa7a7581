"""A slider: a track with a part of it filled, and a round thumb. Keys, drags and screen readers are QSlider's."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from desktop.ui.parts import paint
from desktop.ui.theme import Theme, grown, size

_NOTCH = 120


class Stretch(NamedTuple):
    """A part of the track between two shares of its length. Without a colour it is hatched."""

    start: float
    end: float
    color: str = ""


class Slider(QSlider):
    """The track ends half a thumb before the edges, so that the thumb may stand over its ends.

    Signals:
        chosen: the value that the user moved it to; not what the program shows.
        ring_moved: the thumb is elsewhere, and the focus ring with it.
    """

    chosen = Signal(int)
    ring_moved = Signal()

    def __init__(self, theme: Theme, name: str, track: int = 0, thumb: int = 0) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._track = track or size("sliderTrack")
        self._thumb = thumb or grown(size("sliderThumb"))
        self._grip = 0.0
        self._turned = 0
        self._shows = False
        self.ring_radius: float = self._thumb / 2
        self.setAccessibleName(name)
        # Not by the wheel: a page that is scrolled must not change what passes under the pointer.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(1)
        self.setPageStep(4)
        self.valueChanged.connect(self._moved)

    @property
    def overhang(self) -> int:
        """How far the thumb reaches over either end of the track, in pixels."""
        return self._thumb // 2

    def show_value(self, value: int, most: int) -> None:
        """Show another value of 0 to ``most``; nothing is sent."""
        self._shows = True
        self.setRange(0, max(0, most))
        self.setValue(value)
        self._shows = False
        self.update()

    def place(self, value: float) -> float:
        """Where a value lies, in pixels from the left."""
        share = value / self.maximum() if self.maximum() else 0.0
        return self.overhang + share * self._length()

    def sizeHint(self) -> QSize:
        return QSize(120, self._thumb + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def ring_rect(self) -> QRect:
        return self._thumb_rect().toRect()

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        thumb = self._thumb_rect()
        # Whoever takes the thumb beside its middle does not move it by that.
        self._grip = x - thumb.center().x() if thumb.left() <= x <= thumb.right() else 0.0
        self.setSliderDown(True)
        self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        self.setValue(self.value() + notches)

    def _drag(self, x: float) -> None:
        share = (x - self._grip - self.overhang) / self._length()
        # The thumb is where it is until the mouse has moved by half a step.
        self.setSliderPosition(round(min(1.0, max(0.0, share)) * self.maximum()))

    # Painting

    def stretches(self) -> list[Stretch]:
        """What is painted on the track, from the lowest layer up."""
        return [Stretch(0.0, self.share(self.value()), "accent")]

    def thumb_color(self) -> str:
        return "accent"

    def share(self, value: float) -> float:
        return min(1.0, max(0.0, value / self.maximum())) if self.maximum() else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        track = QRectF(self.overhang, (self.height() - self._track) / 2, self._length(), self._track)
        shape = QPainterPath()
        shape.addRoundedRect(track, self._track / 2, self._track / 2)
        painter.save()
        painter.setClipPath(shape)
        paint.fill(painter, track, theme.color("trackOff"))
        for stretch in self.stretches():
            left = track.left() + stretch.start * track.width()
            area = QRectF(left, track.top(), (stretch.end - stretch.start) * track.width(), track.height())
            if stretch.color:
                paint.fill(painter, area, theme.color(stretch.color))
            elif not area.isEmpty():
                paint.hatch(painter, area, theme)
        painter.restore()
        if self.isEnabled():
            self.paint_thumb(painter, self._thumb_rect(), theme.color(self.thumb_color()))

    def paint_thumb(self, painter: QPainter, thumb: QRectF, color: QColor) -> None:
        paint.shadow(painter, thumb, thumb.height() / 2, self._theme, 1)
        paint.box(painter, thumb, thumb.height() / 2, self._theme.color("raised"), color, 1.5)

    def _length(self) -> float:
        return max(1.0, self.width() - 2.0 * self.overhang)

    def _thumb_rect(self) -> QRectF:
        side = self._thumb
        return QRectF(self.place(self.value()) - side / 2, (self.height() - side) / 2, side, side)

    def _moved(self, value: int) -> None:
        self.update()
        self.ring_moved.emit()
        if not self._shows:
            self.chosen.emit(value)
