"""A keychain in memory, and a vault whose passphrases cost next to nothing to check."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.paths import Paths
from desktop.storage.pages import key_fits
from desktop.vault.keychain import Outcome, Reply
from desktop.vault.keys import Vault
from tests.fixtures.profiles import CHEAP


class FakeKeychain:
    """A keychain in memory that can be told to misbehave."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.outcome: Outcome | None = None
        self.forgets = False
        self.keeps = False

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

    def delete(self, entry: str) -> Reply:
        if self.outcome:
            return Reply(self.outcome)
        if self.keeps:
            return Reply(Outcome.FAILED)
        return Reply(Outcome.DONE if self.entries.pop(entry, None) else Outcome.ABSENT, backend="Fake")


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


def vault_on(paths: Paths, keychain: FakeKeychain) -> Vault:
    return Vault(paths, keychain, fits=key_fits, cost=CHEAP)
