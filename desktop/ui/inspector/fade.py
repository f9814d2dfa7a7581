"""A sheet that comes and goes: it fades, and tells how far it has come."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QVariantAnimation, Signal
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

from desktop.ui.theme import Theme


class Fade(QVariantAnimation):
    """Signals:
    moved: how much of ``widget`` is there, from 0 to 1.
    """

    moved = Signal(float)

    def __init__(self, theme: Theme, widget: QWidget) -> None:
        super().__init__(widget)
        self._theme = theme
        self._widget = widget
        self._effect = QGraphicsOpacityEffect(widget)
        widget.setGraphicsEffect(self._effect)
        self._effect.setOpacity(0.0)
        self.share = 0.0
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._step)

    def to(self, target: float, *, at_once: bool = False) -> None:
        """Come (1) or go (0), from wherever it is."""
        self.stop()
        duration = self._theme.duration("slow")
        if at_once or not duration or not self._widget.isVisible():
            self._step(target)
            return
        self.setDuration(duration)
        self.setStartValue(self.share)
        self.setEndValue(target)
        self.start()

    def _step(self, share: float) -> None:
        self.share = share
        # Painting through an effect costs; a sheet that stands still needs none.
        self._effect.setEnabled(share < 1.0)
        self._effect.setOpacity(share)
        self.moved.emit(share)
