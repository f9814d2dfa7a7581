"""The models at home, as the window has them: the service and the room, made when they are asked for first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.models import InstalledModel
from desktop.translation import tr
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.models.discover_page import DiscoverPage
    from desktop.ui.models.discovering import Discovering
    from desktop.ui.models.room import ModelsRoom


class ModelsHome(QObject):
    """``models`` is the model service, ``make_shelf`` makes the one that keeps the files, ``make_shop`` those that find
    and fetch them, ``reveal`` shows a file in its folder, ``speed`` says how many tokens a model writes per second (0:
    not known). Questions lie over ``window``.

    Signals:
        told: a sentence for the toast.
        refused: an ``AppError``.
        closed: back to the chats.
        chat_requested: a new chat with the model of this id.
        benchmark_requested: that model is to be measured.
        link_activated: an address outside; nothing was opened.
    """

    told = Signal(str)
    refused = Signal(object)
    closed = Signal()
    chat_requested = Signal(int)
    benchmark_requested = Signal(int)
    link_activated = Signal(str)

    def __init__(
        self,
        theme: Theme,
        models: Any,
        make_shelf: Callable[[], Any],
        make_shop: Callable[[], Any] | None,
        reveal: Callable[[str], None],
        speed: Callable[[InstalledModel], float],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._make_shop = make_shop
        self._discovering: Discovering | None = None
        self._theme = theme
        self._models = models
        self._make_shelf = make_shelf
        self._reveal = reveal
        self._speed = speed
        self._shelf: Any = None
        self._room: ModelsRoom | None = None

    @property
    def shelf(self) -> Any:
        if self._shelf is None:
            self._shelf = self._make_shelf()
            self._shelf.refused.connect(self.refused)
            self._shelf.told.connect(self.told)
        return self._shelf

    def room(self) -> ModelsRoom:
        if self._room is None:
            self._room = self._make_room()
        return self._room

    def take(self, paths: list[str]) -> None:
        """Files and folders were dropped. One file is loaded at once; several, a folder, or whatever is dropped while
        the models are open goes to the list."""
        is_open = self._room is not None and self._room.isVisible()
        if is_open or len(paths) > 1 or not paths[0].lower().endswith(".gguf"):
            self.shelf.add(paths)
        else:
            self._models.add(paths[0])

    def fetch(self, repo: str) -> None:
        """Fetch the file of a repository that suits this computer."""
        self.room()
        if self._discovering is not None:
            self._discovering.fetch(repo)

    def tell(self) -> None:
        """Something that the services here do not know of has changed: how fast the models are."""
        if self._room is not None:
            self._room.tell()

    def _make_room(self) -> ModelsRoom:
        from desktop.ui.models.installed_page import InstalledPage, Wishes
        from desktop.ui.models.room import Entry, ModelsRoom

        shop = self._make_shop() if self._make_shop is not None else None
        look = partial(self._look_for_newer, shop)
        find = None if shop is None else lambda: self.room().open("discover")
        wishes = Wishes(self.chat_requested.emit, self.benchmark_requested.emit, self._reveal, self._speed, look, find)
        page = InstalledPage(self._theme, self.shelf, self._models, wishes)
        page.told.connect(self.told)
        entries = [Entry("installed", tr("Installed"), page, page.actions)]
        if shop is not None:
            discover = self._make_discover(shop)
            entries.insert(0, Entry("discover", tr("Discover"), discover, discover.actions))
        room = ModelsRoom(self._theme, entries)
        room.closed.connect(self.closed)
        return room

    def _look_for_newer(self, shop: Any, model: InstalledModel) -> None:
        from desktop.ui.models.questions import ask_to_replace

        def told(answer: Any) -> None:
            if answer.order is None:
                self.told.emit(answer.words)
            else:
                ask_to_replace(self._theme, self._window, answer.words, lambda: shop.downloads.add(answer.order))

        if shop is not None:
            shop.newer.look(model, told)

    def _make_discover(self, shop: Any) -> DiscoverPage:
        from desktop.ui.models.discovering import Discovering

        for service in (shop.discovery, shop.downloads, shop.terms, shop.access, shop.newer):
            service.refused.connect(self.refused)
        for service in (shop.downloads, shop.access):
            service.told.connect(self.told)
        made = Discovering(
            self._theme,
            self._window,
            shop,
            self.shelf.free,
            self.shelf.refresh,
            self.chat_requested.emit,
            self.link_activated.emit,
        )
        self._discovering = made
        self.shelf.changed.connect(made.page.tell)
        self._models.changed.connect(made.page.tell)
        return made.page
