"""Where the model lies: a bar for each place, and the figures."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.placement import PlacementView
from desktop.ui.inspector.memory_bars import PlaceBar
from desktop.ui.inspector.memory_table import MemoryTable
from desktop.ui.theme import Theme


class MemorySection(QWidget):
    """Bars are made as there are places."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.bars: list[PlaceBar] = []
        self.table = MemoryTable(theme)
        self._bars = QVBoxLayout()
        self._bars.setSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 18, 0, 18)
        column.setSpacing(10)
        column.addLayout(self._bars)
        column.addWidget(self.table)

    def show_view(self, view: PlacementView) -> None:
        while len(self.bars) < len(view.places):
            bar = PlaceBar(self._theme)
            self.bars.append(bar)
            self._bars.addWidget(bar)
        for number, bar in enumerate(self.bars):
            bar.setVisible(number < len(view.places))
            if number < len(view.places):
                bar.show_place(view.places[number])
        self.table.show_places(view.places, view.measured)
