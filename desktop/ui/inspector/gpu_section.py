"""The graphics card's share of the model: the number, who chooses it, the slider, and what to know about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.placement import PlacementView
from desktop.translation import tr, tr_later
from desktop.ui import wording
from desktop.ui.inspector.gpu_slider import GpuSlider, Ticks
from desktop.ui.inspector.notice import Notice
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.parts.toggles import Switch
from desktop.ui.theme import Theme, font, tabular

_LARGE = 32 / 22
_WHAT = tr_later("How much of the model runs on the graphics card. More is faster, as long as it fits.")


class GpuSection(QWidget):
    """Signals:
    remedy_taken: do what the notice offers.
    """

    remedy_taken = Signal()

    def __init__(self, theme: Theme, side: int, choose: Callable[..., None]) -> None:
        """``side`` is the space at the sides, into which the thumb of the slider may reach."""
        super().__init__()
        self._choose = choose
        self._layers = 0
        self._auto_label = Label(theme, tr("Auto"), "label", "textSecondary").weight(QFont.Weight.Normal)
        self.auto = Switch(theme, tr("Auto: Snug chooses the GPU layers"))
        self.auto.setObjectName("gpuAuto")
        self.auto.clicked.connect(self._auto_chosen)
        head = QHBoxLayout()
        head.setContentsMargins(side, 0, side, 0)
        head.setSpacing(8)
        title = Label(theme, tr("GPU layers"))
        title.setFont(medium("body"))
        head.addWidget(title, 1)
        head.addWidget(self._auto_label)
        head.addWidget(self.auto)
        self.figure = Figure(theme)
        self.slider = GpuSlider(theme)
        self.slider.chosen.connect(lambda layers: self._choose(gpu_layers=layers))
        self.ticks = Ticks(theme, self.slider)
        self.about = Label(theme, tr(_WHAT), "small", "textMuted", wrap=True)
        self.notice = Notice(theme)
        self.notice.taken.connect(self.remedy_taken)
        reach = side - self.slider.overhang
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 18, 0, 18)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(2)
        column.addLayout(_beside(self.figure, side))
        self._moving = QWidget()
        moving = QVBoxLayout(self._moving)
        moving.setContentsMargins(reach, 4, reach, 0)
        moving.setSpacing(2)
        moving.addWidget(self.slider)
        moving.addWidget(self.ticks)
        column.addWidget(self._moving)
        column.addSpacing(8)
        column.addLayout(_beside(self.about, side))
        self._warning = QWidget()
        warning = QVBoxLayout(self._warning)
        warning.setContentsMargins(side, 2, side, 0)
        warning.addWidget(self.notice)
        column.addWidget(self._warning)

    def show_view(self, view: PlacementView) -> None:
        self._layers = view.layers
        can = not view.no_card
        for widget in (self.auto, self._auto_label, self._moving):
            widget.setVisible(can)
        self.slider.setEnabled(can)
        self.auto.setChecked(view.auto)
        self.figure.show_view(view)
        self.slider.show_view(view)
        self.ticks.show_view(view)
        self.about.setText(view.no_card or tr(_WHAT))
        self.about.set_color("textSecondary" if view.no_card else "textMuted")
        if not view.problem and self.notice.link.hasFocus():
            # What was pressed goes; the keyboard stays where it did something.
            self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
        self.notice.say(view.problem, view.remedy)
        self._warning.setVisible(bool(view.problem))
        self.about.setVisible(not (view.problem and can))

    def _auto_chosen(self, on: bool) -> None:
        self._choose(gpu_layers=-1 if on else self._layers)


class Figure(QWidget):
    """The large number, what it is out of, and what it means now."""

    accessible_role = "StaticText"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words = ("", "", "")
        self._tight = False
        self._large = QFont(font("number"))
        self._large.setPixelSize(round(self._large.pixelSize() * _LARGE))
        self.setObjectName("gpuFigure")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_view(self, view: PlacementView) -> None:
        note = ""
        if view.problem:
            note = tr("Does not fit")
        else:
            note = _speeds(view.expected, view.tokens_per_second)
        self._words = (str(view.layers), tr("of {steps}").format(steps=view.steps), note)
        self._tight = bool(view.problem)
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        number, rest, note = self._words
        return f"{number} {rest}, {note}" if note else f"{number} {rest}"

    def sizeHint(self) -> QSize:
        return QSize(160, max(40, QFontMetrics(self._large).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        number, rest, note = self._words
        large = QFontMetrics(self._large)
        # Everything stands on the number's line.
        base = (self.height() - large.height()) / 2 + large.ascent()
        painter.setFont(self._large)
        painter.setPen(theme.color("textPrimary"))
        painter.drawText(QRectF(0, base - large.ascent(), self.width(), large.height()), number)
        left = large.horizontalAdvance(number) + 6.0
        for words, style, ink, right in (
            (rest, tabular(font("body")), "textSecondary", False),
            (note, tabular(medium("small") if self._tight else font("small")),
             "warning" if self._tight else "textMuted", True),
        ):  # fmt: skip
            metrics = QFontMetrics(style)
            area = QRectF(left, base - metrics.ascent(), self.width() - left, metrics.height())
            align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            paint.draw_text(painter, area, words, style, theme.color(ink), align)
            left += metrics.horizontalAdvance(words) + 8.0


def _speeds(expected: float, now: float) -> str:
    """What is known of expected and present tokens per second."""
    if expected > 0:
        about = tr("about {speed}").format(speed=wording.speed(expected))
        return tr("{about}, now {speed}").format(about=about, speed=wording.speed_figure(now)) if now > 0 else about
    return tr("now {speed}").format(speed=wording.speed(now)) if now > 0 else ""


def _beside(widget: QWidget, side: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(side, 0, side, 0)
    row.addWidget(widget)
    return row
