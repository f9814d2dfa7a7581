"""The first steps: what this computer can do, a first model, how the chats are kept. Three choices, a minute at most.

It fills the window once and says what was chosen; it does nothing itself.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.listing import Detail, Offered
from desktop.domain.names import file_text, memory_text
from desktop.services.computer import Computer
from desktop.translation import tr, tr_count
from desktop.ui import icons
from desktop.ui.first_run.choice_card import ChoiceCard
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.fonts import medium, strong
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.marks import Panel, Rule
from desktop.ui.parts.overlay import Overlay
from desktop.ui.parts.page import Page
from desktop.ui.parts.toggles import Switch
from desktop.ui.settings.rows import Card, Mark, Row
from desktop.ui.theme import Theme, font, grown, line_height

_BITS_PER_S = 100e6
"""A common line, for a first idea of how long a download takes."""
_ROOM_WIDTH = 424
_PICTURE = (400, 560)
_BESIDE = 18
"""Pixels on either side of the line between two facts."""


class Chosen(NamedTuple):
    """What somebody wants to begin with."""

    model: str = ""
    """A repository to download from; empty: the model that came with Snug."""
    passphrase: bool = False
    offline: bool = False


class Welcome(Overlay):
    """``keychain`` is the system's, by its name; empty: the chats have a passphrase already.

    Signals:
        chosen: a ``Chosen``.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, window: QWidget, computer: Computer, model: Detail | None, keychain: str) -> None:
        super().__init__(theme, window, tr("First steps"), dimmed=False)
        self.closes_outside = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._model = model
        self._page = Page(theme, tr("First steps"), 728)
        self._room = _Room(theme)
        row = QHBoxLayout(self.panel)
        row.setContentsMargins(8, 8, 0, 8)
        row.setSpacing(0)
        row.addWidget(self._room)
        row.addWidget(self._page, 1)
        column = self._page.column
        column.addStretch(1)
        column.addLayout(_step(theme, 1, tr("What this computer can do"), tr("Found just now, and kept here")))
        column.addSpacing(10)
        column.addWidget(_Facts(theme, computer))
        column.addSpacing(26)
        column.addLayout(_step(theme, 2, tr("Pick a first model"), tr("You can add more later")))
        column.addSpacing(10)
        self.large, self.small = self._models(column)
        column.addSpacing(26)
        column.addLayout(_step(theme, 3, tr("Keep it private"), tr("You can change this in Settings")))
        column.addSpacing(10)
        self.sign_in, self.typed = self._ways(column, keychain)
        self.offline = Switch(theme, tr("Stay offline"))
        self.offline.toggled.connect(self._offline_toggled)
        words = tr("Nothing of Snug can connect, not even for a download. Off, only what you start can.")
        column.addWidget(Card(theme, Row(theme, "wifi-off", tr("Stay offline"), words, self.offline)))
        column.addSpacing(28)
        self.start = Button(theme, "", Kind.PRIMARY, Scale.LARGE)
        self.start.setObjectName("welcomeStart")
        self.start.clicked.connect(self._start)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(Mark(theme, "eye-off", "textSecondary", 16))
        last.addWidget(ElidedLabel(theme, tr("No account, no tracking, no reports."), "label", "textSecondary"), 1)
        last.addWidget(self.start)
        column.addLayout(last)
        column.addStretch(1)
        self._tell()

    def ask(self) -> None:
        """Fill the window."""
        self.appear(self.start)

    def place(self) -> None:
        self.panel.setGeometry(self.rect())
        self._room.setVisible(self.width() >= grown(_ROOM_WIDTH) + grown(640))

    def reject(self) -> None:
        """Whoever closes it begins with what is there."""
        super().reject()
        self.chosen.emit(Chosen())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill(QPainter(self), self.rect(), self.theme.color("surface"))

    # --- inside

    def _models(self, column: QVBoxLayout) -> tuple[ChoiceCard | None, ChoiceCard]:
        theme = self.theme
        line = QHBoxLayout()
        line.setSpacing(12)
        group = QButtonGroup(self)
        large = None
        if self._model is not None:
            best = _best(self._model)
            minutes = max(1, round(best.variant.size * 8 / _BITS_PER_S / 60))
            facts = [
                ("download", file_text(best.variant.size)),
                ("clock", tr("about {minutes} min at 100 Mbit/s").format(minutes=minutes)),
            ]
            listed = self._model.listed
            words = f"{tr(self._model.purpose).partition('. ')[0].rstrip('.')}. {tr(listed.licence.use)}."
            large = ChoiceCard(theme, listed.name, words, facts, tr("Recommended"))
            group.addButton(large.radio)
            line.addWidget(large, 1)
        here = [("check", tr("Already here")), ("wifi-off", tr("No internet needed"))]
        small = ChoiceCard(
            theme, tr("Start now with the built-in small model"), tr("Quick, for trying things out. Often wrong."), here
        )
        group.addButton(small.radio)
        line.addWidget(small, 1)
        (large or small).radio.setChecked(True)
        group.buttonToggled.connect(lambda *_: self._tell())
        column.addLayout(line)
        return large, small

    def _ways(self, column: QVBoxLayout, keychain: str) -> tuple[ChoiceCard | None, ChoiceCard | None]:
        if not keychain:
            return None, None
        theme = self.theme
        line = QHBoxLayout()
        line.setSpacing(12)
        group = QButtonGroup(self)
        sign_in = ChoiceCard(
            theme,
            tr("Unlock when I sign in"),
            tr("Chats are encrypted. The key is kept in {keychain}.").format(keychain=keychain),
        )
        typed = ChoiceCard(
            theme, tr("Ask for a passphrase"), tr("Chats are encrypted. Only your passphrase opens them.")
        )
        for card in (sign_in, typed):
            group.addButton(card.radio)
            line.addWidget(card, 1)
        sign_in.radio.setChecked(True)
        column.addLayout(line)
        column.addSpacing(12)
        return sign_in, typed

    def _offline_toggled(self, on: bool) -> None:
        if self.large is not None:
            self.large.setEnabled(not on)
            if on:
                self.small.radio.setChecked(True)

    def _downloads(self) -> bool:
        return self.large is not None and self.large.radio.isChecked()

    def _tell(self) -> None:
        self.start.setText(tr("Download and start") if self._downloads() else tr("Start"))
        self.start.updateGeometry()

    def _start(self) -> None:
        repo = self._model.listed.repo if self._model is not None and self._downloads() else ""
        passphrase = self.typed is not None and self.typed.radio.isChecked()
        self.accept()
        self.chosen.emit(Chosen(repo, passphrase, self.offline.isChecked()))


def _best(detail: Detail) -> Offered:
    return next(each for each in detail.offered if each.suggested)


def _step(theme: Theme, number: int, title: str, aside: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(_Number(theme, number))
    row.addWidget(Label(theme, title, "heading"))
    note = ElidedLabel(theme, aside, "small", "textMuted")
    note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    row.addStretch(1)
    row.addWidget(note)
    return row


class _Number(QWidget):
    """A step's number in an arch."""

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self._theme = theme
        self._number = number
        self.setFixedSize(grown(26), grown(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint.arch_tile(painter, area, self._theme.color("accentSoft"), 6)
        ink = self._theme.color("onAccentSoft")
        centre = Qt.AlignmentFlag.AlignHCenter
        paint.draw_text(painter, area, str(self._number), strong("label"), ink, centre, elide=False)


class _Facts(Panel):
    """Processor, memory, graphics card, and what that comes to."""

    def __init__(self, theme: Theme, computer: Computer) -> None:
        super().__init__(theme)
        card = memory_text(computer.card_memory) if computer.card else tr("None that Snug can use")
        free = tr("{free} free now").format(free=memory_text(computer.free))
        cores = tr_count(computer.cores, "1 core", "%n cores")
        self._facts = facts = QHBoxLayout()
        facts.setContentsMargins(18, 16, 18, 16)
        facts.setSpacing(2 * _BESIDE)
        for icon_name, kind, figure, more in (
            ("cpu", tr("Processor"), cores, computer.processor),
            ("memory-stick", tr("Memory"), memory_text(computer.memory), free),
            ("gpu", tr("Graphics card"), card, computer.card or tr("The processor does the work")),
        ):
            words = QVBoxLayout()
            words.setSpacing(1)
            words.addWidget(Label(theme, kind, "small", "textMuted"))
            told = ElidedLabel(theme, figure, "body")
            told.setFont(medium("body"))
            words.addWidget(told)
            words.addWidget(ElidedLabel(theme, more, "small", "textSecondary"))
            fact = QHBoxLayout()
            fact.setSpacing(12)
            fact.addWidget(Mark(theme, icon_name), 0, Qt.AlignmentFlag.AlignTop)
            fact.addLayout(words, 1)
            facts.addLayout(fact, 1)
        verdict = QHBoxLayout()
        verdict.setContentsMargins(18, 10, 18, 10)
        verdict.setSpacing(8)
        verdict.addWidget(Mark(theme, "circle-check", "success", 16))
        verdict.addWidget(Label(theme, tr(computer.verdict), "label", wrap=True), 1)
        self._rule = Rule(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(facts)
        column.addWidget(self._rule)
        column.addLayout(verdict)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = QPainter(self), self._theme
        painter.save()
        painter.setClipRect(self.rect().adjusted(0, self._rule.geometry().bottom() + 1, 0, 0))
        paint.box(painter, self.rect(), self._corner, theme.color("sunken"), theme.color("border"))
        painter.restore()
        painter.setPen(theme.color("border"))
        for number in range(1, self._facts.count()):
            area = self._facts.itemAt(number).geometry()
            painter.drawLine(area.left() - _BESIDE, area.top() + 4, area.left() - _BESIDE, area.bottom() - 4)


class _Room(QWidget):
    """The picture: a quiet room, in the colours of the house in both themes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedWidth(grown(_ROOM_WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        paint.box(painter, self.rect(), 12, theme.brand("bottle"))
        ratio = self.devicePixelRatioF()
        left, top = 36.0, 32.0
        # The mark has the colour of the wall around it: what is seen of it is smaller, and is to fit the name.
        painter.drawPixmap(int(left) - 9, int(top) - 7, icons.brand("snug-mark", 40, 40, ratio))
        plaster = theme.brand("plaster")
        paint.draw_text(painter, QRectF(left + 34, top, 200, 26), "Snug", strong("heading"), plaster, elide=False)
        lines = (tr("A quiet room"), tr("for your questions"))
        high = line_height("display")
        for number, words in enumerate(lines):
            place = QRectF(left, 84 + number * high, self.width() - 2 * left, high)
            paint.draw_text(painter, place, words, font("display"), plaster)
        top = 84 + 2 * high + 10
        for number, words in enumerate((tr("Snug runs AI on this computer."), tr("What you type stays in the room."))):
            place = QRectF(left, top + number * line_height("message"), self.width() - 2 * left, line_height("message"))
            paint.draw_text(painter, place, words, font("message"), theme.brand("plasterDim"))
        low = top + 2 * line_height("message") + 16
        width, height = _PICTURE
        share = min(1.0, (self.height() - low) / height, (self.width() - 24) / width)
        if share > 0.3:
            wide, tall = int(width * share), int(height * share)
            picture = icons.brand("first-run-snug", wide, tall, ratio)
            painter.drawPixmap((self.width() - wide) // 2, self.height() - tall, picture)
