"""The foot of the inspector: what was chosen and takes a reload, to be done or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.placement import Change
from desktop.translation import tr
from desktop.ui.inspector.model_page import side
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import ElidedLabel
from desktop.ui.parts.tooltip import set_tooltip
from desktop.ui.theme import Theme, radius


class Foot(QWidget):
    """Signals:
    undone: back to what is loaded.
    applied: load the model again.
    """

    undone = Signal()
    applied = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("inspectorFoot")
        title = ElidedLabel(theme, tr("Reload to apply"), "label")
        title.setFont(medium("label"))
        self._first = ElidedLabel(theme, "", "small", "textMuted").tabular()
        self._others = ElidedLabel(theme, "", "small", "textMuted")
        self.undo = Button(theme, tr("Undo"), Kind.QUIET, Scale.SMALL)
        self.undo.setObjectName("undoChoice")
        self.undo.clicked.connect(self.undone)
        self.reload = Button(theme, tr("Reload"), Kind.PRIMARY, Scale.SMALL, "rotate-cw")
        self.reload.setObjectName("reloadModel")
        self.reload.clicked.connect(self.applied)
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (title, self._first, self._others):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(side(), 13, side(), 12)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.undo)
        row.addWidget(self.reload)

    def show_changes(self, changes: Sequence[Change], fits: bool) -> None:
        lines = [f"{change.name} {change.before} → {change.after}" for change in changes]
        self.setVisible(bool(lines))
        self._first.setText(lines[0] if lines else "")
        self._others.setText(tr("and {number} more").format(number=len(lines) - 1) if len(lines) > 1 else "")
        self._others.setVisible(len(lines) > 1)
        set_tooltip(self, "\n".join(lines) if len(lines) > 1 else "")
        # Green is for what does some good.
        self.reload.set_kind(Kind.PRIMARY if fits else Kind.STANDARD)
        for button in (self.undo, self.reload):
            button.setAccessibleDescription("; ".join(lines))

    def set_loading(self, loading: bool) -> None:
        self.undo.setEnabled(not loading)
        self.reload.setEnabled(not loading)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        whole = QRectF(self.rect())
        corner = radius("lg") - 1
        # Its lower corners are the sheet's.
        shape = QPainterPath()
        shape.addRoundedRect(whole.adjusted(0, -2 * corner, 0, 0), corner, corner)
        painter.setClipPath(shape)
        paint.fill(painter, whole, theme.color("sunken"))
        paint.fill(painter, QRectF(0, 0, whole.width(), 1), theme.color("border"))
