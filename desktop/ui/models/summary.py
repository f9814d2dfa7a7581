"""The line over the list: how many models, how much of the disk they take, how much is free."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text
from desktop.translation import tr, tr_count
from desktop.ui.models.shelf_rows import VERIFIED
from desktop.ui.parts import paint
from desktop.ui.parts.fonts import medium, regular
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.settings.rows import Mark
from desktop.ui.theme import Theme


class Summary(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.count = Label(theme, "", "body")
        self.count.setFont(medium("body"))
        self.bar = _Bar(theme)
        self.free = ElidedLabel(theme, "", "label", "textSecondary")
        self.free.setFont(regular("label"))
        self.free.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.mark = Mark(theme, VERIFIED.icon_name, VERIFIED.color, 16)
        self.legend = ElidedLabel(theme, tr(VERIFIED.words), "small", "textMuted")
        self.legend.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.count)
        row.addWidget(self.bar)
        row.addWidget(self.free)
        row.addStretch(1)
        row.addWidget(self.mark)
        row.addSpacing(-8)
        row.addWidget(self.legend)

    def tell(self, models: Sequence[InstalledModel], free: int) -> None:
        """Say it of these; ``free`` bytes are left on the disk (0: not known)."""
        there = [model for model in models if model.available]
        taken = sum(model.size_bytes for model in there)
        count = tr_count(len(there), "1 model", "%n models")
        self.count.setText(f"{count}, {file_text(taken)}" if there else tr("No models yet"))
        self.bar.setVisible(bool(there) and free > 0)
        self.bar.set_share(taken / (taken + free) if taken + free else 0.0)
        self.free.setText(tr("{size} free on this disk").format(size=file_text(free)) if free else "")
        verified = any(model.verified for model in there)
        self.mark.setVisible(verified)
        self.legend.setVisible(verified)


class _Bar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(180, 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 6)

    def set_share(self, share: float) -> None:
        self._share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        paint.box(painter, self.rect(), 3, theme.color("trackOff"))
        done = QRectF(0, 0, max(6.0, self.width() * self._share), self.height())
        paint.box(painter, done, 3, theme.color("accent"))
