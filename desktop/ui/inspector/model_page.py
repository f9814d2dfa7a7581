"""The page of the model that is chosen: what of it goes where, and how it is loaded."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QScrollBar, QVBoxLayout, QWidget

from desktop.domain.placement import PlacementView
from desktop.translation import tr
from desktop.ui.inspector.cards_section import CardsSection
from desktop.ui.inspector.context_section import ContextSection
from desktop.ui.inspector.gpu_section import GpuSection
from desktop.ui.inspector.gpu_slider import THUMB
from desktop.ui.inspector.memory_section import MemorySection
from desktop.ui.inspector.options_section import OptionsSection
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Rule
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme, grown


def side() -> int:
    """Where the inspector's words begin, in pixels from either edge."""
    return grown(20)


def reach() -> int:
    """How far the largest thumb reaches over these edges."""
    return grown(THUMB) // 2


class ModelPage(QScrollArea):
    """``placement`` is the service: what it shows, and whom it tells what was chosen."""

    def __init__(self, theme: Theme, placement: Any) -> None:
        super().__init__()
        self.setObjectName("modelPage")
        self.setAccessibleName(tr("Model"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # It fits beside the thumbs, so that nothing moves when it comes and goes.
        bar = QScrollBar(Qt.Orientation.Vertical, self)
        bar.setStyleSheet(
            f"QScrollBar:vertical {{ width: {side() - reach()}px; }} QScrollBar::handle {{ margin: 2px 0; }}"
        )
        self.setVerticalScrollBar(bar)
        set_clear_viewport(self)
        self.gpu = GpuSection(theme, reach(), placement.choose)
        self.gpu.remedy_taken.connect(placement.take_remedy)
        self.cards = CardsSection(theme, placement.choose)
        self.memory = MemorySection(theme)
        self.context = ContextSection(theme, reach(), placement.choose)
        self.options = OptionsSection(theme, placement.choose)
        self._empty = Label(theme, tr("No model is chosen, or its file cannot be read."), "body", "textMuted", True)
        self._empty.setContentsMargins(0, 18, 0, 0)
        self._sections = QWidget()
        sections = QVBoxLayout(self._sections)
        sections.setContentsMargins(0, 0, 0, 0)
        sections.setSpacing(0)
        for section in (self.gpu, self.cards, self.memory, self.context, self.options):
            # The cards' rows belong to the slider above them.
            if section not in (self.gpu, self.cards):
                sections.addLayout(_inset(Rule(theme)))
            reaches = section in (self.gpu, self.context)
            if reaches:
                sections.addWidget(section)
            else:
                sections.addLayout(_inset(section))
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setSpacing(0)
        self._column.addLayout(_inset(self._empty))
        self._column.addWidget(self._sections)
        self._column.addStretch(1)
        self.setWidget(holder)
        holder.setAutoFillBackground(False)

    def show_view(self, view: PlacementView | None) -> None:
        """Another model, or another choice. None: there is no model."""
        self._sections.setVisible(view is not None)
        self._empty.setVisible(view is None)
        if view is not None:
            for section in (self.gpu, self.cards, self.memory, self.context, self.options):
                section.show_view(view)

    def way_in(self) -> QWidget | None:
        """The control that the keyboard comes to first."""
        if self._sections.isHidden():
            return None
        return self.gpu.slider if self.gpu.slider.isEnabled() else self.context.slider

    def reveal(self, widget: QWidget) -> None:
        """Scroll to what the keyboard has reached, with room for the ring around it."""
        self.ensureWidgetVisible(widget, 0, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        beside, bar = side() - reach(), self.width() - self.viewport().width()
        self._column.setContentsMargins(beside, 0, beside - bar, 0)
        super().resizeEvent(event)


def _inset(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(reach(), 0, reach(), 0)
    column.addWidget(widget)
    return column
