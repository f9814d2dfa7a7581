"""Discover with its services: what is asked before a download, and what happens then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.courier.ways import Ways
from desktop.domain.hub import CLOSED
from desktop.domain.listing import Detail, Listed
from desktop.services.access import Known
from desktop.ui.models import terms_dialog
from desktop.ui.models.discover_page import DiscoverPage, Wishes
from desktop.ui.models.token_dialog import AskToken
from desktop.ui.theme import Theme


class Discovering:
    """``shop`` is ``house.Shop``. Questions lie over ``window``; ``free`` tells the bytes that are free where downloads
    go, ``look`` counts them
    anew, ``chat`` begins a chat with the model of an id, ``open_link`` an address outside."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        shop: Any,
        free: Callable[[], int],
        look: Callable[[], None],
        chat: Callable[[int], None],
        open_link: Callable[[str], None],
    ) -> None:
        self._theme = theme
        self._window = window
        self._shop = shop
        self._begin_chat = chat
        self._open_link = open_link
        self._look_at_disk = look
        self._after_look: tuple[str, str] | None = None
        """A repository and a quantization that are fetched as soon as the publisher's list is there."""
        wishes = Wishes(
            self._download,
            self._chat,
            self._read_licence,
            self._site,
            open_link,
            free,
            self._resume,
            self._look,
            shop.access.host,
        )
        self.page = DiscoverPage(theme, shop.discovery, shop.downloads, wishes)
        shop.discovery.detail_changed.connect(self._looked)

    def _look(self) -> None:
        """At what may have changed meanwhile: files, and the queue of downloads."""
        self._look_at_disk()
        self._shop.downloads.look()

    def fetch(self, repo: str) -> None:
        """Look at a model and fetch the file that suits this computer."""
        self._shop.discovery.open(repo)
        detail: Detail | None = self._shop.discovery.detail()
        best = next((each for each in detail.offered if each.suggested), None) if detail is not None else None
        if detail is not None and best is not None:
            self._download(detail, best.variant.name)

    # --- inside

    def _download(self, detail: Detail, name: str) -> None:
        """What Snug's own list knows is about right: the publisher's list says what there really is."""
        shop = self._shop
        if not detail.revision:
            chosen = next(each for each in detail.offered if each.variant.name == name)
            self._after_look = (detail.listed.repo, chosen.variant.quant.name)
            shop.discovery.look_up()
            return
        if detail.listed.gated and shop.access.known() is Known.NONE:
            self._ask_token(detail.listed, lambda: self._download(detail, name))
            return
        shop.terms.are_open(detail, lambda are_open: self._fetch(detail, name, asks=are_open))

    def _resume(self, number: int) -> None:
        """Go on; where the hub did not let Snug in, say who asks first."""
        downloads = self._shop.downloads
        stopped = next((each for each in downloads.downloads() if each.id == number), None)
        detail: Detail | None = self._shop.discovery.detail()
        if detail is not None and stopped is not None and stopped.code in CLOSED:
            self._ask_token(detail.listed, lambda: downloads.resume(number))
        else:
            downloads.resume(number)

    def _ask_token(self, model: Listed, then: Callable[[], None]) -> None:
        access = self._shop.access
        question = AskToken(self._theme, self._window, access.host, model.name)
        question.site.clicked.connect(lambda: self._site(model.repo))
        question.tokens.clicked.connect(lambda: self._open_link(f"{Ways.chosen().endpoint}/settings/tokens"))
        question.chosen.connect(lambda token: access.enter(token, then))
        question.ask()

    def _looked(self) -> None:
        detail: Detail | None = self._shop.discovery.detail()
        if self._after_look is None or detail is None or detail.looking:
            return
        (repo, quant), self._after_look = self._after_look, None
        if detail.listed.repo != repo or not detail.revision:
            return
        same = [each.variant.name for each in detail.offered if each.variant.quant.name == quant]
        if same:
            self._download(detail, same[0])

    def _fetch(self, detail: Detail, name: str, *, asks: bool) -> None:
        shop = self._shop
        order = detail.order(name)

        def go() -> None:
            shop.downloads.add(order)

        if not asks:
            go()
            return
        question = terms_dialog.AskTerms(self._theme, self._window, detail, detail.variant(name))
        question.read.clicked.connect(lambda: self._read_licence(detail))
        question.accepted.connect(lambda: shop.terms.agree(detail, go))
        question.ask()

    def _chat(self, detail: Detail, name: str) -> None:
        model = self._shop.downloads.model_of(detail.listed.repo, name)
        if model is not None:
            self._begin_chat(model.id)

    def _read_licence(self, detail: Detail) -> None:
        if not detail.licence_file:
            self._site(detail.listed.repo)
            return

        def show(text: str) -> None:
            terms_dialog.ShowLicence(self._theme, self._window, detail.listed.licence.line, text).ask()

        self._shop.terms.read(detail, show)

    def _site(self, repo: str) -> None:
        self._open_link(f"{Ways.chosen().endpoint}/{repo}")
