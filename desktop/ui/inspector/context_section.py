"""How much the model can remember: a slider over the lengths that make sense."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.names import words_for
from desktop.domain.placement import PlacementView
from desktop.translation import tr, tr_count
from desktop.ui.parts.buttons import Link
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import Label
from desktop.ui.parts.sliders import Slider, Stretch
from desktop.ui.theme import Theme, tabular

SHORTEST = 512
UNKNOWN_MOST = 131_072
"""Longest length that is offered where nobody says what a model was trained for."""
BEYOND = 4
"""A context may be so many times as long as the trained one."""


def lengths(trained: int, current: int) -> list[int]:
    """Context lengths to choose from, in tokens: powers of two and what lies half-way, the trained length, and the
    current one, whatever it is."""
    most = max(SHORTEST, trained * BEYOND or UNKNOWN_MOST)
    steps = {length for length in (trained, current) if length > 0}
    length = SHORTEST
    while length <= most:
        steps.add(length)
        if length >= 2048 and length * 3 // 2 <= most:
            steps.add(length * 3 // 2)
        length *= 2
    return sorted(steps)


class ContextSection(QWidget):
    """Dragging sends the length; a link gives the choice back to Snug."""

    def __init__(self, theme: Theme, side: int, choose: Callable[..., None]) -> None:
        super().__init__()
        self._choose = choose
        self._lengths: list[int] = []
        self.words = Label(theme, "", "body").tabular()
        self.words.setFont(tabular(medium("body")))
        self.tokens = Label(theme, "", "small", "textMuted").tabular()
        self.term = Label(theme, "", "small", "textMuted", wrap=True)
        title = Label(theme, tr("Words it can remember"), "body", wrap=True)
        title.setFont(medium("body"))
        self.slider = ContextSlider(theme)
        self.slider.chosen.connect(self._chosen)
        self.warning = Label(theme, "", "small", "warning", wrap=True)
        self.warning.setObjectName("contextWarning")
        self.link = Link(theme, tr("Let Snug choose"))
        self.link.setObjectName("contextAuto")
        self.link.clicked.connect(lambda: self._choose(context_length=0))
        reach = side - self.slider.overhang
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 14)
        column.setSpacing(0)
        for left, right in ((title, self.words), (self.term, self.tokens)):
            right.setAlignment(Qt.AlignmentFlag.AlignRight)
            row = QHBoxLayout()
            row.setContentsMargins(side, 0, side, 0)
            row.addWidget(left, 1)
            row.addWidget(right, 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        moving = QHBoxLayout()
        moving.setContentsMargins(reach, 6, reach, 0)
        moving.addWidget(self.slider)
        column.addLayout(moving)
        below = QVBoxLayout()
        below.setContentsMargins(side, 0, side, 0)
        below.setSpacing(0)
        below.addWidget(self.warning)
        below.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(below)

    def show_view(self, view: PlacementView) -> None:
        if not (self.slider.isSliderDown() and view.context_length in self._lengths):
            # Under a thumb that is held nothing may move.
            self._lengths = lengths(view.trained_context, view.context_length)
        at = self._lengths.index(view.context_length) if view.context_length in self._lengths else 0
        own = view.options.context_length == 0
        known = view.context_length > 0
        words = tr("about {number:,}").format(number=words_for(view.context_length)) if known else tr("not known yet")
        tokens = tr_count(view.context_length, "1 token", "%n tokens") if known else ""
        self.words.setText(words)
        self.tokens.setText(tokens)
        self.term.setText(tr("Context length, Snug’s choice") if own else tr("Context length"))
        self.slider.show_length(at, self._lengths, view.trained_context)
        said = tr("{words} words, {tokens}, chosen by Snug") if own else tr("{words} words, {tokens}")
        self.slider.setAccessibleDescription(said.format(words=words, tokens=tokens) if known else words)
        too_long = view.trained_context > 0 and view.context_length > view.trained_context
        self.warning.setText(
            tr("The model was trained for {tokens:,} tokens. Past that its answers may make no sense.").format(
                tokens=view.trained_context
            )
            if too_long
            else ""
        )
        self.warning.setVisible(too_long)
        if own and self.link.hasFocus():
            self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
        self.link.setVisible(not own)

    def _chosen(self, place: int) -> None:
        self._choose(context_length=self._lengths[place])


class ContextSlider(Slider):
    """Brass past what the model was trained for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Words it can remember"))
        self.setObjectName("contextLength")
        self._trained = -1

    def show_length(self, place: int, lengths: list[int], trained: int) -> None:
        self._trained = lengths.index(trained) if trained in lengths else len(lengths)
        self.show_value(place, len(lengths) - 1)

    def stretches(self) -> list[Stretch]:
        chosen, limit = self.share(self.value()), self.share(self._trained)
        return [Stretch(0.0, min(chosen, limit), "accent"), Stretch(limit, max(chosen, limit), "statusBusy")]

    def thumb_color(self) -> str:
        return "statusBusy" if self.value() > self._trained else "accent"
