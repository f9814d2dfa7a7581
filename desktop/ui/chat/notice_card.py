"""The card under an answer that ended too early: what happened, what is safe, what to do next.

Knows sentences, not failures.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.translation import tr
from desktop.ui import theme as themes
from desktop.ui.chat.controls import Tone, WordButton, draw_icon
from desktop.ui.chat.look import Look
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.spec import Role, wide
from desktop.ui.chat.text_block import TextBlock
from desktop.ui.parts import paint
from desktop.ui.theme import Theme

_SIDE, _LEFT = 16, 66


class NoticeCard(QWidget):
    """A card with a tile (``icon`` in the colours of ``tone``), a title, a sentence and up to three buttons.

    Signals:
        retry_requested, carry_on_requested: the user's choice.
        height_changed: details were shown or hidden.
    """

    retry_requested = Signal()
    carry_on_requested = Signal()
    height_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        sentence: str,
        details: str,
        *,
        can_carry_on: bool,
        icon: str = "unplug",
        tone: str = "danger",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("noticeCard")
        self.setAccessibleName(f"{title}. {sentence}")
        self._theme = theme
        self._title = title
        self._sentence = sentence
        self._icon = icon
        self._tone = tone
        self._blocks: list[TextBlock] = []
        self._retry = WordButton(theme, tr("Try again"), self, tone=Tone.PRIMARY, icon="rotate-cw")
        self._retry.setObjectName("tryAgain")
        self._retry.clicked.connect(self.retry_requested)
        self._carry_on = WordButton(theme, tr("Carry on from here"), self)
        self._carry_on.setObjectName("carryOn")
        self._carry_on.clicked.connect(self.carry_on_requested)
        self._can_carry_on = can_carry_on
        self._more = WordButton(theme, tr("Show details"), self, tone=Tone.QUIET)
        self._more.setObjectName("showDetails")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._toggle)
        self._more.setVisible(bool(details))
        self._details = MessageBody(theme, self)
        self._details.setObjectName("failureDetails")
        self._details.setAccessibleName(tr("Details"))
        # The engine's own words are not Markdown: four spaces make them a code block, whatever they hold.
        self._details.set_text("\n".join("    " + line for line in details.splitlines()))
        self._details.hide()
        self.set_choices(True)
        theme.changed.connect(self._restyle)

    def set_choices(self, offered: bool) -> None:
        """Whether there is something to choose: a conversation that went on needs no rescue any more."""
        self._retry.setVisible(offered)
        self._carry_on.setVisible(offered and self._can_carry_on)

    def lay_out(self, width: int) -> int:
        if not self._blocks:
            self._make_blocks()
        room = width - _LEFT - _SIDE
        title, sentence = self._blocks
        title.lay_out(room)
        sentence.lay_out(room)
        text = max(41.0, title.height + 2 + sentence.height)
        y = 1 + _SIDE + int(text)
        if all(button.isHidden() for button in (self._retry, self._carry_on, self._more)):
            return y + _SIDE + 1
        y += 14
        x = 1 + _LEFT
        for button in (self._retry, self._carry_on):
            if not button.isHidden():
                button.setGeometry(x, y, button.sizeHint().width(), button.height())
                x += button.width() + 8
        wish = self._more.sizeHint().width()
        self._more.setGeometry(width - 1 - _SIDE - wish, y, wish, self._more.height())
        y += self._more.height() + _SIDE
        if not self._details.isHidden():
            height = self._details.lay_out(width - 2 * _SIDE - 2)
            self._details.setGeometry(1 + _SIDE, y, width - 2 * _SIDE - 2, height)
            y += height + _SIDE
        return y + 1

    def _make_blocks(self) -> None:
        look = Look(self._theme)
        font = QFont(themes.font("message"))
        font.setWeight(QFont.Weight.DemiBold)
        line = themes.line_height("message") - 2
        self._blocks = [
            TextBlock(look, Role.PARAGRAPH, wide(self._title), font=font, line_height=line),
            TextBlock(look, None, wide(self._sentence), ink=self._theme.color("textSecondary")),
        ]

    def _restyle(self) -> None:
        self._blocks = []
        self.lay_out(self.width())
        self.update()

    def _toggle(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self._more.set_words(tr("Hide details") if shown else tr("Show details"))
        self.height_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        tile = QRectF(1 + _SIDE, 1 + _SIDE, 36, 41)
        painter.fillPath(paint.arch(tile, 8), theme.color(f"{self._tone}Soft"))
        draw_icon(painter, self._icon, theme.color(self._tone).name(), tile, 18)
        if not self._blocks:
            return
        clip = QRectF(event.rect())
        self._blocks[0].draw(painter, 1 + _LEFT, 1 + _SIDE, clip)
        self._blocks[1].draw(painter, 1 + _LEFT, 1 + _SIDE + self._blocks[0].height + 2, clip)
