"""Everything that the window and the command line work with, wired in one place. Knows no widgets.

Opening goes in an order that loses nothing when a step refuses: folders, log, mark of this process, key, database,
services. ``app`` opens a house for the window, the commands open one for themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from desktop.domain.models import LoadOptions
from desktop.paths import Paths
from desktop.services.chats import ChatService, Memory
from desktop.services.desk import Desk
from desktop.services.folders import FolderService
from desktop.services.instance import Mark
from desktop.services.memory_settings import MemorySettings
from desktop.services.models import ModelService
from desktop.services.prompt_cache import PromptCache
from desktop.services.protection import ProtectionService
from desktop.services.resting import Resting
from desktop.services.speeds import Speeds
from desktop.services.tasks import Worker
from desktop.services.upkeep import Upkeep
from desktop.settings import SettingsFile

if TYPE_CHECKING:
    from desktop.courier.client import CourierClient
    from desktop.engine.client import EngineClient, Launcher
    from desktop.porter import Line
    from desktop.services.access import Access
    from desktop.services.benchmarks import Benchmarks
    from desktop.services.courier import CourierService
    from desktop.services.discovery import Discovery
    from desktop.services.downloads import Downloads
    from desktop.services.newer import Newer
    from desktop.services.placement import Placement
    from desktop.services.privacy import Privacy
    from desktop.services.shelf import Shelf
    from desktop.services.state_files import StateFiles
    from desktop.services.terms import Terms
    from desktop.storage.conversations import Conversations
    from desktop.storage.database import Database
    from desktop.storage.downloads import DownloadStore
    from desktop.storage.folders import FolderStore
    from desktop.storage.ledger import Ledger
    from desktop.storage.library import Library
    from desktop.storage.options import Options
    from desktop.storage.retention import Retention
    from desktop.storage.search import Search
    from desktop.told import Unlocked
    from desktop.vault.keychain import Keychain
    from desktop.vault.keys import Protection
    from desktop.vault.ways import Ways

log = logging.getLogger(__name__)

TEMPORARY_IDS = 1 << 40
"""Chats and messages that are never stored have ids above this one."""


# No dataclasses here: making one takes longer than importing this module.


class Stores(SimpleNamespace):
    """The open database and what reads and writes it."""

    database: Database
    conversations: Conversations
    search: Search
    library: Library
    options: Options
    ledger: Ledger
    downloads: DownloadStore
    retention: Retention
    folders: FolderStore
    states: StateFiles
    ways: Ways
    protection: Protection | None
    """None while they are still opening."""


class Shop(NamedTuple):
    """What finds models, fetches them, knows their terms, and says who asks."""

    discovery: Discovery
    downloads: Downloads
    terms: Terms
    access: Access
    newer: Newer


class House(SimpleNamespace):
    """The services over one data folder."""

    paths: Paths
    settings: SettingsFile
    mark: Mark
    worker: Worker
    stores: Stores
    models: ModelService
    chats: ChatService
    folders: FolderService
    guard: ProtectionService
    upkeep: Upkeep
    cache: PromptCache
    resting: Resting
    speeds: Speeds
    memory: MemorySettings
    line: Line | None
    """To the porter, where there is one."""
    _shelf: Shelf | None = None
    connections_changed: Callable[[], None] = staticmethod(lambda: None)
    """To be called when what is connected, or how a download goes, is another thing than before."""
    _courier: CourierService | None = None
    _downloads: Downloads | None = None
    _access: Access | None = None

    def privacy(self) -> Privacy:
        """*Stay offline* and its evidence. Made when it is asked for: the window does not wait for it."""
        from desktop.services.privacy import Privacy

        return Privacy(self.settings, self.worker, self.line, self.models.running_engine, self._running_courier)

    def courier(self) -> CourierService:
        """Search and downloads. Made with the first one who asks, and started with the first request."""
        if self._courier is None:
            from desktop.services.courier import CourierService

            def folders() -> list[str]:
                return [str(folder) for folder in self.shelf().folders()]

            self._courier = CourierService(
                self.settings, self.worker, self.stores.ledger, self.line, folders, token=self.access().read
            )
            self._courier.moving.connect(self._moved)
            self._courier.still.connect(self._moved)
        return self._courier

    def _moved(self, *_: object) -> None:
        self.connections_changed()

    def hosts(self) -> list[str]:
        """Where connections lead that are open now."""
        return self._courier.hosts() if self._courier is not None else []

    def downloading(self) -> tuple[int, int]:
        """Bytes of the downloads under way that are there, and of all; zeros where there are none."""
        moving = [each for each in self._downloads.downloads() if each.state.moves] if self._downloads else []
        return sum(each.done for each in moving), sum(each.order.size for each in moving)

    def _running_courier(self) -> CourierClient | None:
        return self._courier.running_client() if self._courier is not None else None

    def discovery(self) -> Discovery:
        """Finding models. Made when it is asked for, too; it connects to nothing by itself."""
        from desktop.services import intake
        from desktop.services.discovery import Discovery

        return Discovery(intake.own_list(), lambda: self.courier().client, self.models.memory_here)

    def downloads(self) -> Downloads:
        """The queue of downloads: made when it is asked for first, and one only."""
        if self._downloads is None:
            from desktop.services.downloads import Downloads

            stores, shelf = self.stores, self.shelf()
            self._downloads = Downloads(
                lambda: self.courier().client,
                self.worker,
                stores.downloads,
                stores.library,
                self.models,
                lambda: shelf.folders()[0],
            )
            self._downloads.changed.connect(self._moved)
        return self._downloads

    def shop(self) -> Shop:
        """Where models come from."""
        from desktop.services.newer import Newer
        from desktop.services.terms import Terms

        terms = Terms(lambda: self.courier().client, self.worker, self.stores.downloads)
        newer = Newer(lambda: self.courier().client)
        return Shop(self.discovery(), self.downloads(), terms, self.access(), newer)

    def access(self) -> Access:
        """Who asks the hub. Made when it is asked for first, and one only."""
        if self._access is None:
            from desktop.courier.ways import Ways
            from desktop.services.access import Access
            from desktop.vault.hub_token import HubToken

            def tell(token: str) -> None:
                self.courier().client.tell(token)

            host = Ways.chosen().hub[0]
            self._access = Access(self.settings, self.worker, HubToken(host), host, tell)
        return self._access

    def placement(self) -> Placement:
        """What can be chosen about loading the model. Made when it is asked for, too."""
        from desktop.services.placement import Placement

        return Placement(self.models, self.worker, self.speeds)

    def benchmarks(self) -> Benchmarks:
        """How fast the models are. Made when it is asked for, too."""
        from desktop.services.benchmarks import Benchmarks

        return Benchmarks(self.models, self.worker, self.stores.options)

    def shelf(self) -> Shelf:
        """The models at home. Made when it is asked for first, and one only: it does one thing at a time."""
        if self._shelf is None:
            from desktop.services.shelf import Shelf

            stores = self.stores
            self._shelf = Shelf(
                self.models, self.worker, stores.library, stores.options, self.settings, self.paths.models
            )
        return self._shelf

    def close(self) -> None:
        """Everything on disk, the engine gone, the database closed. Safe to call when something of it failed."""
        self.chats.close()
        if self._shelf is not None:
            self._shelf.close()
        if self._courier is not None:
            self._courier.close()
        self.cache.close()
        self.models.close()
        self.cache.end()
        self.upkeep.close()
        # What was deleted cannot be taken back any more: it is gone before the key is.
        self.worker.run(self.stores.conversations.purge_deleted)
        self.worker.run(self.stores.database.close)
        self.worker.shut()
        self.mark.release()


def open_stores(paths: Paths, keychain: Keychain | None = None, unlocked: Unlocked | None = None) -> Stores:
    """Key, database, stores. Slow (it imports SQLAlchemy): for the storage thread. ``unlocked``: the key is there.

    Raises:
        AppError: of the vault or the database, in plain words.
    """
    from desktop.services.state_files import StateFiles
    from desktop.storage.conversations import Conversations
    from desktop.storage.database import Database
    from desktop.storage.downloads import DownloadStore
    from desktop.storage.folders import FolderStore
    from desktop.storage.ledger import Ledger
    from desktop.storage.library import Library
    from desktop.storage.options import Options
    from desktop.storage.retention import Retention
    from desktop.storage.search import Search
    from desktop.unlocking import unlock, vault_of
    from desktop.vault.ways import Ways

    vault = vault_of(paths, keychain)
    unlocked = unlocked or unlock(paths, keychain)
    database = Database.open(
        paths.database,
        unlocked.key,
        backups=paths.backups,
        expect_existing=vault.database_expected(),
        salt=vault.saved_salt(),
    )
    vault.remember_database()
    return Stores(
        database=database,
        conversations=Conversations(database),
        search=Search(database),
        library=Library(database),
        options=Options(database),
        ledger=Ledger(database),
        downloads=DownloadStore(database),
        retention=Retention(database),
        folders=FolderStore(database),
        states=StateFiles(paths.states, unlocked.key),
        ways=Ways(vault, unlocked.key),
        protection=vault.status(),
    )


def furnish(
    paths: Paths,
    settings: SettingsFile,
    worker: Worker,
    stores: Stores,
    *,
    launcher: Launcher | None = None,
    load_options: LoadOptions | None = None,
    line: Line | None = None,
) -> House:
    """The services over open stores. Answers whose process is gone become interrupted."""

    def make_engine() -> EngineClient:
        from desktop.engine.client import EngineClient

        return EngineClient(launcher)

    mark = Mark(paths.locks)
    models = ModelService(make_engine, worker, stores.library, stores.options, load_options=load_options)
    desk = Desk(worker, stores.conversations, models, mark.name)

    def lend_memory() -> Memory:
        from desktop.storage.conversations import Conversations
        from desktop.storage.database import Database

        database = Database.in_memory(TEMPORARY_IDS)
        return Memory(desk._replace(conversations=Conversations(database)), database.close)

    chats = ChatService(
        desk,
        stores.search,
        stores.options,
        data_version=stores.database.data_version,
        retention=stores.retention,
        lend_memory=lend_memory,
    )

    folders = FolderService(worker, stores.folders, stores.retention, chats)

    def ended(count: int) -> None:
        if count:
            log.info("%d answers were interrupted when Snug or the engine ended", count)
            chats.current().refresh()

    cache = PromptCache(models, stores.states)
    cache.show(chats.current())
    chats.opened.connect(cache.show)
    chats.answered.connect(cache.answered)
    chats.gone.connect(cache.forget)
    resting = Resting(models, cache)
    resting.show(chats.current())
    chats.opened.connect(resting.show)
    memory = MemorySettings(worker, stores.options)

    def remember() -> None:
        choices = memory.choices()
        resting.set_minutes(choices.rests_after)
        cache.set_reading_ahead(on=choices.reads_ahead, on_battery=choices.reads_ahead_on_battery)
        cache.set_limit(choices.states_bytes)
        chats.set_usual_limit(choices.at_limit)

    memory.changed.connect(remember)
    speeds = Speeds(models, worker, stores.options)
    guard = ProtectionService(worker, stores.ways)
    upkeep = Upkeep(
        paths,
        stores.conversations,
        stores.retention,
        stores.ways,
        worker,
        busy=lambda: chats.current().answering(),
    )
    worker.run(mark.hold)
    worker.run(lambda: stores.conversations.interrupt_orphans(mark.alive), ended)
    worker.run(mark.sweep)
    worker.run(stores.retention.expire)
    worker.run(stores.conversations.purge_deleted)
    worker.run(lambda: stores.states.keep_only(stores.conversations.existing))
    return House(
        paths=paths,
        settings=settings,
        mark=mark,
        worker=worker,
        stores=stores,
        models=models,
        chats=chats,
        folders=folders,
        guard=guard,
        upkeep=upkeep,
        cache=cache,
        resting=resting,
        speeds=speeds,
        memory=memory,
        line=line,
    )
