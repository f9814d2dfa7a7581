"""A value that glides between 0 and 1, for hovering and switching. Knows a widget only to repaint it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QVariantAnimation


class Glow:
    """Glides to its target in a motion token's time, at once with reduced motion or while nobody can see it."""

    def __init__(self, theme: Theme, widget: QWidget, motion: str = "fast") -> None:
        self._theme = theme
        self._widget = widget
        self._motion = motion
        self._animation: QVariantAnimation | None = None
        self.value = 0.0

    def glide(self, target: float) -> None:
        duration = self._theme.duration(self._motion)
        if not duration or not self._widget.isVisible():
            self.jump(target)
            return
        if self._animation is None:
            from PySide6.QtCore import QEasingCurve, QVariantAnimation

            self._animation = QVariantAnimation(self._widget)
            self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
            self._animation.valueChanged.connect(self._step)
        self._animation.stop()
        self._animation.setDuration(duration)
        self._animation.setStartValue(self.value)
        self._animation.setEndValue(float(target))
        self._animation.start()

    def jump(self, target: float) -> None:
        if self._animation is not None:
            self._animation.stop()
        self._step(float(target))

    def _step(self, value: float) -> None:
        self.value = value
        self._widget.update()
