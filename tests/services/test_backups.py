"""Backups: proven when they are made, and a restore leaves the old chats or the new ones, whole."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop import house as houses
from desktop import unlocking
from desktop.domain.chat import Part, PartKind
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.services import backups
from desktop.storage import restoring
from desktop.vault.header import Source
from desktop.vault.keys import Vault
from desktop.vault.ways import Ways
from tests.fixtures.keychains import NoKeychain
from tests.fixtures.killing import victim
from tests.fixtures.profiles import CHEAP, PASSPHRASE, make_profile

DAY = 86400


class Profile:
    """A data folder that a passphrase opens."""

    def __init__(self, data: Path) -> None:
        make_profile(data)
        self.paths = unlocking.prepare(data)
        self.vault = Vault(self.paths, NoKeychain(), cost=CHEAP)
        self.key = self.vault.open_with(PASSPHRASE)

    def say(self, *texts: str) -> None:
        stores = self.stores()
        for text in texts:
            stores.conversations.add_turn(
                None, None, (Part(PartKind.TEXT, text),), model_name="", model_key="", writer="", title=text
            )
        stores.database.close()

    def texts(self) -> list[str]:
        stores = self.stores()
        found = [chat.title for chat in stores.conversations.list()]
        stores.database.close()
        return sorted(found)

    def stores(self) -> houses.Stores:
        unlocking.prepare(self.paths.data)
        vault = Vault(self.paths, NoKeychain(), cost=CHEAP)
        return houses.open_stores(self.paths, NoKeychain(), unlocking.unlock_typed(vault, PASSPHRASE))


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    profile = Profile(tmp_path / "data")
    profile.say("Where do hedgehogs sleep?")
    return profile


def code_of(profile: Profile, path: Path, key: bytes | None = None) -> str:
    with pytest.raises(AppError) as caught:
        backups.restore(path, key or profile.key, profile.paths)
    assert caught.value.happened
    assert caught.value.safe
    assert caught.value.todo
    return caught.value.code


def test_a_backup_was_opened_and_counted_before_it_counts(profile: Profile) -> None:
    made = backups.make(profile.paths, profile.key)
    assert made.counts["chat"] == 1
    assert backups.existing(profile.paths.backups) == [made.path]
    assert made.path.stat().st_mode & 0o777 == 0o600
    names = {path.name for path in profile.paths.backups.iterdir()}
    assert names == {made.path.name, "snug.header.json"}, "nothing else is left lying about"


def test_nothing_readable_is_in_it(profile: Profile) -> None:
    content = backups.make(profile.paths, profile.key).path.read_bytes()
    assert b"hedgehog" not in content
    assert profile.key not in content
    assert profile.key.hex().encode() not in content


def test_a_restore_brings_back_what_was_there_and_keeps_what_is(profile: Profile) -> None:
    made = backups.make(profile.paths, profile.key)
    profile.say("Do they snore?")
    assert len(profile.texts()) == 2
    assert backups.restore(made.path, profile.key, profile.paths)["chat"] == 1
    assert profile.texts() == ["Where do hedgehogs sleep?"]
    [replaced] = profile.paths.backups.glob("replaced-*")
    assert (replaced / "snug.db").exists()


def test_the_recovery_key_opens_a_backup_on_a_fresh_machine(profile: Profile, tmp_path: Path) -> None:
    recovery = Ways(profile.vault, profile.key).new_recovery_key()
    made = backups.make(profile.paths, profile.key, tmp_path / "stick.snugbackup")
    fresh = Paths(tmp_path / "elsewhere")
    fresh.prepare()
    key = Vault(fresh, NoKeychain()).key_for(backups.header_of(made.path), recovery, recovery=True)
    backups.restore(made.path, key, fresh)
    restored = Profile.__new__(Profile)
    restored.paths = fresh
    assert restored.texts() == ["Where do hedgehogs sleep?"]
    assert Vault(fresh, NoKeychain()).open_with(recovery, recovery=True) == profile.key
    assert Vault(fresh, NoKeychain()).status().source is Source.PASSPHRASE


def test_one_of_another_profile_is_refused(profile: Profile, tmp_path: Path) -> None:
    other = Profile(tmp_path / "other")
    other.say("Other words")
    made = backups.make(other.paths, other.key)
    assert code_of(profile, made.path) == "OTHER_PROFILE"
    assert code_of(profile, made.path, other.key) == "OTHER_PROFILE"
    assert profile.texts() == ["Where do hedgehogs sleep?"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: content[: len(content) // 2], "BACKUP_DAMAGED"),
        (lambda content: content[:-1], "BACKUP_DAMAGED"),
        (lambda content: content[:20], "BACKUP_DAMAGED"),
        (lambda content: b"", "NOT_A_BACKUP"),
        (lambda content: b"PK\x03\x04" + content, "NOT_A_BACKUP"),
        (lambda content: content + b"more", "BACKUP_DAMAGED"),
    ],
)
def test_a_file_that_is_no_backup_or_half_of_one(profile: Profile, change: object, code: str) -> None:
    made = backups.make(profile.paths, profile.key)
    made.path.write_bytes(change(made.path.read_bytes()))  # type: ignore[operator]
    assert code_of(profile, made.path) == code
    assert profile.texts() == ["Where do hedgehogs sleep?"]


def test_flipped_bits_anywhere_are_noticed(profile: Profile) -> None:
    made = backups.make(profile.paths, profile.key)
    whole = made.path.read_bytes()
    chance = random.Random(3)
    for _ in range(60):
        place = chance.randrange(len(whole) * 8)
        broken = bytearray(whole)
        broken[place // 8] ^= 1 << place % 8
        made.path.write_bytes(bytes(broken))
        try:
            # White space in the header may change without a meaning.
            assert backups.verify(made.path, profile.key, profile.paths.backups)["chat"] == 1
            assert place // 8 < 3000
        except AppError as error:
            assert error.code in ("BACKUP_DAMAGED", "NOT_A_BACKUP")  # noqa: PT017


def test_no_room_is_said_with_figures_before_anything_is_written(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]
    with pytest.raises(AppError) as caught:
        backups.make(profile.paths, profile.key)
    assert caught.value.code == "NO_SPACE"
    assert " MB" in caught.value.happened
    assert backups.existing(profile.paths.backups) == []


# Keeping


def test_seven_days_and_four_weeks_are_kept(tmp_path: Path) -> None:
    start = 20_717 * DAY
    for day in range(60):
        for hour in (1, 13):
            path = backups._free_name(tmp_path, start + day * DAY + hour * 3600)  # pyright: ignore[reportPrivateUsage]
            path.touch()
            backups.prune(tmp_path, path)
    ages = sorted(59 - round(backups.when(path) - start) // DAY for path in backups.existing(tmp_path))
    assert ages[:7] == list(range(7))
    assert 8 <= len(ages) <= 11
    assert ages[-1] <= 28


def test_a_clock_that_was_set_back_a_year_costs_no_backup(tmp_path: Path) -> None:
    now = 1_790_000_000.0
    ahead = backups._free_name(tmp_path, now)  # pyright: ignore[reportPrivateUsage]
    ahead.touch()
    assert not backups.is_due(tmp_path, now)
    past = now - 365 * DAY
    assert backups.is_due(tmp_path, past)
    made = backups._free_name(tmp_path, past)  # pyright: ignore[reportPrivateUsage]
    made.touch()
    assert backups.prune(tmp_path, made) == []
    assert not backups.is_due(tmp_path, past)


# Killed in between

ACT = """
from pathlib import Path
from desktop.paths import Paths
from desktop.services import backups
import desktop.vault.wrapping, cryptography.hazmat.primitives.ciphers.aead, cryptography.hazmat.primitives.kdf.hkdf
def act(number, data, key, backup):
    paths = Paths(Path(data))
    watch(number)
    if backup:
        backups.restore(Path(backup), bytes.fromhex(key), paths)
    else:
        backups.make(paths, bytes.fromhex(key))
"""


@pytest.fixture
def killed(profile: Profile) -> Iterator[Callable[[int, str], bool]]:
    """Whether a restore of that backup (or making one) was killed at that file operation."""
    with victim(ACT) as process:
        yield lambda number, backup: process.killed(number, str(profile.paths.data), profile.key.hex(), backup)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.timeout(180)
def test_killed_in_a_restore_the_old_or_the_new_chats_are_there(
    profile: Profile, tmp_path: Path, killed: Callable[[int, str], bool]
) -> None:
    made = backups.make(profile.paths, profile.key, tmp_path / "backup.snugbackup")
    profile.say("Do they snore?")
    kept = tmp_path / "kept"
    shutil.copytree(profile.paths.data, kept)
    kills, old = 0, 0
    for number in range(1, 400):
        shutil.rmtree(profile.paths.data)
        shutil.copytree(kept, profile.paths.data)
        dead = killed(number, str(made.path))
        texts = profile.texts()
        assert texts in (["Do they snore?", "Where do hedgehogs sleep?"], ["Where do hedgehogs sleep?"]), number
        old += len(texts) == 2
        assert not (profile.paths.data / "restore").exists()
        if not dead:
            break
        kills += 1
    print(f"{kills} kills, {old} times the old chats")
    assert kills >= 25
    assert 0 < old < kills


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.timeout(180)
def test_killed_in_a_backup_there_is_a_whole_one_or_none(profile: Profile, killed: Callable[[int, str], bool]) -> None:
    kills = 0
    for number in range(1, 400):
        for path in backups.existing(profile.paths.backups):
            path.unlink()
        dead = killed(number, "")
        for path in backups.existing(profile.paths.backups):
            assert backups.verify(path, profile.key, profile.paths.backups)["chat"] == 1
        if not dead:
            break
        kills += 1
    print(f"{kills} kills")
    assert kills >= 20
    assert profile.texts() == ["Where do hedgehogs sleep?"]


def test_a_decided_restore_is_finished_at_the_next_start(profile: Profile) -> None:
    made = backups.make(profile.paths, profile.key)
    profile.say("Do they snore?")
    folder = restoring.prepare(profile.paths)
    backups._unpack(made.path, profile.key, folder / "snug.db")  # pyright: ignore[reportPrivateUsage]
    restoring.decide(profile.paths)
    assert profile.texts() == ["Where do hedgehogs sleep?"]
