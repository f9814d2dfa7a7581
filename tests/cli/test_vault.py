"""``snug vault``: what opens the chats, and backups that open again."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from desktop.paths import Paths
from desktop.vault.keys import Vault
from tests.cli.conftest import Snug
from tests.fixtures.keychains import NoKeychain
from tests.fixtures.profiles import PASSPHRASE


@pytest.fixture
def talked(snug: Snug, tiny: str) -> Snug:
    """A profile with one chat."""
    snug.ask("Where do hedgehogs sleep?", "--model", tiny, "--max-tokens", "3")
    return snug


def recovery_key(snug: Snug) -> str:
    result = snug.run("vault", "recovery", "--saved", "--json")
    assert result.code == 0, result.err
    return str(result.of("recovery")[0]["key"])


def test_the_status_says_what_opens_the_chats(talked: Snug) -> None:
    result = talked.run("vault", "status")
    assert "Only your passphrase or your recovery key opens them" in result.out
    assert "not saved" in result.out
    recovery_key(talked)
    [status] = talked.run("vault", "status", "--json").events
    assert (status["source"], status["recovery_saved"], status["locks"]) == ("passphrase", True, True)


def test_a_recovery_key_is_shown_once_and_opens_them(talked: Snug) -> None:
    key = recovery_key(talked)
    assert re.fullmatch(r"([2-9A-HJ-NP-Z]{5}-){7}[2-9A-HJ-NP-Z]{5}", key)
    vault = Vault(Paths(talked.data), NoKeychain())
    assert vault.open_with(key, recovery=True) == vault.open_with(PASSPHRASE)


def test_a_backup_is_made_verified_and_restored(talked: Snug, tiny: str) -> None:
    result = talked.run("vault", "backup")
    assert result.code == 0, result.err
    assert "1 chats with 2 messages; it was read back and counted" in result.out
    assert "every page sound" in talked.run("vault", "verify").out
    talked.ask("Do they snore?", "--model", tiny, "--max-tokens", "3")
    [backup] = (talked.data / "backups").glob("*.snugbackup")
    assert "--yes" in talked.run("vault", "restore", str(backup)).refusal()
    assert talked.run("vault", "restore", str(backup), "--yes").code == 0
    assert len(talked.chats()) == 1


def test_a_backup_opens_on_a_fresh_machine_with_the_recovery_key(talked: Snug, tmp_path: Path) -> None:
    key = recovery_key(talked)
    stick = tmp_path / "stick.snugbackup"
    assert talked.run("vault", "backup", str(stick)).code == 0
    assert "is there already" in talked.run("vault", "backup", str(stick)).refusal()
    passphrase_file = Path(talked.environment["SNUG_PASSPHRASE_FILE"])
    passphrase_file.write_text(key + "\n")
    elsewhere = str(tmp_path / "elsewhere")
    result = talked.run("vault", "restore", str(stick), "--data-dir", elsewhere)
    assert result.code == 0, result.err
    passphrase_file.write_text(PASSPHRASE + "\n")
    assert "hedgehogs" in talked.run("chats", "list", "--data-dir", elsewhere).out


def test_a_damaged_database_and_header_are_restored(talked: Snug) -> None:
    talked.run("vault", "backup")
    [backup] = (talked.data / "backups").glob("*.snugbackup")
    shutil.copy(backup, talked.home / "kept.snugbackup")
    for path in talked.data.glob("snug.db*"):
        path.write_bytes(b"\0" * path.stat().st_size)
    for path in (talked.data / "snug.header.json", talked.data / "backups" / "snug.header.json"):
        path.write_text("{")
    assert "snug.header.json) is damaged" in talked.run("chats", "list").refusal()
    assert talked.run("vault", "restore", str(talked.home / "kept.snugbackup")).code == 0
    assert len(talked.chats()) == 1


def test_a_damaged_backup_is_named_and_refused(talked: Snug) -> None:
    talked.run("vault", "backup")
    [backup] = (talked.data / "backups").glob("*.snugbackup")
    backup.write_bytes(backup.read_bytes()[:-100])
    result = talked.run("vault", "verify")
    assert result.code == 1
    assert "damaged or was cut short" in result.err
    assert "damaged or was cut short" in talked.run("vault", "restore", str(backup), "--yes").refusal()


def test_nothing_is_restored_under_an_open_snug(talked: Snug, tiny: str) -> None:
    talked.run("vault", "backup")
    [backup] = (talked.data / "backups").glob("*.snugbackup")
    other = talked.start("chat", "--model", tiny, stdin=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not list((talked.data / "locks").glob("*-*.lock")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "Close it first" in talked.run("vault", "restore", str(backup), "--yes").refusal()
    assert other.stdin is not None
    other.stdin.close()
    other.stdin = None
    talked.finish(other)


def test_there_is_nothing_to_lock_without_a_window(talked: Snug) -> None:
    assert "No window of Snug is open" in talked.run("vault", "lock").refusal()


def test_a_passphrase_stays_where_there_is_no_keychain(talked: Snug) -> None:
    assert "keychain" in talked.run("vault", "passphrase", "--remove").refusal()
    assert len(talked.chats()) == 1
