"""What else can be chosen about loading: a row for each, the rare ones folded away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.models import NO_DRAFT, CacheType, FlashAttention
from desktop.domain.placement import PlacementView
from desktop.translation import tr, tr_count, tr_later
from desktop.ui.inspector.rows import Row
from desktop.ui.parts import paint
from desktop.ui.parts.buttons import Pressable
from desktop.ui.parts.fonts import medium
from desktop.ui.parts.marks import Rule
from desktop.ui.parts.select import Select
from desktop.ui.parts.stepper import Stepper
from desktop.ui.parts.toggles import Switch
from desktop.ui.theme import Theme

_CACHE = {
    CacheType.F16: tr_later("Full, f16"),
    CacheType.Q8_0: tr_later("Half, q8_0"),
    CacheType.Q4_0: tr_later("Quarter, q4_0"),
}
_FLASH = {FlashAttention.AUTO: tr_later("Auto"), FlashAttention.ON: tr_later("On"), FlashAttention.OFF: tr_later("Off")}
_SELECT_WIDTH = 148
_LEAST_BATCH, _MOST_BATCH = 32, 4096
_MOST_THREADS = 256


class OptionsSection(QWidget):
    """Each control sends its field of ``LoadOptions``."""

    def __init__(self, theme: Theme, choose: Callable[..., None]) -> None:
        super().__init__()
        self._theme = theme
        self._used_threads = 0
        self.cache = self._select(tr("Memory detail"), "cacheType", list(map(tr, _CACHE.values())))
        self.cache.chosen.connect(lambda place: choose(cache_type=list(_CACHE)[place]))
        self._cache_row = Row(theme, tr("Memory detail"), tr("KV cache precision"), self.cache)
        self.threads = Stepper(theme, tr("Processor threads"), 0, _MOST_THREADS, tr("Auto"), self._step_threads)
        self.threads.setObjectName("threads")
        self.threads.valueChanged.connect(lambda threads: choose(threads=threads))
        self._threads_row = Row(theme, tr("Processor threads"), "", self.threads)
        self.draft = Switch(theme, tr("Helper that guesses ahead"))
        self.draft.setObjectName("draft")
        self.draft.clicked.connect(lambda on: choose(draft="" if on else NO_DRAFT))
        self._draft_row = Row(theme, tr("Helper that guesses ahead"), "", self.draft)
        self._helper = _stack(theme, Rule(theme), self._draft_row, ruled=False)
        self.flash = self._select(tr("Faster attention"), "flashAttention", list(map(tr, _FLASH.values())))
        self.flash.chosen.connect(lambda place: choose(flash_attention=list(_FLASH)[place]))
        self.batch = Stepper(theme, tr("Tokens read at once"), _LEAST_BATCH, _MOST_BATCH, step=_double)
        self.batch.setObjectName("batch")
        self.batch.valueChanged.connect(lambda batch: choose(batch=batch))
        self.lock = Switch(theme, tr("Keep in memory"))
        self.lock.setObjectName("lockMemory")
        self.lock.clicked.connect(lambda on: choose(lock_memory=on))
        self.map_file = Switch(theme, tr("Read the file as needed"))
        self.map_file.setObjectName("mapFile")
        self.map_file.clicked.connect(lambda on: choose(map_file=on))
        self.more = Fold(theme, tr("More"))
        self.more.setObjectName("moreOptions")
        self._folded = _stack(
            theme,
            Row(theme, tr("Faster attention"), tr("Flash attention"), self.flash),
            Row(theme, tr("Tokens read at once"), tr("Batch size"), self.batch),
            Row(theme, tr("Keep in memory"), tr("Never swapped out, mlock"), self.lock),
            Row(theme, tr("Read the file as needed"), tr("Memory mapping, mmap"), self.map_file),
        )
        self._folded.setObjectName("foldedOptions")
        self._folded.hide()
        self.more.toggled.connect(self._folded.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(0)
        column.addWidget(_stack(theme, self._cache_row, self._threads_row))
        column.addWidget(self._helper)
        column.addWidget(Rule(theme))
        column.addWidget(self.more)
        column.addWidget(self._folded)

    def show_view(self, view: PlacementView) -> None:
        options = view.options
        self.cache.set_current(list(_CACHE).index(options.cache_type))
        missing = options.cache_type is not CacheType.F16 and options.flash_attention is FlashAttention.OFF
        self._cache_row.say(tr("Needs flash attention, see More") if missing else tr("KV cache precision"), missing)
        self._used_threads = view.threads
        self.threads.show_value(options.threads)
        cores = tr_count(view.cores, "1 core", "%n cores")
        auto = options.threads == 0 and view.threads > 0
        self._threads_row.say(
            tr("Auto: {threads} of {cores}").format(threads=view.threads, cores=cores)
            if auto
            else tr("{cores} in this computer").format(cores=cores)
        )
        self._helper.setVisible(bool(view.draft))
        self._draft_row.say(tr("Draft model: {name}").format(name=view.draft))
        self.draft.setChecked(view.drafts)
        self.flash.set_current(list(_FLASH).index(options.flash_attention))
        self.batch.show_value(options.batch)
        self.lock.setChecked(options.lock_memory)
        self.map_file.setChecked(options.map_file)

    def _select(self, name: str, key: str, choices: list[str]) -> Select:
        select = Select(self._theme, name, choices)
        select.setObjectName(key)
        widest = max(select.fontMetrics().horizontalAdvance(choice) for choice in choices)
        select.setMinimumWidth(max(_SELECT_WIDTH, widest + 50))
        return select

    def _step_threads(self, value: int, steps: int) -> int:
        # From Auto it goes on from the number that Auto came to.
        return max(0, (value or self._used_threads) + steps)


class Fold(Pressable):
    """A row that shows and hides what is below it."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(theme, text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._say)
        self._say(False)

    def sizeHint(self) -> QSize:
        return QSize(120, paint.tall(36, "body", 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        # Its words stand on the page's edge: a ground would begin where they do.
        ink = self.fill("textMuted", "textPrimary", "textPrimary")
        paint.draw_text(painter, self.rect().toRectF(), self.text(), medium("body"), theme.color("textPrimary"))
        mark = QRectF(self.width() - 20, 0, 16, self.height())
        paint.draw_icon(painter, "chevron-down" if self.isChecked() else "chevron-right", ink, mark, 16)

    def _say(self, opened: bool) -> None:
        self.setAccessibleDescription(tr("Opened") if opened else tr("Closed"))
        self.update()


def _stack(theme: Theme, *rows: QWidget, ruled: bool = True) -> QWidget:
    """Rows under each other, ``ruled`` with lines between them."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, row in enumerate(rows):
        if place and ruled:
            column.addWidget(Rule(theme))
        column.addWidget(row)
    return holder


def _double(value: int, steps: int) -> int:
    return value << steps if steps >= 0 else value >> -steps
