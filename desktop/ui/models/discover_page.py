"""Discover: a list of models, filters over it, and the model that is looked at beside it.

It shows what the services say and sends what was asked for; it connects to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.downloads import DownloadState, Order
from desktop.domain.hub import Sort
from desktop.domain.licences import Use, licence_of
from desktop.domain.listing import Detail, Listed, Wanted
from desktop.domain.names import file_text
from desktop.translation import tr, tr_later
from desktop.ui.models.found_list import FoundList
from desktop.ui.models.model_detail import ModelDetail
from desktop.ui.parts.buttons import Button, Kind, Scale
from desktop.ui.parts.fields import Field
from desktop.ui.parts.flow import Flow
from desktop.ui.parts.labels import Label
from desktop.ui.parts.marks import Chip, Rule
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.select import Select
from desktop.ui.settings.rows import Mark
from desktop.ui.theme import Theme, grown

LIST_WIDTH = 364
_SORTS = {
    Sort.TRENDING: tr_later("Trending"),
    Sort.DOWNLOADS: tr_later("Most downloaded"),
    Sort.LIKES: tr_later("Most liked"),
    Sort.UPDATED: tr_later("Updated last"),
    Sort.NEWEST: tr_later("Newest"),
}
_PAUSE_MS = 150


class DiscoveryService(Protocol):
    """What the page needs of ``services.discovery.Discovery``."""

    changed: Any
    detail_changed: Any

    def listed(self) -> list[Listed]: ...
    def online(self) -> bool: ...
    def asking(self) -> bool: ...
    def has_more(self) -> bool: ...
    def updated(self) -> str: ...
    def detail(self) -> Detail | None: ...
    def sort(self) -> Sort: ...
    def wanted(self) -> Wanted: ...
    def filter(self, text: str) -> None: ...
    def choose(self, wanted: Wanted) -> None: ...
    def search(self, text: str) -> None: ...
    def sort_by(self, sort: Sort) -> None: ...
    def more(self) -> None: ...
    def open(self, repo: str) -> None: ...
    def look_up(self) -> None: ...


class DownloadService(Protocol):
    """What the page needs of the downloads."""

    changed: Any

    def downloads(self) -> Sequence[Any]: ...
    def here(self, repo: str) -> frozenset[str]: ...
    def pause(self, download: int) -> None: ...
    def cancel(self, download: int) -> None: ...


class Wishes(NamedTuple):
    """What the page asks of the window."""

    download: Callable[[Detail, str], None]
    """A model, and the name of the file."""
    chat: Callable[[Detail, str], None]
    licence: Callable[[Detail], None]
    site: Callable[[str], None]
    link: Callable[[str], None]
    free: Callable[[], int]
    """Bytes that are free where downloads go; 0: not known."""
    resume: Callable[[int], None]
    """Go on with a download, or try again."""
    look: Callable[[], None]
    """Look at the disk again."""
    host: str
    """The hub's address."""


class DiscoverPage(QWidget):
    """``actions`` belongs into the head of the room.

    Signals:
        told: a sentence for the toast.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, discovery: DiscoveryService, downloads: DownloadService, wishes: Wishes) -> None:
        super().__init__()
        self._theme = theme
        self._discovery = discovery
        self._downloads = downloads
        self._wishes = wishes
        self._begun: set[str] = set()
        self.setObjectName("discoverPage")
        self.field = Field(theme, tr("Search models"), "search")
        self.field.setObjectName("searchModels")
        self.field.setPlaceholderText(tr("Search models"))
        self.field.setMinimumWidth(grown(200))
        self.field.setMaximumWidth(grown(280))
        self.fits = Chip(theme, tr("Fits this computer"), "monitor-check")
        self.vision = Chip(theme, tr("Vision"), "eye")
        self.reasoning = Chip(theme, tr("Reasoning"), "brain")
        self.licence = Chip(theme, tr("Licence"), "scale", opens_menu=True)
        self.sort = Select(theme, tr("Order"), list(map(tr, _SORTS.values())))
        self.list = FoundList(theme)
        self.setFocusProxy(self.field)
        self.ask_hub = Button(theme, "", scale=Scale.SMALL, icon_name="search")
        self.ask_hub.setObjectName("askHub")
        self.more = Button(theme, tr("Show more"), Kind.QUIET, Scale.SMALL)
        self.more.setObjectName("showMore")
        self.note = Label(theme, "", "small", "textMuted", wrap=True)
        self.detail = ModelDetail(theme)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_PAUSE_MS)
        self._typing.timeout.connect(self._filter)
        self.actions = self._make_actions()
        self._lay_out()
        self._connect()
        self.tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._left.setFixedWidth(min(grown(LIST_WIDTH), self.width() * 2 // 5))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Another program, or a command, was in front.
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and self.isActiveWindow():
            self._wishes.look()

    def refresh(self) -> None:
        """The page is shown."""
        self.tell()
        self._wishes.look()

    # What the services say

    def tell(self) -> None:
        """Say what holds now."""
        discovery, theme_text = self._discovery, self.field.text().strip()
        detail = discovery.detail()
        begun, rows = self._begun_elsewhere(), discovery.listed()
        self._begun = set(begun)
        begun = {repo: order for repo, order in begun.items() if repo not in {each.repo for each in rows}}
        rows = [_listed(order) for order in begun.values()] + rows
        self.list.show_rows(rows, detail.listed.repo if detail is not None else "")
        asks = not discovery.online()
        self.ask_hub.setVisible(asks)
        self.ask_hub.setEnabled(not discovery.asking())
        words = tr("Ask the hub for “{text}”").format(text=theme_text[:14]) if theme_text else tr("Ask the hub")
        self.ask_hub.setText(tr("Asking…") if discovery.asking() else words)
        self.more.setVisible(discovery.online() and discovery.has_more())
        self.more.setEnabled(not discovery.asking())
        self.sort.setVisible(discovery.online())
        if asks:
            said = tr("Snug’s own list, {updated}. Nobody was asked.").format(updated=tr(discovery.updated()))
            self.note.setText(said if rows else " ".join((tr("None of Snug’s own list fits."), said)))
        else:
            self.note.setText(
                tr("From {host}.").format(host=self._wishes.host) if rows else tr("The hub found nothing that fits.")
            )
        free = self._wishes.free()
        self.free.setText(tr("{size} free").format(size=file_text(free)) if free else "")
        self.disk.setVisible(bool(free))
        self._tell_detail()

    def _tell_detail(self) -> None:
        self.detail.show_detail(self._discovery.detail())
        self.list.show_opened(self._opened())
        self._tell_downloads()

    def _begun_elsewhere(self) -> dict[str, Order]:
        """What was begun and is neither in Snug's own list nor here: before that list, so that it is found again."""
        if self._discovery.online() or self.field.text().strip():
            return {}
        begun = [each.order for each in self._downloads.downloads() if each.state is not DownloadState.DONE]
        return {order.repo: order for order in begun}

    def _tell_downloads(self) -> None:
        if self._begun_elsewhere().keys() != self._begun:
            self.tell()
            return
        repo = self._opened()
        mine = [each for each in self._downloads.downloads() if each.order.repo == repo]
        self.detail.show_downloads(mine, self._downloads.here(repo))

    def _opened(self) -> str:
        detail = self._discovery.detail()
        return detail.listed.repo if detail is not None else ""

    # Wiring

    def _make_actions(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        row.addStretch(1)
        self.disk = Mark(self._theme, "hard-drive", "textSecondary", 16)
        row.addWidget(self.disk)
        self.free = Label(self._theme, "", "label", "textSecondary")
        row.addWidget(self.free)
        return holder

    def _lay_out(self) -> None:
        theme = self._theme
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 14, 24, 14)
        bar.setSpacing(20)
        bar.addWidget(self.field, 1)
        chips = Flow(8)
        for chip in (self.fits, self.vision, self.reasoning, self.licence):
            chips.addWidget(chip)
        bar.addLayout(chips, 2)
        bar.addWidget(self.sort)
        under = QVBoxLayout()
        under.setContentsMargins(12, 4, 12, 8)
        under.setSpacing(8)
        under.addWidget(self.ask_hub)
        under.addWidget(self.more)
        under.addWidget(self.note)
        left = self._left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.list, 1)
        column.addLayout(under)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(left)
        body.addWidget(_Line(theme))
        body.addWidget(self.detail, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(bar)
        whole.addWidget(Rule(theme))
        whole.addLayout(body, 1)

    def _connect(self) -> None:
        discovery, table, downloads = self._discovery, self.detail.table, self._downloads
        discovery.changed.connect(self.tell)
        discovery.detail_changed.connect(self._tell_detail)
        downloads.changed.connect(self._tell_downloads)
        self.field.textChanged.connect(lambda _: self._typing.start())
        self.field.returnPressed.connect(self._search)
        self.ask_hub.clicked.connect(self._search)
        self.more.clicked.connect(discovery.more)
        self.sort.chosen.connect(lambda place: discovery.sort_by(list(_SORTS)[place]))
        for chip in (self.fits, self.vision, self.reasoning):
            chip.toggled.connect(lambda _: self._choose())
        self.licence.clicked.connect(self._open_licences)
        self.list.opened.connect(discovery.open)
        self.detail.look_requested.connect(discovery.look_up)
        self.detail.site_requested.connect(self._wishes.site)
        self.detail.link_activated.connect(self._wishes.link)
        self.detail.licence_requested.connect(lambda: self._with_detail(self._wishes.licence))
        table.download_requested.connect(lambda name: self._with_detail(lambda it: self._wishes.download(it, name)))
        self.detail.draft_requested.connect(lambda name: self._with_detail(lambda it: self._wishes.download(it, name)))
        table.chat_requested.connect(lambda name: self._with_detail(lambda it: self._wishes.chat(it, name)))
        table.pause_requested.connect(downloads.pause)
        table.resume_requested.connect(self._wishes.resume)
        table.cancel_requested.connect(downloads.cancel)

    def _with_detail(self, wish: Callable[[Detail], None]) -> None:
        detail = self._discovery.detail()
        if detail is not None:
            wish(detail)

    def _filter(self) -> None:
        # What the hub found goes with the words that it was asked for.
        self._discovery.filter(self.field.text().strip())

    def _search(self) -> None:
        self._typing.stop()
        self._discovery.search(self.field.text().strip())

    def _choose(self, **changed: Use | None) -> None:
        wanted = self._discovery.wanted()._replace(
            fits=self.fits.isChecked(),
            vision=self.vision.isChecked(),
            reasoning=self.reasoning.isChecked(),
            **changed,
        )
        self._discovery.choose(wanted)

    def _open_licences(self) -> None:
        menu = Menu(self._theme, tr("Licence"), self.licence)
        menu.aboutToHide.connect(menu.deleteLater)
        now = self._discovery.wanted().use
        for use in (None, Use.WORK, Use.CREDIT, Use.OWN_TERMS, Use.NOT_COMMERCIAL):
            words = tr(use.value) if use is not None else tr("Any licence")
            menu.add_choice(words, use is now).triggered.connect(lambda _=False, use=use: self._choose_use(use))
        menu.open_below(self.licence)

    def _choose_use(self, use: Use | None) -> None:
        self.licence.setText(tr("Licence") if use is None else tr(use.value))
        self.licence.updateGeometry()
        self._choose(use=use)


def _listed(order: Order) -> Listed:
    return Listed(
        order.repo,
        order.name,
        tr("{publisher}, not finished").format(publisher=order.publisher),
        licence_of(order.licence),
    )


class _Line(QWidget):
    """A line between the list and what is looked at."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rule = Rule(theme, parent=self)
        self.setFixedWidth(1)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._rule.setFixedSize(1, self.height())
