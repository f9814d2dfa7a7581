"""Which smaller copy is to be made of a model: each with its size, what it loses, and whether it fits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text
from desktop.domain.quants import Quant
from desktop.domain.smaller import LOSSLESS, Smaller
from desktop.translation import tr
from desktop.ui.models.found_list import FITS
from desktop.ui.models.variant_table import Bars
from desktop.ui.parts.buttons import Kind
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Badge, Rule
from desktop.ui.parts.question import Question
from desktop.ui.parts.toggles import Radio
from desktop.ui.parts.viewport import set_clear_viewport
from desktop.ui.theme import Theme, font, grown


class SmallerCopy(Question):
    """Signals:
    wanted: the ``Smaller`` that is to be made.
    """

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, window: QWidget, model: InstalledModel, copies: Sequence[Smaller], folder: Path
    ) -> None:
        size = f"{model.quant}, {file_text(model.size_bytes)}"
        super().__init__(
            theme,
            window,
            tr("A smaller copy of {name}").format(name=model.name),
            tr("It keeps less of each number, so it takes less room and answers faster. {name} ({size}) stays.").format(
                name=model.name, size=size
            ),
            tr("Make the copy"),
            Kind.PRIMARY,
        )
        self._copies = copies
        self._group = QButtonGroup(self)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for place, copy in enumerate(copies):
            if place:
                column.addWidget(Rule(theme))
            column.addLayout(self._row(theme, place, copy))
        column.addWidget(Rule(theme))
        column.addWidget(
            Label(theme, tr("It goes into {folder}.").format(folder=folder), "small", "textSecondary", wrap=True)
        )
        if Quant(model.quant).bits < LOSSLESS:
            note = tr(
                "A copy made from a full model (F16) would be a little better than one made from {quant}."
            ).format(quant=model.quant)
            column.addWidget(Label(theme, note, "small", "textSecondary", wrap=True))
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(tr("Copies that can be made"))
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_clear_viewport(self._scroll)
        self._scroll.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        self.middle.addWidget(self._scroll)
        self._group.buttonClicked.connect(self._scroll.ensureWidgetVisible)
        self.yes.clicked.connect(self._choose)

    def ask(self) -> None:
        self.appear(self._group.checkedButton())

    def place(self) -> None:
        self._scroll.setFixedHeight(self._high())
        super().place()
        # Twice: how wide the words are is known only now.
        self._scroll.setFixedHeight(self._high())
        super().place()
        over = self.panel.height() - (self.height() - 32)
        if over > 0:
            self._scroll.setFixedHeight(max(self._scroll.height() - over, grown(64)))
            super().place()
            self._scroll.ensureWidgetVisible(self._group.checkedButton())

    def _high(self) -> int:
        """Pixels that the choices take."""
        layout = self._inside.layout()
        return (
            layout.totalHeightForWidth(self._scroll.width())
            if layout.hasHeightForWidth()
            else layout.sizeHint().height()
        )

    def _row(self, theme: Theme, place: int, copy: Smaller) -> QGridLayout:
        quality = copy.quant.quality
        loses = tr(quality.words)
        if copy.suggested:
            loses = tr("{words}, suggested").format(words=loses)
        radio = Radio(theme, tr("{name}, about {size}").format(name=copy.quant.name, size=file_text(copy.size)))
        fit = f", {tr(copy.judged.fitness)}" if copy.judged.fitness else ""
        radio.setAccessibleDescription(f"{loses}{fit}")
        self._group.addButton(radio, place)
        if copy.suggested or place == 0:
            radio.setChecked(True)
        words = Label(theme, loses, "label", "textSecondary", wrap=True)
        words.setFont(font("label"))
        beside = QHBoxLayout()
        beside.setSpacing(9)
        beside.addSpacing(grown(18) + 10)
        beside.addWidget(Bars(theme, quality))
        beside.addWidget(words, 1)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        grid.addWidget(radio, 0, 0)
        grid.addLayout(beside, 1, 0)
        if copy.judged.fitness in FITS:
            tone, icon_name = FITS[copy.judged.fitness]
            badge = Badge(theme, tr(copy.judged.fitness), tone, icon_name)
            grid.addWidget(badge, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        return grid

    def _choose(self) -> None:
        copy = self._copies[self._group.checkedId()]
        self.accept()
        self.wanted.emit(copy)
