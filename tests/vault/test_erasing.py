"""Deleting everything leaves nothing that opens, and the models."""

from __future__ import annotations

from desktop.paths import Paths
from desktop.vault.erasing import erase
from desktop.vault.keychain import Outcome
from desktop.vault.ways import Ways
from tests.vault.conftest import FakeKeychain, vault_on
from tests.vault.test_keys import code_of, make_database


def filled(paths: Paths, keychain: FakeKeychain) -> None:
    vault = vault_on(paths, keychain)
    key = vault.unlock()
    make_database(paths, key)
    vault.remember_database()
    Ways(vault, key).new_recovery_key()
    (paths.backups / "snug-20261121-120000.snugbackup").write_bytes(b"a backup")
    (paths.models / "model.gguf").write_bytes(b"a model")
    paths.settings.write_text("{}")


def test_only_the_models_are_left(paths: Paths, keychain: FakeKeychain) -> None:
    filled(paths, keychain)
    erase(paths, vault_on(paths, keychain))
    assert keychain.entries == {}
    assert [path.name for path in paths.data.rglob("*") if path.is_file()] == ["model.gguf"]


def test_a_first_start_follows(paths: Paths, keychain: FakeKeychain) -> None:
    filled(paths, keychain)
    before = vault_on(paths, keychain).unlock()
    erase(paths, vault_on(paths, keychain))
    assert vault_on(paths, keychain).unlock() != before


def test_a_keychain_that_does_not_answer_is_told_and_the_files_go(paths: Paths, keychain: FakeKeychain) -> None:
    filled(paths, keychain)
    keychain.outcome = Outcome.TIMED_OUT
    assert code_of(lambda: erase(paths, vault_on(paths, keychain))) == "KEYCHAIN_FAILED"
    assert not paths.database.exists()
    assert not paths.header.exists()


def test_it_can_be_done_twice(paths: Paths, keychain: FakeKeychain) -> None:
    filled(paths, keychain)
    erase(paths, vault_on(paths, keychain))
    erase(paths, vault_on(paths, keychain))
