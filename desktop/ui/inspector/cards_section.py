"""Several graphics cards: which of them the model may use, and how its layers are shared out between them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.placement import Card, PlacementView
from desktop.translation import tr, tr_count
from desktop.ui.inspector.rows import Row
from desktop.ui.parts.marks import Rule
from desktop.ui.parts.stepper import Stepper
from desktop.ui.parts.toggles import Switch
from desktop.ui.theme import Theme

_STEP = 5
"""Percent that a button adds to a card's share."""


class CardsSection(QWidget):
    """Each control sends its fields of ``LoadOptions``. Not there with a single card."""

    def __init__(self, theme: Theme, choose: Callable[..., None]) -> None:
        super().__init__()
        self._theme = theme
        self._choose = choose
        self._cards: tuple[Card, ...] = ()
        self.rows: list[CardRow] = []
        self.auto = Switch(theme, tr("Share out by free memory"))
        self.auto.setObjectName("splitAuto")
        self.auto.clicked.connect(self._auto_chosen)
        self._auto_row = Row(theme, tr("Share out by free memory"), tr("Layers for each card, tensor split"), self.auto)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 2)
        self._column.setSpacing(0)
        self._column.addWidget(self._auto_row)

    def show_view(self, view: PlacementView) -> None:
        cards = self._cards = view.cards
        self.setVisible(bool(cards))
        while len(self.rows) < len(cards):
            self._add_row()
        used, own = sum(card.used for card in cards), bool(view.options.tensor_split)
        for row, card in zip(self.rows, cards, strict=False):
            row.show_card(card, alone=card.used and used == 1, own=own and used > 1)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(cards))
        self.auto.setChecked(not own)
        self.auto.setEnabled(used > 1)

    def _add_row(self) -> None:
        place = len(self.rows)
        row = CardRow(self._theme, place + 1)
        row.switch.clicked.connect(lambda on: self._use(place, on))
        row.share.valueChanged.connect(lambda share: self._share(place, share))
        self.rows.append(row)
        self._column.insertWidget(self._column.indexOf(self._auto_row), row)
        self._column.insertWidget(self._column.indexOf(self._auto_row), Rule(self._theme))

    def _use(self, place: int, on: bool) -> None:
        used = [card.key for number, card in enumerate(self._cards) if (on if number == place else card.used)]
        # Shares of other cards than these would mean nothing.
        self._choose(devices=() if len(used) == len(self._cards) else tuple(used), tensor_split=())

    def _auto_chosen(self, on: bool) -> None:
        self._choose(tensor_split=() if on else self._shares())

    def _share(self, place: int, share: int) -> None:
        """The others give or take what this one gets, in proportion to what they had."""
        cards = [card for card in self._cards if card.used]
        others = sum(card.share for card in cards if card is not self._cards[place])
        left, even = 100 - share, 1 / max(1, len(cards) - 1)
        self._choose(
            tensor_split=tuple(
                float(share) if card is self._cards[place] else left * (card.share / others if others else even)
                for card in cards
            )
        )

    def _shares(self) -> tuple[float, ...]:
        return tuple(float(card.share) for card in self._cards if card.used)


class CardRow(Row):
    """A card: whether it is used, its layers, and its share where the user decides it."""

    def __init__(self, theme: Theme, number: int) -> None:
        self.switch = Switch(theme, "")
        self.switch.setObjectName(f"card{number}")
        self.share = Stepper(theme, "", 0, 100, step=_by_fives)
        self.share.setObjectName(f"cardShare{number}")
        self.share.setSuffix(" %")
        controls = QWidget()
        line = QHBoxLayout(controls)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self.share)
        line.addWidget(self.switch)
        super().__init__(theme, "", "", controls)

    def show_card(self, card: Card, *, alone: bool, own: bool) -> None:
        """``alone``: the only one that is used. ``own``: the user shares out."""
        layers = tr_count(card.layers, "1 layer", "%n layers")
        self.title.setText(card.name)
        self.say(f"{card.detail}, {layers if card.used else tr('not used')}")
        self.switch.setAccessibleName(tr("Use {name}").format(name=card.name.lower()))
        self.switch.setAccessibleDescription(self.term.text())
        self.switch.setChecked(card.used)
        # With none at all there are no GPU layers: that is the slider's business.
        self.switch.setEnabled(not alone)
        self.share.setAccessibleName(tr("Share of {name}").format(name=card.name.lower()))
        self.share.setVisible(own and card.used)
        self.share.show_value(card.share)


def _by_fives(value: int, steps: int) -> int:
    return value // _STEP * _STEP + steps * _STEP
