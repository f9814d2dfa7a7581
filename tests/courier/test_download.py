"""A download against the world: cut, stopped, killed, spoilt on the disk, and the disk full. It ends whole or not at
all, and what was fetched is not fetched again."""

from __future__ import annotations

import errno
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop.courier import protocol
from desktop.courier.download import Download
from desktop.courier.journal import BLOCK, Journal, Wanted
from desktop.courier.net import Errand
from desktop.courier.pace import Pace
from desktop.domain.file_names import unfinished
from desktop.domain.hub import HubFailure, Phase
from tests.courier.conftest import FILE, REPO, WAIT, Talk, has_no_kept_files, kind_of, model
from tests.fixtures.hub import Answering, FakeHub, fingerprint

DATA = model(2 * BLOCK + 1_000_000)
MIB = 1 << 20


@pytest.fixture
def held(hub: FakeHub) -> Iterator[threading.Event]:
    """The first answer waits in the middle of the file until this is set."""
    hub.add(REPO, files={FILE: DATA})
    go_on = threading.Event()

    def answer(asked: Answering) -> None:
        begin = asked.wanted(len(DATA)) or (0, len(DATA))
        asked.file(DATA, most=BLOCK + 3 * MIB - begin[0])
        go_on.wait(30)

    hub.trouble("files", answer, times=1)
    yield go_on
    go_on.set()


def until_held(courier: Talk) -> None:
    """Until what the hub sends before it waits is on the disk."""
    part, _ = unfinished(courier.folder / FILE)
    until = time.monotonic() + WAIT
    while not part.exists() or part.stat().st_size < BLOCK + 3 * MIB:
        assert time.monotonic() < until
        time.sleep(0.01)


def is_whole(courier: Talk) -> None:
    assert [each.name for each in courier.folder.iterdir()] == [FILE]
    assert (courier.folder / FILE).read_bytes() == DATA


def test_the_file_has_its_name_only_when_it_is_whole(hub: FakeHub, courier: Talk, held: threading.Event) -> None:
    number = courier.begin(protocol.Download, **courier.download(DATA))
    courier.until(protocol.Progress, id=number)
    part = unfinished(courier.folder / FILE)[0]
    assert not (courier.folder / FILE).exists()
    held.set()
    assert isinstance(courier.answer(number), protocol.Downloaded)
    is_whole(courier)
    assert not part.exists()
    if sys.platform != "win32":
        assert (courier.folder / FILE).stat().st_mode & 0o777 == 0o600


def test_nobody_has_the_file_open_when_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows would refuse to rename it."""
    target = tmp_path / FILE
    part, journal = unfinished(target)
    wanted = Wanted(REPO, "main", FILE, 1000, fingerprint(DATA[:1000]))
    part.write_bytes(DATA[:1000])
    Journal(journal, wanted).begin("")
    renamed: list[Path] = []
    replace = Path.replace

    def as_windows_does(path: Path, to: Path) -> Path:
        assert str(path) not in {each.path for each in psutil.Process().open_files()}
        renamed.append(path)
        return replace(path, to)

    monkeypatch.setattr(Path, "replace", as_windows_does)
    nothing_is_fetched: Any = None

    def tell_nobody(*_: object) -> None: ...

    errand, pace = Errand("a model", "you"), Pace(1, 1000, tell_nobody)
    Download(wanted, target, nothing_is_fetched, errand, pace, nothing_is_fetched).run()
    assert part in renamed
    assert target.read_bytes() == DATA[:1000]


def test_progress_ends_with_all_of_it_and_never_goes_back(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    courier.ask(protocol.Download, **courier.download(DATA))
    told = [each for each in courier.heard if isinstance(each, protocol.Progress)]
    assert told[0].phase is Phase.WAITING
    done = [each.done for each in told if each.phase is Phase.DOWNLOADING]
    assert done == sorted(done)
    assert {each.size for each in told} == {len(DATA)}


def test_a_pause_keeps_the_bytes_and_only_the_rest_is_fetched_then(
    hub: FakeHub, courier: Talk, held: threading.Event
) -> None:
    number = courier.begin(protocol.Download, **courier.download(DATA))
    until_held(courier)
    courier.say(protocol.Pause(number))
    assert kind_of(courier.answer(number)) is HubFailure.STOPPED
    assert unfinished(courier.folder / FILE)[0].stat().st_size == BLOCK + 3 * MIB
    assert isinstance(courier.ask(protocol.Download, **courier.download(DATA)), protocol.Downloaded)
    is_whole(courier)
    assert hub.sent == len(DATA)


def test_a_cancel_leaves_nothing(hub: FakeHub, courier: Talk, held: threading.Event) -> None:
    number = courier.begin(protocol.Download, **courier.download(DATA))
    courier.until(protocol.Progress, id=number)
    courier.say(protocol.Cancel(number))
    assert kind_of(courier.answer(number)) is HubFailure.STOPPED
    assert has_no_kept_files(courier.folder)


def test_a_killed_courier_loses_nothing_that_it_had(hub: FakeHub, tmp_path: Path, held: threading.Event) -> None:
    first = Talk(hub.endpoint, tmp_path)
    first.begin(protocol.Download, **first.download(DATA))
    until_held(first)
    first.kill()
    second = Talk(hub.endpoint, tmp_path)
    assert isinstance(second.ask(protocol.Download, **second.download(DATA)), protocol.Downloaded)
    is_whole(second)
    assert hub.sent == len(DATA)
    second.end()


def test_after_a_power_cut_only_what_the_journal_knows_is_believed(
    hub: FakeHub, courier: Talk, held: threading.Event
) -> None:
    number = courier.begin(protocol.Download, **courier.download(DATA))
    until_held(courier)
    courier.say(protocol.Pause(number))
    courier.answer(number)
    part, journal = unfinished(courier.folder / FILE)
    head, *lines = journal.read_text().splitlines(keepends=True)
    assert len(lines) == 1
    journal.write_text("".join([json.dumps(json.loads(head) | {"boot": 1.0}), "\n", *lines]))
    with part.open("r+b") as file:
        file.seek(BLOCK + MIB)
        file.write(bytes(MIB))
    answer = courier.ask(protocol.Download, **courier.download(DATA))
    assert isinstance(answer, protocol.Downloaded)
    assert answer.repaired == 0
    is_whole(courier)
    assert hub.sent == len(DATA) + 3 * MIB


def test_what_the_disk_spoils_is_fetched_again_and_nothing_else(
    hub: FakeHub, courier: Talk, held: threading.Event
) -> None:
    number = courier.begin(protocol.Download, **courier.download(DATA))
    until_held(courier)
    courier.say(protocol.Pause(number))
    courier.answer(number)
    with unfinished(courier.folder / FILE)[0].open("r+b") as part:
        part.seek(5 * MIB)
        part.write(b"spoilt")
    answer = courier.ask(protocol.Download, **courier.download(DATA))
    assert isinstance(answer, protocol.Downloaded)
    assert 0 < answer.repaired < MIB
    is_whole(courier)
    assert hub.sent == len(DATA) + BLOCK
    assert any(each.phase is Phase.REPAIRING for each in courier.heard if isinstance(each, protocol.Progress))


def test_what_the_way_spoils_is_found_and_replaced(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    spoilt = DATA[: BLOCK + 7] + b"other" + DATA[BLOCK + 12 :]
    hub.trouble("files", lambda asked: asked.file(spoilt, etag='"1"'), times=1)
    hub.trouble("files", lambda asked: asked.file(DATA, etag='"1"'))
    answer = courier.ask(protocol.Download, **courier.download(DATA))
    assert isinstance(answer, protocol.Downloaded)
    assert 0 < answer.repaired < MIB
    is_whole(courier)


def test_wrong_bytes_of_the_right_size_never_get_the_name(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    hub.trouble("files", lambda asked: asked.file(DATA[:-1] + b"?"))
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is HubFailure.WRONG_FINGERPRINT
    assert has_no_kept_files(courier.folder)


def test_a_file_that_is_there_already_is_looked_at_and_not_fetched(hub: FakeHub, courier: Talk) -> None:
    (courier.folder / FILE).write_bytes(DATA)
    assert isinstance(courier.ask(protocol.Download, **courier.download(DATA)), protocol.Downloaded)
    assert hub.seen == []


def test_another_file_of_that_name_is_never_overwritten(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    (courier.folder / FILE).write_bytes(b"mine")
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is HubFailure.NOT_WRITABLE
    assert (courier.folder / FILE).read_bytes() == b"mine"


def test_the_file_that_is_to_be_replaced_stays_until_the_other_one_is_checked(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    (courier.folder / FILE).write_bytes(b"the old one")
    asked = courier.download(DATA) | {"replaces": fingerprint(b"the old one")}
    wrong = courier.ask(protocol.Download, **asked | {"sha256": "00" * 32})
    assert kind_of(wrong) is HubFailure.WRONG_FINGERPRINT
    assert (courier.folder / FILE).read_bytes() == b"the old one"
    assert isinstance(courier.ask(protocol.Download, **asked), protocol.Downloaded)
    is_whole(courier)


def test_one_file_is_not_downloaded_twice_at_once(hub: FakeHub, courier: Talk, held: threading.Event) -> None:
    first = courier.begin(protocol.Download, **courier.download(DATA))
    courier.until(protocol.Progress, id=first)
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is HubFailure.IN_USE
    held.set()
    assert isinstance(courier.answer(first), protocol.Downloaded)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing keeps a second one out there yet")
def test_nor_by_two_couriers(hub: FakeHub, courier: Talk, held: threading.Event) -> None:
    first = courier.begin(protocol.Download, **courier.download(DATA))
    until_held(courier)
    second = Talk(hub.endpoint, courier.folder)
    assert kind_of(second.ask(protocol.Download, **second.download(DATA))) is HubFailure.IN_USE
    second.end()
    held.set()
    assert isinstance(courier.answer(first), protocol.Downloaded)
    is_whole(courier)


def test_a_journal_of_another_file_is_not_believed(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    part, journal = unfinished(courier.folder / FILE)
    for text in ("", "no JSON", "[]", "{}", '{"size": 1, "sha256": "00", "etag": ""}', "\udcff"):
        part.write_bytes(b"old" * 1000)
        journal.write_text(text, "utf-8", "surrogateescape")
        assert isinstance(courier.ask(protocol.Download, **courier.download(DATA)), protocol.Downloaded), text
        is_whole(courier)
        (courier.folder / FILE).unlink()


def test_too_little_room_is_told_before_anything_is_fetched(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    answer = courier.ask(protocol.Download, **courier.download(DATA, size=1 << 60))
    assert kind_of(answer) is HubFailure.NO_SPACE
    needed, free = answer.numbers
    assert needed == 1 << 60 > free > 0
    assert (hub.seen, has_no_kept_files(courier.folder)) == ([], True)


@pytest.mark.skipif(sys.platform != "linux", reason="limits")
def test_a_disk_that_fills_up_keeps_what_there_is_and_goes_on_when_there_is_room(hub: FakeHub, tmp_path: Path) -> None:
    import resource

    hub.add(REPO, files={FILE: DATA})
    courier = Talk(hub.endpoint, tmp_path)
    courier.until(protocol.Hello)
    limit = BLOCK + MIB
    resource.prlimit(courier.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    answer = courier.ask(protocol.Download, **courier.download(DATA))
    assert kind_of(answer) is HubFailure.NO_SPACE, errno.errorcode
    assert answer.numbers[0] == len(DATA) - limit
    assert unfinished(tmp_path / FILE)[0].stat().st_size == limit
    resource.prlimit(courier.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert isinstance(courier.ask(protocol.Download, **courier.download(DATA)), protocol.Downloaded)
    is_whole(courier)
    courier.end()


def test_a_folder_that_is_not_writable_is_told(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    unfinished(courier.folder / FILE)[1].with_name(f"{FILE}.journal.new").mkdir()
    answer = courier.ask(protocol.Download, **courier.download(DATA))
    unfinished(courier.folder / FILE)[1].with_name(f"{FILE}.journal.new").rmdir()
    assert kind_of(answer) is HubFailure.NOT_WRITABLE
