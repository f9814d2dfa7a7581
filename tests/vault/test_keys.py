"""The key: made once, found again, and every way it can be missing told apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.storage.database import Database
from desktop.storage.pages import key_fits
from desktop.vault import files, header
from desktop.vault.header import Source
from desktop.vault.keychain import Outcome
from desktop.vault.keys import Vault
from tests.fixtures.keychains import FileKeychain
from tests.fixtures.killing import victim
from tests.fixtures.profiles import CHEAP
from tests.vault.conftest import FakeKeychain

PHRASE = "quiet corner by the fire"


def lose_header(paths: Paths) -> None:
    paths.header.unlink()
    paths.header_copy.unlink()


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(AppError) as caught:
        action()
    assert caught.value.happened
    assert caught.value.safe
    assert caught.value.todo
    return caught.value.code


def make_database(paths: Paths, key: bytes) -> None:
    Database.open(paths.database, key, backups=paths.backups, expect_existing=False).close()


# The first start


def test_the_first_start_puts_a_random_key_into_the_keychain(paths: Paths, keychain: FakeKeychain) -> None:
    key = Vault(paths, keychain).unlock()
    assert len(key) == 32
    assert list(keychain.entries.values()) == [key.hex()]
    assert not paths.key_file.exists()
    assert key not in paths.header.read_bytes()
    assert key.hex().encode() not in paths.header.read_bytes()
    protection = Vault(paths, keychain).status()
    assert (protection.source, protection.backend) == (Source.KEYCHAIN, "Fake")
    assert "Fake" in protection.sentence


def test_the_second_start_finds_the_same_key(paths: Paths, keychain: FakeKeychain) -> None:
    assert Vault(paths, keychain).unlock() == Vault(paths, keychain).unlock()


def begun(paths: Paths, keychain: FakeKeychain) -> bytes:
    """A profile that a passphrase opens."""
    return Vault(paths, keychain, cost=CHEAP).begin(PHRASE)


def first_version(paths: Paths, key: bytes = bytes(range(32))) -> bytes:
    """A profile as the first version left it where there was no keychain: the key in a file."""
    paths.prepare()
    paths.key_file.write_text(key.hex())
    values = {"format": 1, "source": "key_file", "entry": "", "backend": "", "salt": "", "created": "2026"}
    paths.header.write_text(json.dumps({**values, "check": header.key_check(key).hex()}))
    return key


def test_without_a_keychain_somebody_chooses_a_passphrase(paths: Paths, without_keychain: FakeKeychain) -> None:
    assert code_of(Vault(paths, without_keychain).unlock) == "CHOOSE_PASSPHRASE"
    assert not paths.header.exists()
    key = begun(paths, without_keychain)
    assert not paths.key_file.exists()
    assert code_of(Vault(paths, without_keychain).unlock) == "LOCKED"
    assert Vault(paths, without_keychain).open_with(PHRASE) == key
    protection = Vault(paths, without_keychain).status()
    assert (protection.source, protection.can_lock) == (Source.PASSPHRASE, True)
    assert "Only your passphrase" in protection.sentence


@pytest.mark.parametrize("outcome", [Outcome.NO_BACKEND, Outcome.FAILED])
def test_a_keychain_that_cannot_keep_is_none(paths: Paths, keychain: FakeKeychain, outcome: Outcome) -> None:
    keychain.outcome = outcome
    assert code_of(Vault(paths, keychain).unlock) == "CHOOSE_PASSPHRASE"


def test_a_keychain_that_forgets_is_none(paths: Paths, keychain: FakeKeychain) -> None:
    keychain.forgets = True
    assert code_of(Vault(paths, keychain).unlock) == "CHOOSE_PASSPHRASE"


def test_a_profile_that_is_there_is_never_begun_again(paths: Paths, keychain: FakeKeychain) -> None:
    begun(paths, keychain)
    before = paths.header.read_bytes()
    assert code_of(lambda: begun(paths, keychain)) == "LOCKED"
    assert paths.header.read_bytes() == before


# The key file of the first version


def test_the_key_file_moves_into_the_keychain(paths: Paths, keychain: FakeKeychain) -> None:
    key = first_version(paths)
    assert Vault(paths, keychain).unlock() == key
    assert list(keychain.entries.values()) == [key.hex()]
    assert not paths.key_file.exists()
    assert Vault(paths, keychain).status().source is Source.KEYCHAIN
    assert Vault(paths, keychain).unlock() == key


@pytest.mark.parametrize("outcome", [Outcome.NO_BACKEND, Outcome.LOCKED])
def test_or_gives_way_to_a_passphrase(paths: Paths, keychain: FakeKeychain, outcome: Outcome) -> None:
    key = first_version(paths)
    keychain.outcome = outcome
    assert code_of(Vault(paths, keychain).unlock) == "CHOOSE_PASSPHRASE_NOW"
    assert paths.key_file.exists()
    assert "protects little" in Vault(paths, keychain).status().sentence
    assert begun(paths, keychain) == key
    assert not paths.key_file.exists()
    assert Vault(paths, keychain).open_with(PHRASE) == key


def test_a_key_file_that_was_left_behind_is_removed(paths: Paths, without_keychain: FakeKeychain) -> None:
    begun(paths, without_keychain)
    paths.key_file.write_text("ab" * 32)
    assert code_of(Vault(paths, without_keychain).unlock) == "LOCKED"
    assert not paths.key_file.exists()


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.LOCKED, "KEYCHAIN_LOCKED"), (Outcome.TIMED_OUT, "KEYCHAIN_SILENT")]
)
def test_a_keychain_that_waits_for_a_person_is_not_passed_over(
    paths: Paths, keychain: FakeKeychain, outcome: Outcome, code: str
) -> None:
    keychain.outcome = outcome
    assert code_of(Vault(paths, keychain).unlock) == code
    assert not paths.header.exists()
    assert not paths.key_file.exists()
    keychain.outcome = None
    Vault(paths, keychain).unlock()
    assert Vault(paths, keychain).status().source is Source.KEYCHAIN


def test_two_folders_never_share_a_key(tmp_path: Path, keychain: FakeKeychain) -> None:
    keys = {Vault(Paths(tmp_path / name), keychain).unlock() for name in ("one", "two")}
    assert len(keys) == len(keychain.entries) == 2


def test_a_folder_that_was_moved_keeps_its_key(tmp_path: Path, keychain: FakeKeychain) -> None:
    key = Vault(Paths(tmp_path / "here"), keychain).unlock()
    (tmp_path / "here").rename(tmp_path / "there")
    assert Vault(Paths(tmp_path / "there"), keychain).unlock() == key


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_files_are_private(paths: Paths, without_keychain: FakeKeychain) -> None:
    begun(paths, without_keychain)
    assert paths.data.stat().st_mode & 0o777 == 0o700
    for path in (paths.header, paths.header_copy, paths.locks / "vault"):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    paths.header.chmod(0o644)
    Vault(paths, without_keychain).status()
    assert paths.header.stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_before_the_first_start(paths: Paths, keychain: FakeKeychain) -> None:
    assert Vault(paths, keychain).status().source is Source.NONE
    assert not Vault(paths, keychain).database_expected()


# Killed in between


@pytest.mark.parametrize("step", ["_begin", "_settle"])
def test_stopped_between_two_steps_the_next_start_goes_on(
    paths: Paths, keychain: FakeKeychain, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(Vault, step, stop)
    with pytest.raises(KeyboardInterrupt):
        Vault(paths, keychain).unlock()
    monkeypatch.undo()
    stored = list(keychain.entries.values())
    key = Vault(paths, keychain).unlock()
    assert stored in ([], [key.hex()])


FIRST = """
from pathlib import Path
from desktop.paths import Paths
from desktop.storage.database import Database
from desktop.vault.keys import Vault
from tests.fixtures.keychains import FileKeychain
def act(number, data, keychain):
    paths = Paths(Path(data))
    vault = Vault(paths, FileKeychain(Path(keychain)))
    watch(number)
    key = vault.unlock()
    database = Database.open(paths.database, key, backups=paths.backups, expect_existing=vault.database_expected())
    vault.remember_database()
    database.close()
    return key
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_any_file_operation_of_the_first_start_the_next_one_works(tmp_path: Path) -> None:
    kills = 0
    with victim(FIRST) as beginner:
        for number in range(1, 60, 3):
            paths, keychain = Paths(tmp_path / str(number)), tmp_path / f"keychain{number}"
            killed = beginner.killed(number, str(paths.data), str(keychain))
            kills += killed
            vault = Vault(paths, FileKeychain(keychain))
            key, known = vault.unlock(), vault.database_expected()
            opened = Database.open(paths.database, key, backups=paths.backups, expect_existing=known)
            vault.remember_database()
            opened.close()
            assert vault.database_expected()
            if not killed:
                break
    assert kills >= 5


def test_two_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    program = f"def watch(number): pass\n{FIRST}\nimport sys; print(act(0, *sys.argv[1:]).hex())"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "data"), str(tmp_path / "keychain")],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    keys = {child.communicate(timeout=30)[0].strip() for child in children}
    assert len(keys) == 1
    assert len(keys.pop()) == 64


# Refusals


def test_the_entry_is_gone_from_the_keychain(paths: Paths, keychain: FakeKeychain) -> None:
    Vault(paths, keychain).unlock()
    keychain.entries.clear()
    assert code_of(Vault(paths, keychain).unlock) == "KEY_MISSING"
    assert keychain.entries == {}, "no new key was made"


def test_the_key_file_is_gone(paths: Paths, without_keychain: FakeKeychain) -> None:
    first_version(paths)
    paths.key_file.unlink()
    assert code_of(Vault(paths, without_keychain).unlock) == "KEY_MISSING"
    assert not paths.key_file.exists()


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.LOCKED, "KEYCHAIN_LOCKED"),
        (Outcome.TIMED_OUT, "KEYCHAIN_SILENT"),
        (Outcome.NO_BACKEND, "KEYCHAIN_GONE"),
        (Outcome.FAILED, "KEYCHAIN_FAILED"),
    ],
)
def test_the_keychain_does_not_give_the_key(paths: Paths, keychain: FakeKeychain, outcome: Outcome, code: str) -> None:
    key = Vault(paths, keychain).unlock()
    keychain.outcome = outcome
    assert code_of(Vault(paths, keychain).unlock) == code
    assert not paths.key_file.exists()
    keychain.outcome = None
    assert Vault(paths, keychain).unlock() == key


def test_another_key_is_in_its_place(paths: Paths, keychain: FakeKeychain) -> None:
    Vault(paths, keychain).unlock()
    for entry in keychain.entries:
        keychain.entries[entry] = "00" * 32
    assert code_of(Vault(paths, keychain).unlock) == "WRONG_KEY"


@pytest.mark.parametrize("content", ["", "not a key", "00" * 31, "zz" * 32])
def test_what_is_kept_is_no_key(paths: Paths, without_keychain: FakeKeychain, content: str) -> None:
    first_version(paths)
    paths.key_file.write_text(content)
    assert code_of(Vault(paths, without_keychain).unlock) == "KEY_DAMAGED"
    assert paths.key_file.read_text() == content


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', '{"format": "x"}', "\x00\xff"])
def test_a_damaged_header_is_refused_and_kept(paths: Paths, keychain: FakeKeychain, content: str) -> None:
    Vault(paths, keychain).unlock()
    paths.header.write_text(content)
    paths.header_copy.unlink()
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_DAMAGED"
    assert code_of(Vault(paths, keychain).status) == "HEADER_DAMAGED"
    assert paths.header.read_text() == content


def test_a_header_of_a_newer_snug(paths: Paths, keychain: FakeKeychain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header, "FORMAT", 3)
    Vault(paths, keychain).unlock()
    monkeypatch.undo()
    before = paths.header.read_bytes()
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_NEWER"
    assert paths.header.read_bytes() == before


def test_a_lost_header_never_means_a_new_key_over_old_chats(paths: Paths, keychain: FakeKeychain) -> None:
    make_database(paths, Vault(paths, keychain).unlock())
    before = (paths.database.read_bytes(), dict(keychain.entries))
    lose_header(paths)
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_MISSING"
    assert (paths.database.read_bytes(), keychain.entries) == before
    assert not paths.header.exists()


@pytest.mark.parametrize("loss", ["missing", "damaged"])
def test_a_lost_header_is_written_again_from_a_key_that_is_proven(
    paths: Paths, keychain: FakeKeychain, loss: str
) -> None:
    key = Vault(paths, keychain, fits=key_fits).unlock()
    make_database(paths, key)
    lose_header(paths)
    if loss == "damaged":
        paths.header.write_text("{")
    assert Vault(paths, keychain, fits=key_fits).unlock() == key
    assert Vault(paths, keychain).unlock() == key
    assert Vault(paths, keychain).database_expected()


def test_a_key_that_is_not_proven_never_makes_a_header(paths: Paths, keychain: FakeKeychain) -> None:
    make_database(paths, Vault(paths, keychain).unlock())
    for entry in keychain.entries:
        keychain.entries[entry] = "00" * 32
    lose_header(paths)
    assert code_of(Vault(paths, keychain, fits=key_fits).unlock) == "HEADER_MISSING"
    assert not paths.header.exists()


# The database's salt


def test_the_salt_is_kept_once_there_is_a_database(paths: Paths, keychain: FakeKeychain) -> None:
    vault = Vault(paths, keychain)
    key = vault.unlock()
    vault.remember_database()
    assert not vault.database_expected()
    make_database(paths, key)
    vault.remember_database()
    assert vault.database_expected()
    assert vault.saved_salt() == paths.database.read_bytes()[:16]
    assert vault.unlock() == key


# The disk


def test_a_file_in_place_of_the_data_folder(tmp_path: Path, keychain: FakeKeychain) -> None:
    (tmp_path / "data").write_text("not a folder")
    assert code_of(Vault(Paths(tmp_path / "data"), keychain).unlock) == "NOT_A_FOLDER"


def test_a_full_disk(paths: Paths, keychain: FakeKeychain, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(header, "write_atomically", full)
    assert code_of(Vault(paths, keychain).unlock) == "DISK_FULL"
    monkeypatch.undo()
    Vault(paths, keychain).unlock()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def fail(_: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError):  # noqa: PT011
        files.write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


# The header's copy


@pytest.mark.parametrize("loss", ["missing", "damaged"])
def test_a_lost_header_comes_back_from_its_copy(paths: Paths, without_keychain: FakeKeychain, loss: str) -> None:
    key = begun(paths, without_keychain)
    make_database(paths, key)
    if loss == "missing":
        paths.header.unlink()
    else:
        paths.header.write_bytes(paths.header.read_bytes()[:-20])
    assert Vault(paths, without_keychain).open_with(PHRASE) == key
