"""Downloads: one after the other, by a real courier from a hub on this computer, until the model is on the list."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.courier import protocol
from desktop.courier.client import CourierClient
from desktop.domain.downloads import Download, DownloadState, Order
from desktop.domain.drafting import own_draft
from desktop.domain.file_names import unfinished
from desktop.domain.hub import Phase
from desktop.domain.quants import RepoFile
from desktop.services.courier import CourierService
from desktop.services.downloads import Downloads
from desktop.services.privacy import OFFLINE
from tests.fixtures.hub import COMMIT, Answering, FakeHub, running
from tests.fixtures.models import tiny_model
from tests.services.conftest import WAIT, Home

REPO, FILE = "maker/Tiny-GGUF", "tiny-Q4_0.gguf"
HALF = 100_000


class Market:
    """A queue of downloads over a real courier."""

    def __init__(self, home: Home, hub: FakeHub, data: bytes, qtbot: QtBot) -> None:
        self.home, self.hub, self.data, self._qtbot = home, hub, data, qtbot
        self.folder = home.house.paths.models
        self.held = threading.Event()
        self.service: CourierService | None = None
        self.open()

    def open(self) -> None:
        """As Snug starts."""
        house = self.home.house
        if self.service is not None:
            self.service.close()
        folders = [str(self.folder)]
        self.service = CourierService(house.settings, house.worker, house.stores.ledger, None, lambda: folders)
        self.downloads = Downloads(
            self._client,
            house.worker,
            house.stores.downloads,
            house.stores.library,
            house.models,
            lambda: self.folder,
        )
        house.worker.wait(lambda: None)

    def close(self) -> None:
        self.held.set()
        assert self.service is not None
        self.service.close()

    def order(self, *names: str, wrong: bool = False) -> Order:
        digest = "00" * 32 if wrong else hashlib.sha256(self.data).hexdigest()
        files = tuple(RepoFile(name, len(self.data), digest) for name in names or (FILE,))
        return Order(REPO, COMMIT, files, "Tiny", "maker", "mit", "Q4_0", "You downloaded Tiny")

    def until(self, state: DownloadState, place: int = 0) -> Download:
        self._qtbot.waitUntil(lambda: self._state(place) is state, timeout=WAIT)
        return self.downloads.downloads()[place]

    def hold(self) -> None:
        """The server stops in the middle of the next file."""

        def answer(asked: Answering) -> None:
            asked.file(self.data, most=HALF)
            self.held.wait(30)

        self.hub.trouble("files", answer, times=1)

    def until_held(self) -> None:
        self._qtbot.waitUntil(lambda: bool(self.downloads.downloads()) and self.there() == HALF, timeout=WAIT)

    def there(self, name: str = FILE) -> int:
        part = unfinished(self.path(name))[0]
        return part.stat().st_size if part.exists() else 0

    def path(self, name: str = FILE) -> Path:
        return self.folder / "maker" / "Tiny-GGUF" / name

    def _state(self, place: int) -> DownloadState | None:
        found = self.downloads.downloads()
        return found[place].state if len(found) > place else None

    def _client(self) -> CourierClient:
        assert self.service is not None
        return self.service.client


@pytest.fixture(scope="module")
def the_hub() -> Iterator[FakeHub]:
    with running() as hub:
        yield hub


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / FILE
    tiny_model(path)
    return path.read_bytes()


@pytest.fixture
def market(
    home: Home, the_hub: FakeHub, data: bytes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Market]:
    the_hub.troubles.clear()
    the_hub.seen.clear()
    the_hub.add(REPO, files={FILE: data, "second-Q4_0.gguf": data})
    monkeypatch.setenv("HF_ENDPOINT", the_hub.endpoint)
    home.house.settings.put(OFFLINE, False)
    market = Market(home, the_hub, data, qtbot)
    yield market
    market.close()


def test_what_was_ordered_is_fetched_checked_and_on_the_list(market: Market, qtbot: QtBot) -> None:
    with qtbot.waitSignal(market.downloads.arrived, timeout=WAIT) as told:
        market.downloads.add(market.order())
    model = told.args[0]
    assert Path(model.path) == market.path()
    assert market.path().read_bytes() == market.data
    assert (model.name, model.repo, model.repo_file, model.revision) == ("Tiny", REPO, FILE, COMMIT)
    assert (model.publisher, model.licence, model.verified or bool(model.sha256)) == ("maker", "mit", True)
    assert market.until(DownloadState.DONE).done == len(market.data)
    qtbot.waitUntil(lambda: market.downloads.here(REPO) == {FILE}, timeout=WAIT)
    known = market.downloads.model_of(REPO, FILE)
    assert known is not None
    assert known.id == model.id


def test_one_goes_after_the_other(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    market.downloads.add(market.order("second-Q4_0.gguf"))
    assert market.until(DownloadState.QUEUED, 1).done == 0
    market.held.set()
    market.until(DownloadState.DONE, 0)
    market.until(DownloadState.DONE, 1)


def test_a_paused_one_keeps_what_is_there_and_goes_on_from_it(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    [download] = market.downloads.downloads()
    market.downloads.pause(download.id)
    market.until(DownloadState.PAUSED)
    market.held.set()
    assert market.there() == HALF
    sent = market.hub.sent
    market.downloads.resume(download.id)
    market.until(DownloadState.DONE)
    assert market.path().read_bytes() == market.data
    assert market.hub.sent - sent <= len(market.data) - HALF + 65_536


def test_one_that_is_gone_on_with_at_once_goes_on(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    [download] = market.downloads.downloads()
    market.downloads.pause(download.id)
    # The courier has not heard of it yet, and still tells how it goes.
    market.downloads.resume(download.id)
    late = protocol.Progress(1, Phase.DOWNLOADING, HALF, len(market.data), 1.0)
    market.downloads._progressed(download.id, 0, late)  # pyright: ignore[reportPrivateUsage]
    market.held.set()
    market.until(DownloadState.DONE)


def test_the_next_one_begins_when_one_is_paused(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    market.downloads.add(market.order("second-Q4_0.gguf"))
    market.until(DownloadState.QUEUED, 1)
    market.downloads.pause(market.downloads.downloads()[0].id)
    market.until(DownloadState.DONE, 1)
    market.until(DownloadState.PAUSED, 0)


def test_after_a_start_nothing_connects_until_somebody_goes_on(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    market.close()
    seen = len(market.hub.seen)
    market.open()
    download = market.until(DownloadState.PAUSED)
    assert download.done == HALF
    assert len(market.hub.seen) == seen
    market.downloads.resume(download.id)
    market.until(DownloadState.DONE)
    assert market.path().read_bytes() == market.data


def test_what_is_done_is_not_in_the_queue_after_the_next_start(market: Market) -> None:
    market.downloads.add(market.order())
    market.until(DownloadState.DONE)
    market.open()
    assert market.downloads.downloads() == []


def test_what_a_command_ordered_and_finished_meanwhile_is_noticed(market: Market, qtbot: QtBot) -> None:
    store, downloads = market.home.house.stores.downloads, market.downloads
    ordered = store.add(market.order())
    downloads.look()
    assert market.until(DownloadState.PAUSED).id == ordered.id
    downloads.look()
    store.remove(ordered.id)
    downloads.look()
    qtbot.waitUntil(lambda: downloads.downloads() == [])
    downloads.add(market.order())
    market.until(DownloadState.DONE)
    downloads.look()
    market.home.house.worker.wait(lambda: None)
    assert [each.state for each in downloads.downloads()] == [DownloadState.DONE]


def test_of_a_cancelled_one_nothing_stays(market: Market, qtbot: QtBot) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    market.downloads.cancel(market.downloads.downloads()[0].id)
    assert market.downloads.downloads() == []
    market.held.set()
    qtbot.waitUntil(lambda: not market.path().parent.exists(), timeout=WAIT)
    market.open()
    assert market.downloads.downloads() == []


def test_a_paused_one_can_be_cancelled_too(market: Market, qtbot: QtBot) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    number = market.downloads.downloads()[0].id
    market.downloads.pause(number)
    market.until(DownloadState.PAUSED)
    market.held.set()
    market.downloads.cancel(number)
    qtbot.waitUntil(lambda: not market.path().parent.exists(), timeout=WAIT)


def test_a_file_that_is_not_the_publishers_never_gets_its_name(market: Market) -> None:
    market.downloads.add(market.order(wrong=True))
    failed = market.until(DownloadState.FAILED)
    assert failed.code == "WRONG_FINGERPRINT"
    assert failed.problem
    assert not market.path().exists()
    assert market.downloads.here(REPO) == frozenset()


def test_what_the_publisher_has_replaced_takes_the_place_of_the_old_one(market: Market, qtbot: QtBot) -> None:
    market.downloads.add(market.order())
    market.until(DownloadState.DONE)
    qtbot.waitUntil(lambda: market.downloads.model_of(REPO, FILE) is not None, timeout=WAIT)
    old, market.data = market.data, market.data + bytes(32)
    market.hub.add(REPO, files={FILE: market.data})
    with qtbot.waitSignal(market.downloads.arrived, timeout=WAIT) as told:
        market.downloads.add(market.order())
    assert old != market.path().read_bytes() == market.data
    assert told.args[0].sha256 == (hashlib.sha256(market.data).hexdigest(),)
    assert len(market.home.house.worker.wait(market.home.house.stores.library.list)) == 1


def test_offline_it_says_so_and_can_be_tried_again(market: Market) -> None:
    market.home.house.settings.put(OFFLINE, True)
    market.downloads.add(market.order())
    failed = market.until(DownloadState.FAILED)
    assert "Stay offline is on" in failed.problem
    assert market.hub.seen == []
    market.home.house.settings.put(OFFLINE, False)
    market.downloads.resume(failed.id)
    market.until(DownloadState.DONE)


def test_the_same_order_twice_is_one_download(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    market.downloads.add(market.order())
    assert len(market.downloads.downloads()) == 1
    market.held.set()
    market.until(DownloadState.DONE)


def test_several_files_are_one_download(market: Market) -> None:
    market.downloads.add(market.order(FILE, "second-Q4_0.gguf"))
    done = market.until(DownloadState.DONE)
    assert done.done == 2 * len(market.data)
    assert market.path("second-Q4_0.gguf").read_bytes() == market.data


def test_a_draft_that_comes_along_belongs_to_the_model(market: Market, qtbot: QtBot) -> None:
    draft = "tiny-draft-Q4_0.gguf"
    market.hub.add(REPO, files={FILE: market.data, draft: market.data})
    with qtbot.waitSignal(market.downloads.arrived, timeout=WAIT) as told:
        market.downloads.add(market.order(FILE, draft))
    assert told.args[0].repo_file == FILE
    assert len(told.args[0].sha256) == 1
    models = market.home.house.worker.wait(market.home.house.stores.library.list)
    own = own_draft(told.args[0], models)
    assert own is not None
    assert (own.name, own.path, own.sha256) == ("Tiny draft", str(market.path(draft)), told.args[0].sha256)


def test_where_the_folder_is_gone_nothing_is_made_in_its_place(market: Market) -> None:
    market.folder.rename(market.folder.with_name("unplugged"))
    market.downloads.add(market.order())
    failed = market.until(DownloadState.FAILED)
    assert failed.code == "NO_FOLDER"
    assert not market.folder.exists()
    assert market.hub.seen == []
    market.folder.with_name("unplugged").rename(market.folder)
    market.downloads.resume(failed.id)
    market.until(DownloadState.DONE)


def test_what_cannot_fit_as_a_whole_is_not_begun(market: Market) -> None:
    order = market.order()
    large = RepoFile("second-Q4_0.gguf", 1 << 50, "ab" * 32)
    market.downloads.add(order._replace(files=(*order.files, large)))
    failed = market.until(DownloadState.FAILED)
    assert failed.code == "NO_SPACE"
    assert "needs 1,125,900 GB more" in failed.problem
    assert market.hub.seen == []


def test_gone_on_with_before_the_pause_was_heard_it_goes_on(market: Market) -> None:
    market.hold()
    market.downloads.add(market.order())
    market.until_held()
    [download] = market.downloads.downloads()
    market.downloads.pause(download.id)
    market.downloads.resume(download.id)
    market.held.set()
    market.until(DownloadState.DONE)


def test_a_name_that_leads_elsewhere_is_refused(market: Market) -> None:
    market.downloads.add(market.order("../../evil.gguf"))
    assert market.until(DownloadState.FAILED).code == "NAME_REFUSED"
    assert market.hub.seen == []
