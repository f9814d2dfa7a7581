"""Ways in are added, changed and taken away; the key of the database stays the same, and the chats are not touched."""

from __future__ import annotations

import sys

import pytest

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.vault import header, recovery
from desktop.vault.header import Source
from desktop.vault.keychain import Outcome
from desktop.vault.keys import Vault
from desktop.vault.ways import Ways, forget
from tests.fixtures.killing import victim
from tests.vault.conftest import FakeKeychain, vault_on
from tests.vault.test_keys import PHRASE, begun, code_of, make_database


@pytest.fixture
def vault(paths: Paths, keychain: FakeKeychain) -> Vault:
    """One that the keychain opens."""
    vault = vault_on(paths, keychain)
    vault.unlock()
    return vault


@pytest.fixture
def key(vault: Vault) -> bytes:
    return vault.unlock()


@pytest.fixture
def ways(vault: Vault, key: bytes) -> Ways:
    return Ways(vault, key)


# Passphrase


def test_with_a_passphrase_the_keychain_no_longer_opens_it(
    ways: Ways, vault: Vault, key: bytes, keychain: FakeKeychain
) -> None:
    assert not vault.status().can_lock
    ways.set_passphrase(PHRASE)
    assert keychain.entries == {}
    assert vault.status().can_lock
    assert code_of(vault.unlock) == "LOCKED"
    assert vault.open_with(PHRASE) == key


def test_or_both_open_it(ways: Ways, vault: Vault, key: bytes, keychain: FakeKeychain) -> None:
    ways.set_passphrase(PHRASE, ask_at_start=False)
    assert vault.unlock() == vault.open_with(PHRASE) == key
    assert not vault.status().can_lock, "the keychain would give the key to any program of the same user"
    keychain.outcome = Outcome.NO_BACKEND
    with pytest.raises(AppError) as caught:
        vault.unlock()
    assert (caught.value.code, caught.value.detail) == ("LOCKED", "KEYCHAIN_GONE")
    assert "passphrase" in caught.value.todo
    assert vault.open_with(PHRASE) == key
    keychain.outcome = None
    ways.ask_at_start()
    assert code_of(vault.unlock) == "LOCKED"


def test_a_passphrase_is_changed(ways: Ways, vault: Vault, key: bytes) -> None:
    ways.set_passphrase(PHRASE)
    ways.set_passphrase("another quiet corner")
    assert vault.open_with("another quiet corner") == key
    assert code_of(lambda: vault.open_with(PHRASE)) == "WRONG_PASSPHRASE"


def test_the_same_letters_composed_differently_are_the_same(ways: Ways, vault: Vault, key: bytes) -> None:
    ways.set_passphrase("caf\u00e9 in the corner")
    assert vault.open_with("cafe\u0301 in the corner") == key


def test_short_ones_are_refused(ways: Ways, vault: Vault, key: bytes) -> None:
    assert code_of(lambda: ways.set_passphrase("seven 7")) == "PASSPHRASE_SHORT"
    assert vault.unlock() == key


def test_back_to_the_keychain(ways: Ways, vault: Vault, key: bytes, keychain: FakeKeychain) -> None:
    ways.set_passphrase(PHRASE)
    ways.use_keychain()
    ways.remove_passphrase()
    assert vault.unlock() == key
    assert code_of(lambda: vault.open_with(PHRASE)) == "WRONG_PASSPHRASE"


def test_the_last_way_in_stays(paths: Paths, without_keychain: FakeKeychain) -> None:
    key = begun(paths, without_keychain)
    vault = vault_on(paths, without_keychain)
    assert code_of(Ways(vault, key).remove_passphrase) == "LAST_WAY"
    assert code_of(Ways(vault, key).use_keychain) == "KEYCHAIN_GONE"
    assert vault.open_with(PHRASE) == key


def test_without_a_passphrase_the_keychain_stays(ways: Ways, vault: Vault, key: bytes) -> None:
    assert code_of(ways.ask_at_start) == "LAST_WAY"
    assert vault.unlock() == key


def test_a_keychain_that_would_not_forget_is_asked_again(
    ways: Ways, vault: Vault, keychain: FakeKeychain, paths: Paths
) -> None:
    keychain.keeps = True
    ways.set_passphrase(PHRASE)
    assert len(keychain.entries) == 1
    assert code_of(vault.unlock) == "LOCKED"
    keychain.keeps = False
    vault.open_with(PHRASE)
    assert keychain.entries == {}
    keychain.keeps = True  # and then no more
    vault.open_with(PHRASE)


def test_a_copied_header_and_the_wrong_key_change_nothing(vault: Vault) -> None:
    assert code_of(lambda: Ways(vault, bytes(32)).set_passphrase(PHRASE)) == "WRONG_KEY"


# Recovery key


def test_a_recovery_key_opens_it(ways: Ways, vault: Vault, key: bytes) -> None:
    text = ways.new_recovery_key()
    assert not vault.status().recovery_saved, "it was shown, and nobody said that it was written down"
    assert vault.open_with(text.lower().replace("-", " "), recovery=True) == key
    ways.recovery_saved()
    assert vault.status().recovery_saved
    assert vault.open_with(text, recovery=True) == key


def test_a_new_one_takes_over_when_it_was_saved(ways: Ways, vault: Vault, key: bytes) -> None:
    first = ways.new_recovery_key()
    ways.recovery_saved()
    second = ways.new_recovery_key()
    assert vault.status().recovery_saved
    assert vault.open_with(first, recovery=True) == vault.open_with(second, recovery=True) == key
    ways.recovery_saved()
    assert code_of(lambda: vault.open_with(first, recovery=True)) == "WRONG_RECOVERY"
    assert vault.open_with(second, recovery=True) == key


def test_it_opens_also_after_the_passphrase_was_changed(ways: Ways, vault: Vault, key: bytes) -> None:
    text = ways.new_recovery_key()
    ways.recovery_saved()
    ways.set_passphrase(PHRASE)
    assert vault.open_with(text, recovery=True) == key


def test_one_of_another_profile_is_no_typing_mistake(ways: Ways, vault: Vault) -> None:
    ways.new_recovery_key()
    assert code_of(lambda: vault.open_with(recovery.make(), recovery=True)) == "WRONG_RECOVERY"


def test_nothing_that_was_typed_is_in_a_file(ways: Ways, paths: Paths, key: bytes) -> None:
    text = ways.new_recovery_key()
    ways.set_passphrase(PHRASE)
    for path in (path for path in paths.data.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for secret in (text, PHRASE, text.replace("-", ""), key.hex()):
            assert secret.encode() not in content, path.name
        assert key not in content, path.name


# Guessing


def test_wrong_guesses_have_to_wait(ways: Ways, vault: Vault, key: bytes) -> None:
    ways.set_passphrase(PHRASE)
    for _ in range(3):
        assert code_of(lambda: vault.open_with("not the passphrase")) == "WRONG_PASSPHRASE"
    with pytest.raises(AppError) as caught:
        vault.open_with(PHRASE)
    assert caught.value.code == "TOO_SOON"
    assert "Wait 1 s" in caught.value.todo
    vault.attempts.passed()
    assert vault.open_with(PHRASE) == key


def test_a_typing_mistake_in_a_recovery_key_costs_no_guess(ways: Ways, vault: Vault) -> None:
    text = ways.new_recovery_key()
    for _ in range(10):
        assert code_of(lambda: vault.open_with("2" + text[1:] + "2", recovery=True)) == "RECOVERY_LENGTH"
    vault.open_with(text, recovery=True)


# Forgetting


def test_everything_that_opens_it_is_forgotten(
    ways: Ways, vault: Vault, paths: Paths, key: bytes, keychain: FakeKeychain
) -> None:
    make_database(paths, key)
    vault.remember_database()
    forget(vault)
    assert keychain.entries == {}
    assert code_of(vault.unlock) == "HEADER_MISSING"


# Killed in between

CHANGE = """
from pathlib import Path
from desktop.paths import Paths
from desktop.vault.keys import Vault
from desktop.vault.ways import Ways
from tests.fixtures.keychains import FileKeychain
from tests.fixtures.profiles import CHEAP
def act(number, data, folder):
    vault = Vault(Paths(Path(data)), FileKeychain(Path(folder)), cost=CHEAP)
    ways = Ways(vault, vault.open_with("the old passphrase"))
    watch(number)
    ways.set_passphrase("the new passphrase")
    ways.use_keychain()
    ways.ask_at_start()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.timeout(180)
def test_killed_in_a_change_the_old_or_the_new_passphrase_opens_it(paths: Paths, keychain: FakeKeychain) -> None:
    vault = vault_on(paths, keychain)
    key = vault.unlock()
    Ways(vault, key).set_passphrase("the old passphrase")
    kills = old = 0
    original = paths.header.read_bytes()
    folder = paths.data.with_name("keychain")
    with victim(CHANGE) as changing:
        for number in range(1, 200):
            paths.header.write_bytes(original)
            killed = changing.killed(number, str(paths.data), str(folder))
            found = header.read(paths.header, paths.header_copy)
            assert found is not None
            results = [outcome(vault, text) for text in ("the old passphrase", "the new passphrase")]
            assert sorted(map(str, results)) == sorted(map(str, (key, "WRONG_PASSPHRASE"))), number
            assert found.source in (Source.PASSPHRASE, Source.KEYCHAIN)
            old += results[0] == key
            if not killed:
                assert not list(folder.glob("database*")), "the keychain still holds the key"
                break
            kills += 1
    print(f"{kills} kills, {old} with the old passphrase")
    assert kills >= 25
    assert 0 < old < kills


def outcome(vault: Vault, passphrase: str) -> bytes | str:
    try:
        return vault.open_with(passphrase)
    except AppError as error:
        vault.attempts.passed()
        return error.code
