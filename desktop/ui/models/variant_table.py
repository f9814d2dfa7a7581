"""The files of a model: size, quality in bars and words, whether it fits, and its download. It knows no service."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.downloads import Download, DownloadState, line_of
from desktop.domain.fitness import Fitness
from desktop.domain.listing import Offered
from desktop.domain.names import file_text
from desktop.domain.quants import Quality
from desktop.translation import tr
from desktop.ui.models.found_list import FITS
from desktop.ui.models.transfer import Transfer
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Button, IconButton, Scale
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.labels import ElidedLabel, Label
from desktop.ui.parts.marks import Badge, Panel, Rule
from desktop.ui.theme import Theme, font, grown, size

_COLUMNS = 5
_BARS = 5


class VariantTable(Panel):
    """Signals: the name of the file that is to be downloaded (its variant's), and of what is to become of a download.

    chat_requested: the file that is here already is to be talked to.
    """

    download_requested = Signal(str)
    chat_requested = Signal(str)
    pause_requested = Signal(int)
    resume_requested = Signal(int)
    cancel_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, fill="surface")
        self._offered: tuple[Offered, ...] = ()
        self._downloads: tuple[Sequence[Download], frozenset[str]] = ((), frozenset())
        self._stacked = False
        """Whether a row takes two lines: there is no room for one."""
        self._rows: list[_Row] = []
        self.setObjectName("variantTable")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._inside: QWidget | None = None
        self._wanted = 0

    def show_offered(self, offered: tuple[Offered, ...]) -> None:
        """Show these files."""
        if offered != self._offered or self._inside is None:
            self._offered = offered
            self._build(stacked=False)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        # As narrow as it gets when its rows are stacked, which it finds out when it is made so narrow.
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), grown(300)), hint.height())

    def _fit(self) -> None:
        if self._inside is None or not self._offered:
            return
        if not self._stacked and self._inside.minimumSizeHint().width() > self.width() - 2:
            self._wanted = self._inside.minimumSizeHint().width()
            self._build(stacked=True)
        elif self._stacked and self._wanted <= self.width() - 2:
            self._build(stacked=False)

    def _build(self, *, stacked: bool) -> None:
        self._stacked = stacked
        if self._inside is not None:
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        self._column.addWidget(self._inside)
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(16, 0, 12, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        self._heads(grid)
        self._rows = []
        for place, each in enumerate(self._offered):
            if place:
                grid.addWidget(Rule(self._theme), 1 + 4 * place, 0, 1, _COLUMNS)
            self._rows.append(_Row(self, self._theme, grid, 2 + 4 * place, each, stacked=stacked))
        self.show_downloads(*self._downloads)

    def show_downloads(self, downloads: Sequence[Download], here: frozenset[str]) -> None:
        """Say how the downloads of these files go, and which of the files are here already (``here``: variants)."""
        self._downloads = (downloads, here)
        by_file = {each.order.files[0].name: each for each in downloads}
        for row in self._rows:
            row.tell(by_file.get(row.name), row.name in here)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = QPainter(self), self._theme
        painter.setClipRect(0, 0, self.width(), _head_height() + 1)
        paint.box(painter, self.rect(), 12, theme.color("codeHeader"), theme.color("border"))
        paint.fill(painter, QRectF(0, _head_height(), self.width(), 1), theme.color("border"))

    def _heads(self, grid: QGridLayout) -> None:
        for column, words in enumerate((tr("File"), tr("Size"), tr("Quality"), tr("Fit"))[: 3 if self._stacked else 4]):
            head = Label(self._theme, words, "small", "textSecondary")
            head.setFont(medium("small"))
            if column == 1:
                head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, column)
        grid.setRowMinimumHeight(0, _head_height())


class _Row:
    """The widgets of one file in the grid."""

    def __init__(
        self, table: VariantTable, theme: Theme, grid: QGridLayout, at: int, offered: Offered, *, stacked: bool
    ) -> None:
        self._table = table
        self._theme = theme
        self.name = offered.variant.name
        self._download: Download | None = None
        variant, judged = offered.variant, offered.judged
        quant = variant.quant.name or "GGUF"
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(1)
        named = Label(theme, quant, "codeSmall")
        column.addWidget(named)
        if offered.suggested:
            mark = Label(theme, tr("Suggested"), "small", "accentText")
            mark.setFont(medium("small"))
            column.addWidget(mark)
        many = Label(theme, file_text(variant.size), "label", "textSecondary").tabular()
        many.setFont(font("label"))
        many.setAlignment(Qt.AlignmentFlag.AlignRight)
        quality = QWidget()
        beside = QHBoxLayout(quality)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(9)
        beside.addWidget(Bars(theme, variant.quant.quality))
        told = ElidedLabel(theme, tr(variant.quant.quality.words), "label", "textSecondary")
        told.setFont(font("label"))
        beside.addWidget(told, 1)
        grid.addWidget(words, at, 0)
        grid.addWidget(many, at, 1)
        grid.addWidget(quality, at, 2)
        if judged.fitness in FITS:
            tone, icon_name = FITS[judged.fitness]
            badge = Badge(theme, tr(judged.fitness), tone, icon_name)
            left = Qt.AlignmentFlag.AlignLeft
            if stacked:
                grid.addWidget(badge, at + 1, 0, 1, 2, left | Qt.AlignmentFlag.AlignVCenter)
            else:
                grid.addWidget(badge, at, 3, left)
        what = f"{quant}, {file_text(variant.size)}"
        self._get = Button(theme, tr("Download"), scale=Scale.SMALL, icon_name="download")
        self._get.setAccessibleName(tr("Download {what}").format(what=what))
        self._get.clicked.connect(lambda: table.download_requested.emit(self.name))
        self._chat = Button(theme, tr("Chat"), scale=Scale.SMALL)
        self._chat.setAccessibleName(tr("Chat with {what}").format(what=what))
        self._chat.clicked.connect(lambda: table.chat_requested.emit(self.name))
        self._pause = IconButton(theme, "pause", tr("Pause the download"), small=True)
        self._pause.clicked.connect(self._pause_or_resume)
        self._cancel = IconButton(theme, "x", tr("Cancel the download"), small=True)
        self._cancel.clicked.connect(self._stop)
        needs = Label(theme, tr("Needs {size}").format(size=file_text(judged.needs)), "small", "textMuted")
        self._needs = needs if judged.fitness is Fitness.TOO_BIG else None
        actions = QWidget()
        row = QHBoxLayout(actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        for widget in (self._get, self._chat, self._pause, self._cancel):
            row.addWidget(widget)
        if self._needs is not None:
            row.addWidget(needs)
        if stacked:
            grid.addWidget(actions, at + 1, 2, 1, _COLUMNS - 2)
            grid.setRowMinimumHeight(at + 1, max(46, size("tableRow")))
        else:
            grid.addWidget(actions, at, 4)
        grid.setRowMinimumHeight(at, max(46, size("tableRow")))
        self._transfer = Transfer(theme)
        grid.addWidget(self._transfer, at + 2, 0, 1, _COLUMNS)
        self.tell(None, here=False)

    def tell(self, download: Download | None, here: bool) -> None:
        self._download = download
        under_way = download is not None and download.state is not DownloadState.DONE
        self._get.setVisible(not under_way and not here and self._needs is None)
        self._chat.setVisible(not under_way and here)
        if self._needs is not None:
            self._needs.setVisible(not under_way and not here)
        self._pause.setVisible(under_way)
        self._cancel.setVisible(under_way)
        self._transfer.setVisible(under_way)
        if download is not None and under_way:
            stands = download.state in (DownloadState.PAUSED, DownloadState.FAILED)
            name = tr("Try again") if download.state is DownloadState.FAILED else tr("Go on with the download")
            self._pause.set_icon_name("play" if stands else "pause")
            self._pause.set_name(name if stands else tr("Pause the download"))
            self._transfer.tell(line_of(download))

    def _pause_or_resume(self) -> None:
        if self._download is not None:
            stands = self._download.state in (DownloadState.PAUSED, DownloadState.FAILED)
            (self._table.resume_requested if stands else self._table.pause_requested).emit(self._download.id)

    def _stop(self) -> None:
        if self._download is not None:
            self._table.cancel_requested.emit(self._download.id)


def _head_height() -> int:
    return paint.tall(36, "small", 16)


class Bars(QWidget):
    """How good, in bars out of five."""

    def __init__(self, theme: Theme, quality: Quality) -> None:
        super().__init__()
        self._theme = theme
        self._quality = quality
        self.setAccessibleName(tr("{number} of {all}").format(number=quality.bars, all=_BARS))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_BARS * 7 - 1, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        for place in range(_BARS):
            color = theme.color("accent" if place < self._quality.bars else "trackOff")
            paint.box(painter, QRectF(place * 7, 0, 6, self.height()), 1.5, color)
