"""The key: made once, found again, and every way it can be missing told apart."""

from __future__ import annotations

import os
import signal
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
from desktop.vault.keychain import Outcome, Reply
from desktop.vault.keys import Vault


class FakeKeychain:
    """A keychain in memory that can be told to misbehave."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.outcome: Outcome | None = None
        self.forgets = False

    def get(self, entry: str) -> Reply:
        if self.outcome:
            return Reply(self.outcome)
        if entry not in self.entries:
            return Reply(Outcome.ABSENT, backend="Fake")
        return Reply(Outcome.DONE, self.entries[entry], "Fake")

    def set(self, entry: str, secret: str) -> Reply:
        if self.outcome:
            return Reply(self.outcome)
        if not self.forgets:
            self.entries[entry] = secret
        return Reply(Outcome.DONE, backend="Fake")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "data")


@pytest.fixture
def keychain() -> FakeKeychain:
    return FakeKeychain()


@pytest.fixture
def without_keychain(keychain: FakeKeychain) -> FakeKeychain:
    keychain.outcome = Outcome.NO_BACKEND
    return keychain


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


def test_without_a_keychain_the_key_goes_into_a_file_and_says_what_that_is_worth(
    paths: Paths, without_keychain: FakeKeychain
) -> None:
    key = Vault(paths, without_keychain).unlock()
    assert Vault(paths, without_keychain).unlock() == key
    protection = Vault(paths, without_keychain).status()
    assert protection.source is Source.KEY_FILE
    assert "anyone who can read this folder can read the chats" in protection.sentence


@pytest.mark.parametrize("outcome", [Outcome.NO_BACKEND, Outcome.FAILED])
def test_a_keychain_that_cannot_keep_is_passed_over(paths: Paths, keychain: FakeKeychain, outcome: Outcome) -> None:
    keychain.outcome = outcome
    Vault(paths, keychain).unlock()
    assert Vault(paths, keychain).status().source is Source.KEY_FILE


def test_a_keychain_that_forgets_is_passed_over(paths: Paths, keychain: FakeKeychain) -> None:
    keychain.forgets = True
    Vault(paths, keychain).unlock()
    assert Vault(paths, keychain).status().source is Source.KEY_FILE


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


def test_the_keychain_can_be_left_alone(paths: Paths, keychain: FakeKeychain) -> None:
    Vault(paths, keychain, use_keychain=False).unlock()
    assert keychain.entries == {}


def test_two_folders_never_share_a_key(tmp_path: Path, keychain: FakeKeychain) -> None:
    keys = {Vault(Paths(tmp_path / name), keychain).unlock() for name in ("one", "two")}
    assert len(keys) == len(keychain.entries) == 2


def test_a_folder_that_was_moved_keeps_its_key(tmp_path: Path, keychain: FakeKeychain) -> None:
    key = Vault(Paths(tmp_path / "here"), keychain).unlock()
    (tmp_path / "here").rename(tmp_path / "there")
    assert Vault(Paths(tmp_path / "there"), keychain).unlock() == key


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_files_are_private(paths: Paths, without_keychain: FakeKeychain) -> None:
    Vault(paths, without_keychain).unlock()
    assert paths.data.stat().st_mode & 0o777 == 0o700
    for path in (paths.header, paths.key_file, paths.locks / "vault"):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    paths.key_file.chmod(0o644)
    Vault(paths, without_keychain).unlock()
    assert paths.key_file.stat().st_mode & 0o777 == 0o600


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


KILLED = """
import os, signal, sys
from pathlib import Path
from desktop.paths import Paths
from desktop.storage.database import Database
from desktop.vault.keychain import Outcome, Reply
from desktop.vault.keys import Vault
class NoKeychain:
    def get(self, entry): return Reply(Outcome.NO_BACKEND)
    def set(self, entry, secret): return Reply(Outcome.NO_BACKEND)
left = int(sys.argv[2])
def hook(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.link", "sqlite3.connect"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
paths = Paths(Path(sys.argv[1]))
vault = Vault(paths, NoKeychain())
sys.addaudithook(hook)
key = vault.unlock()
database = Database.open(paths.database, key, backups=paths.backups, expect_existing=vault.database_expected())
vault.remember_database()
database.close()
print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_any_file_operation_of_the_first_start_the_next_one_works(
    tmp_path: Path, without_keychain: FakeKeychain
) -> None:
    kills = 0
    for number in range(1, 60, 3):
        paths = Paths(tmp_path / str(number))
        run = subprocess.run(
            [sys.executable, "-c", KILLED, str(paths.data), str(number)], capture_output=True, text=True, timeout=30
        )
        assert run.returncode in (0, -signal.SIGKILL), run.stderr
        kills += run.returncode != 0
        vault = Vault(paths, without_keychain)
        key = vault.unlock()
        opened = Database.open(paths.database, key, backups=paths.backups, expect_existing=vault.database_expected())
        vault.remember_database()
        opened.close()
        assert vault.database_expected()
        if run.returncode == 0:
            break
    assert kills >= 5


def test_two_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    program = KILLED.replace('print("done")', "print(key.hex())")
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "data"), "-1"], stdout=subprocess.PIPE, text=True
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
    Vault(paths, without_keychain).unlock()
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
    Vault(paths, without_keychain).unlock()
    paths.key_file.write_text(content)
    assert code_of(Vault(paths, without_keychain).unlock) == "KEY_DAMAGED"
    assert paths.key_file.read_text() == content


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', '{"format": "x"}', "\x00\xff"])
def test_a_damaged_header_is_refused_and_kept(paths: Paths, keychain: FakeKeychain, content: str) -> None:
    Vault(paths, keychain).unlock()
    paths.header.write_text(content)
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_DAMAGED"
    assert code_of(Vault(paths, keychain).status) == "HEADER_DAMAGED"
    assert paths.header.read_text() == content


def test_a_header_of_a_newer_snug(paths: Paths, keychain: FakeKeychain) -> None:
    Vault(paths, keychain).unlock()
    paths.header.write_text(paths.header.read_text().replace('"format": 1', '"format": 2'))
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_NEWER"


def test_a_lost_header_never_means_a_new_key_over_old_chats(paths: Paths, keychain: FakeKeychain) -> None:
    make_database(paths, Vault(paths, keychain).unlock())
    before = (paths.database.read_bytes(), dict(keychain.entries))
    paths.header.unlink()
    assert code_of(Vault(paths, keychain).unlock) == "HEADER_MISSING"
    assert (paths.database.read_bytes(), keychain.entries) == before
    assert not paths.header.exists()


@pytest.mark.parametrize("loss", ["missing", "damaged"])
@pytest.mark.parametrize("outcome", [None, Outcome.NO_BACKEND])
def test_a_lost_header_is_written_again_from_a_key_that_is_proven(
    paths: Paths, keychain: FakeKeychain, loss: str, outcome: Outcome | None
) -> None:
    keychain.outcome = outcome
    key = Vault(paths, keychain, fits=key_fits).unlock()
    make_database(paths, key)
    if loss == "missing":
        paths.header.unlink()
    else:
        paths.header.write_text("{")
    assert Vault(paths, keychain, fits=key_fits).unlock() == key
    assert Vault(paths, keychain).unlock() == key
    assert Vault(paths, keychain).database_expected()


def test_a_key_that_is_not_proven_never_makes_a_header(paths: Paths, keychain: FakeKeychain) -> None:
    make_database(paths, Vault(paths, keychain).unlock())
    for entry in keychain.entries:
        keychain.entries[entry] = "00" * 32
    paths.header.unlink()
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
