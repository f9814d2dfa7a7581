"""An access token: in the keychain and told to the hub, and found nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.hub import CourierFailure, HubFailure
from desktop.errors import AppError
from desktop.services.access import KEPT_FOR, Access, Known
from desktop.services.courier import CourierService
from desktop.services.privacy import OFFLINE
from desktop.vault.hub_token import HubToken
from desktop.vault.keychain import Keychain
from tests.fixtures.hub import COMMIT, FakeHub, running
from tests.fixtures.keychains import FileKeychain, NoKeychain
from tests.services.conftest import WAIT, Home

REPO, HOST, TOKEN = "maker/Gated-GGUF", "127.0.0.1", "hf_nobodyMayReadThis0123456789"


@pytest.fixture(scope="module")
def the_hub() -> Iterator[FakeHub]:
    with running() as hub:
        hub.add(REPO, files={"LICENSE": b"For friends.", "README.md": b"Hello"}, gated="manual", token=TOKEN)
        yield hub


@pytest.fixture
def hub(the_hub: FakeHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    the_hub.seen.clear()
    monkeypatch.setenv("HF_ENDPOINT", the_hub.endpoint)
    home.house.settings.put(OFFLINE, False)
    return the_hub


def access(home: Home, keychain: Keychain, tell: Any = lambda _: None) -> Access:
    return Access(home.house.settings, home.house.worker, HubToken(HOST, keychain), HOST, tell)


@pytest.fixture
def keychain(tmp_path: Path) -> FileKeychain:
    return FileKeychain(tmp_path / "the keychain")


def test_a_gated_file_comes_to_whoever_has_a_token_and_it_is_in_no_file_of_snug(
    home: Home, hub: FakeHub, keychain: FileKeychain, qtbot: QtBot
) -> None:
    house = home.house
    told: list[str] = []
    heard: list[str] = []
    mine = access(home, keychain, heard.append)
    service = CourierService(
        house.settings, house.worker, house.stores.ledger, None, lambda: [str(house.paths.models)], token=mine.read
    )
    client = service.client
    failed: list[CourierFailure] = []
    client.fetch(REPO, COMMIT, "LICENSE", "a test", told.append, failed.append)
    qtbot.waitUntil(lambda: bool(failed), timeout=WAIT)
    assert failed[0].kind is HubFailure.GATED
    with qtbot.waitSignal(mine.told, timeout=WAIT):
        mine.enter(f"  {TOKEN}\n")
    client.tell(*heard)
    client.fetch(REPO, COMMIT, "LICENSE", "a test", told.append, failed.append)
    qtbot.waitUntil(lambda: told == ["For friends."], timeout=WAIT)
    # The next courier knows it from its start, without anybody's telling it again.
    service.close()
    again = CourierService(
        house.settings,
        house.worker,
        house.stores.ledger,
        None,
        lambda: [str(house.paths.models)],
        token=access(home, keychain).read,
    )
    again.client.fetch(REPO, COMMIT, "LICENSE", "a test", told.append, failed.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT)
    again.close()
    entries = house.worker.wait(house.stores.ledger.entries)
    assert len(entries) == 3
    assert TOKEN not in repr(entries)
    written = [path for path in house.paths.data.rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if TOKEN.encode() in path.read_bytes()] == []


def test_of_a_gated_repository_everything_but_its_page_is_known_without_a_token(
    home: Home, hub: FakeHub, qtbot: QtBot
) -> None:
    house = home.house
    service = CourierService(house.settings, house.worker, house.stores.ledger, None, lambda: [])
    found: list[Any] = []
    service.client.describe(REPO, "a test", found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    service.close()
    assert (found[0].model.gated, found[0].readme) == (True, "")
    assert {file.path for file in found[0].files} == {"LICENSE", "README.md"}


def test_without_a_keychain_it_is_known_until_the_end_and_says_so(home: Home, qtbot: QtBot) -> None:
    heard: list[str] = []
    mine = access(home, NoKeychain(), heard.append)
    with qtbot.waitSignal(mine.told, timeout=WAIT) as said:
        mine.enter(TOKEN)
    assert "no keychain" in said.args[0]
    assert (mine.known(), mine.read(), heard) == (Known.HERE, TOKEN, [TOKEN])
    assert access(home, NoKeychain()).known() is Known.NONE


def test_it_is_forgotten_everywhere(home: Home, keychain: FileKeychain, qtbot: QtBot) -> None:
    heard: list[str] = []
    mine = access(home, keychain, heard.append)
    with qtbot.waitSignal(mine.told, timeout=WAIT):
        mine.enter(TOKEN)
    assert (mine.known(), home.house.settings.get(KEPT_FOR)) == (Known.KEPT, HOST)
    with qtbot.waitSignal(mine.told, timeout=WAIT):
        mine.forget()
    assert (mine.known(), mine.read(), heard[-1]) == (Known.NONE, "", "")
    assert list(keychain.folder.iterdir()) == []


def test_the_token_of_one_hub_is_not_told_to_another(home: Home, keychain: FileKeychain, qtbot: QtBot) -> None:
    with qtbot.waitSignal((mine := access(home, keychain)).told, timeout=WAIT):
        mine.enter(TOKEN)
    place = HubToken("hub.example", keychain)
    other = Access(home.house.settings, home.house.worker, place, "hub.example", lambda _: None)
    assert (other.known(), other.read()) == (Known.NONE, "")


@pytest.mark.parametrize("text", ["", "  ", "two words", "line\nbreak", "é" * 10, "x" * 501])
def test_what_cannot_be_a_token_is_refused(home: Home, qtbot: QtBot, text: str) -> None:
    mine = access(home, NoKeychain())
    with qtbot.waitSignal(mine.refused, timeout=WAIT) as refused:
        mine.enter(text)
    error = refused.args[0]
    assert isinstance(error, AppError)
    assert error.code == "BAD_TOKEN"
    assert mine.known() is Known.NONE
