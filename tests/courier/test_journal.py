"""What is remembered of an unfinished download, and what of it is believed."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from desktop.courier.hashing import Trail
from desktop.courier.journal import BLOCK, Journal, Wanted
from tests.courier.conftest import model
from tests.fixtures.hub import fingerprint

WANTED = Wanted("maker/Tiny", "c" * 40, "tiny.gguf", 3 * BLOCK, "a" * 64)


def written(path: Path, wanted: Wanted = WANTED) -> Journal:
    journal = Journal(path, wanted)
    journal.begin('"tag"')
    journal.add(0, 11)
    journal.add(1, 22)
    return journal


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    again = Journal(tmp_path / "journal", WANTED)
    assert again.read()
    assert (again.etag, again.blocks, again.same_boot) == ('"tag"', {0: 11, 1: 22}, True)


def test_half_a_line_at_its_end_is_one_block_less(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    with (tmp_path / "journal").open("a") as file:
        file.write("[2, 3")
    again = Journal(tmp_path / "journal", WANTED)
    assert again.read()
    assert again.blocks == {0: 11, 1: 22}


def test_the_same_bytes_from_another_commit_are_good_and_their_tag_is_not(tmp_path: Path) -> None:
    written(tmp_path / "journal")
    again = Journal(tmp_path / "journal", WANTED._replace(revision="d" * 40))
    assert again.read()
    assert (again.etag, again.blocks) == ("", {0: 11, 1: 22})
    assert not Journal(tmp_path / "journal", WANTED._replace(sha256="b" * 64)).read()
    assert not Journal(tmp_path / "none", WANTED).read()


def test_after_a_start_of_the_computer_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "journal")
    monkeypatch.setattr(psutil, "boot_time", lambda: 1.0)
    again = Journal(tmp_path / "journal", WANTED)
    assert again.read()
    assert not again.same_boot


def test_a_trail_hashes_what_it_is_given_and_what_it_finds(tmp_path: Path) -> None:
    data = model(2 * BLOCK + 12345)
    wanted = WANTED._replace(size=len(data))
    path, journal = tmp_path / "part", Journal(tmp_path / "journal", wanted)
    journal.begin("")
    with path.open("wb", buffering=0) as file:
        file.write(data[:1_000_000])
        trail = Trail(path, journal, 1_000_000)
        for at in range(1_000_000, len(data), 300_001):
            file.write(data[at : at + 300_001])
            trail.wrote(at, data[at : at + 300_001])
    assert trail.finish(lambda _: None) == fingerprint(data)
    assert (trail.done, trail.bad, sorted(journal.blocks)) == (len(data), set(), [0, 1, 2])
    assert trail.read_again >= 1_000_000
    path.write_bytes(data[:BLOCK] + b"?" + data[BLOCK + 1 :])
    second = Trail(path, journal, len(data))
    assert second.finish(lambda _: None) != fingerprint(data)
    assert second.bad == {1}


def test_a_file_that_is_cut_meanwhile_is_an_error_and_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"GGUF")
    trail = Trail(tmp_path / "part", Journal(tmp_path / "journal", WANTED), 1000)
    with pytest.raises(OSError, match="shorter"):
        trail.finish(lambda _: None)
