"""The courier as the app uses it: there when it is asked for something, gone when nobody needs it, all in the ledger.

Once started directly, once by a porter.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.courier import protocol
from desktop.courier.client import CourierClient
from desktop.domain.file_names import unfinished
from desktop.domain.hub import CourierFailure, HubFailure, RemoteFile
from desktop.domain.ledger import Entry, Result
from desktop.porter import Line, Porter
from desktop.services import courier as couriers
from desktop.services.courier import CourierService
from desktop.services.privacy import OFFLINE, Privacy
from tests.courier.conftest import FILE, REPO, model
from tests.fixtures.hub import COMMIT, Answering, FakeHub, fingerprint, running
from tests.services.conftest import WAIT, Home

DATA = model(500_000)
WHOLE = RemoteFile(FILE, len(DATA), fingerprint(DATA))


class Told:
    """Who listens to requests."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.failed: list[CourierFailure] = []

    @property
    def over(self) -> bool:
        return bool(self.done or self.failed)


class Office:
    """A courier service over a real ledger and a hub on this computer."""

    def __init__(self, home: Home, hub: FakeHub, service: CourierService, qtbot: QtBot) -> None:
        self.home, self.hub, self.service, self.qtbot = home, hub, service, qtbot
        self.client: CourierClient = service.client
        self.moved: list[str] = []
        service.moving.connect(self.moved.append)
        service.still.connect(lambda: self.moved.append("still"))

    def download(self) -> tuple[int, Told]:
        told = Told()
        target = str(self.home.house.paths.models / FILE)
        number = self.client.download(
            REPO, COMMIT, WHOLE, target, "Download button", told.done.append, told.failed.append
        )
        return number, told

    def search(self) -> Told:
        told = Told()
        self.client.search("tiny", "Search field", told.done.append, told.failed.append)
        return told

    def until(self, told: Told) -> Told:
        self.qtbot.waitUntil(lambda: told.over, timeout=WAIT)
        return told

    def ledger(self) -> list[Entry]:
        """Oldest first."""
        return list(reversed(self.home.house.worker.wait(self.home.house.stores.ledger.entries)))

    def hold(self) -> None:
        """The files' server stops in the middle of the next file."""

        def answer(asked: Answering) -> None:
            asked.file(DATA, most=200_000)
            self.held.wait(30)

        self.held = threading.Event()
        self.hub.trouble("files", answer, times=1)

    def until_held(self) -> None:
        part, _ = unfinished(self.home.house.paths.models / FILE)
        self.qtbot.waitUntil(lambda: part.exists() and part.stat().st_size == 200_000, timeout=WAIT)


@pytest.fixture(scope="module")
def the_hub() -> Iterator[FakeHub]:
    with running() as hub:
        yield hub


@pytest.fixture
def hub(the_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    the_hub.troubles.clear()
    the_hub.seen.clear()
    the_hub.add(REPO, files={FILE: DATA})
    monkeypatch.setenv("HF_ENDPOINT", the_hub.endpoint)
    return the_hub


@pytest.fixture
def line() -> Iterator[Line]:
    """To a porter on a thread of this process."""
    end, apps = socket.socketpair()
    porter = Porter(lambda _: 0)
    thread = threading.Thread(target=porter._serve, args=(end,))  # pyright: ignore[reportPrivateUsage]
    thread.start()
    yield Line(apps)
    apps.close()
    thread.join()
    porter._dismiss()  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(
    params=["directly", pytest.param("by a porter", marks=pytest.mark.skipif(os.name == "nt", reason="forks"))]
)
def office(request: pytest.FixtureRequest, home: Home, hub: FakeHub, line: Line, qtbot: QtBot) -> Iterator[Office]:
    home.house.settings.put(OFFLINE, False)
    house = home.house
    by_porter = line if request.param == "by a porter" and sys.platform == "linux" else None
    folders = [str(house.paths.models)]
    service = CourierService(house.settings, house.worker, house.stores.ledger, by_porter, lambda: folders)
    office = Office(home, hub, service, qtbot)
    office.held = threading.Event()
    yield office
    office.held.set()
    service.close()


def test_nothing_is_started_before_it_is_asked_for_something(office: Office) -> None:
    assert (office.client.running, office.client.pid, office.ledger()) == (False, 0, [])


def test_a_search_and_a_download_are_answered_and_in_the_ledger(office: Office) -> None:
    found = office.until(office.search()).done[0]
    assert [each.repo for each in found.models] == [REPO]
    _, told = office.download()
    office.until(told)
    assert isinstance(told.done[0], protocol.Downloaded)
    assert (office.home.house.paths.models / FILE).read_bytes() == DATA
    office.qtbot.waitUntil(lambda: office.moved[-1:] == ["still"], timeout=WAIT)
    entries = office.ledger()
    assert [(each.port, each.purpose, each.allowed_by, each.result) for each in entries] == [
        (office.hub.port("hub"), "Search for models", "Search field", Result.DONE),
        (office.hub.port("hub"), f"Download {FILE}", "Download button", Result.DONE),
        (office.hub.port("files"), f"Download {FILE}", "Download button", Result.DONE),
    ]
    assert entries[-1].received > len(DATA)
    assert set(office.moved) == {"127.0.0.1", "still"}


def test_the_other_verbs_are_answered_too(office: Office) -> None:
    office.hub.repos[REPO].files["LICENSE"] = b"Do what you like."
    told = Told()
    listen = (told.done.append, told.failed.append)
    office.client.describe(REPO, "a test", *listen)
    office.client.fetch(REPO, COMMIT, "LICENSE", "a test", *listen)
    office.client.peek(REPO, COMMIT, WHOLE, "a test", *listen)
    office.qtbot.waitUntil(lambda: len(told.done) + len(told.failed) == 3, timeout=WAIT)
    assert [failure.kind for failure in told.failed] == [HubFailure.NOT_A_MODEL]
    texts = [each for each in told.done if isinstance(each, str)]
    (description,) = (each for each in told.done if not isinstance(each, str))
    assert (texts, description.files[0]) == (["Do what you like."], WHOLE)


def test_offline_nothing_is_started_and_the_wish_is_in_the_ledger(office: Office) -> None:
    office.home.house.settings.put(OFFLINE, True)
    told = office.until(office.search())
    assert [failure.kind for failure in told.failed] == [HubFailure.OFFLINE]
    (entry,) = office.ledger()
    assert (entry.host, entry.port) == ("127.0.0.1", office.hub.port("hub"))
    assert (entry.result, entry.allowed_by, entry.sent) == (Result.REFUSED, "Stay offline", 0)
    assert (office.client.running, office.hub.seen) == (False, [])


def test_turning_offline_on_ends_what_is_under_way(office: Office) -> None:
    office.hold()
    _, told = office.download()
    office.until_held()
    house = office.home.house
    privacy = Privacy(house.settings, house.worker, None, lambda: None, office.service.running_client)
    pid = office.client.pid
    privacy.stay_offline(True)
    office.until(told)
    assert [failure.kind for failure in told.failed] == [HubFailure.OFFLINE]
    assert not office.client.running
    assert [each.port for each in office.ledger()] == [office.hub.port("hub"), office.hub.port("files")]
    office.qtbot.waitUntil(lambda: not running_process(pid), timeout=WAIT)


def test_a_pause_keeps_and_a_cancel_does_not(office: Office) -> None:
    office.hold()
    number, told = office.download()
    office.until_held()
    office.client.pause(number)
    assert office.until(told).failed[0].kind is HubFailure.STOPPED
    models = office.home.house.paths.models
    assert len(list(models.iterdir())) == 2
    office.held.set()
    office.hold()
    office.hub.troubles[-1].do = lambda asked: office.held.wait(30)
    number, told = office.download()
    office.client.cancel(number)
    assert office.until(told).failed[0].kind is HubFailure.STOPPED
    office.qtbot.waitUntil(lambda: list(models.iterdir()) == [], timeout=WAIT)


def test_a_courier_that_dies_is_told_and_the_next_request_starts_another(office: Office) -> None:
    office.hold()
    _, told = office.download()
    office.until_held()
    os.kill(office.client.pid, signal.SIGKILL)
    assert office.until(told).failed[0].kind is HubFailure.CRASHED
    office.qtbot.waitUntil(lambda: len(office.ledger()) == 2, timeout=WAIT)
    assert office.ledger()[-1].result is Result.FAILED
    assert office.moved[-1] == "still"
    office.held.set()
    _, told = office.download()
    assert office.until(told).done


def test_it_rests_when_nobody_asks_anything(office: Office) -> None:
    office.service._rest.setInterval(20)  # pyright: ignore[reportPrivateUsage]
    office.until(office.search())
    pid = office.client.pid
    assert pid
    office.qtbot.waitUntil(lambda: not office.client.running and not running_process(pid), timeout=WAIT)
    assert office.until(office.search()).done
    assert couriers.REST_MS == 30_000


def test_who_does_not_wait_any_more_is_told_nothing(office: Office) -> None:
    office.hub.trouble("hub", lambda asked: office.held.wait(30), times=1)
    told = Told()
    number = office.client.search("x", "a test", told.done.append, told.failed.append)
    office.qtbot.waitUntil(lambda: bool(office.hub.seen), timeout=WAIT)
    office.client.drop(number)
    assert not office.client.busy
    office.until(office.search())
    assert not told.over


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_courier_that_runs_is_part_of_the_evidence(office: Office) -> None:
    house = office.home.house
    privacy = Privacy(house.settings, house.worker, None, lambda: None, office.service.running_client)
    office.until(office.search())
    with office.qtbot.waitSignal(privacy.inspected, timeout=WAIT) as inspected:
        privacy.inspect()
    found = {each.process: each for each in inspected.args[0]}
    assert list(found) == ["app", "courier"]
    assert found["courier"].pid == office.client.pid
    assert found["courier"].enforced is True


def test_the_house_ends_its_courier_and_keeps_its_ledger(home: Home, hub: FakeHub, qtbot: QtBot) -> None:
    home.house.settings.put(OFFLINE, False)
    service = home.house.courier()
    assert home.house.courier() is service
    told = Told()
    service.client.search("tiny", "a test", told.done.append, told.failed.append)
    qtbot.waitUntil(lambda: told.over, timeout=WAIT)
    pid = service.client.pid
    assert running_process(pid)
    service.close()
    until = time.monotonic() + 30
    while running_process(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not running_process(pid)
    assert len(home.house.worker.wait(home.house.stores.ledger.entries)) == 1


def running_process(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
