"""The system's keychain: which ones count, and calls that do not come back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from desktop.vault import keychain
from desktop.vault.keychain import Outcome, Reply, SystemKeychain


class Backend:
    """Stands for one of keyring's classes."""

    priority = 5.0
    secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, entry: str) -> str | None:
        return self.secrets.get((service, entry))

    def set_password(self, service: str, entry: str, secret: str) -> None:
        self.secrets[service, entry] = secret

    def delete_password(self, service: str, entry: str) -> None:
        del self.secrets[service, entry]


def use(monkeypatch: pytest.MonkeyPatch, backend: type, name: str = "Test") -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr(keychain, "_candidates", lambda: ((__name__, backend.__name__, name),))
    monkeypatch.setattr(sys.modules[__name__], backend.__name__, backend, raising=False)


def test_what_is_set_is_read_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Backend)
    monkeypatch.setattr(Backend, "secrets", {})
    system = SystemKeychain(service="Snug test")
    assert system.get("a").outcome is Outcome.ABSENT
    assert system.set("a", "secret") == Reply(Outcome.DONE, backend="Test")
    assert system.get("a") == Reply(Outcome.DONE, "secret", "Test")
    assert system.delete("a").outcome is Outcome.DONE
    assert system.delete("a").outcome is Outcome.ABSENT


def test_a_reply_does_not_show_its_secret() -> None:
    assert "secret" not in repr(Reply(Outcome.DONE, "secret", "Test"))


def test_a_keychain_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Hanging(Backend):
        def get_password(self, service: str, entry: str) -> str | None:
            release.wait(10)
            return None

    use(monkeypatch, Hanging)
    began = time.monotonic()
    assert SystemKeychain(timeout_s=0.1).get("a").outcome is Outcome.TIMED_OUT
    assert time.monotonic() - began < 2
    release.set()


def test_a_locked_keychain_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.errors import KeyringLocked

    class Locked(Backend):
        def get_password(self, service: str, entry: str) -> str | None:
            raise KeyringLocked("the words of the keychain")

    use(monkeypatch, Locked)
    assert SystemKeychain().get("a") == Reply(Outcome.LOCKED, backend="Test", detail="KeyringLocked")


def test_an_unknown_error_is_a_failure_and_its_words_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Backend):
        def set_password(self, service: str, entry: str, secret: str) -> None:
            raise ValueError(f"cannot store {secret}")

    use(monkeypatch, Broken)
    assert SystemKeychain().set("a", "secret") == Reply(Outcome.FAILED, backend="Test", detail="ValueError")


def test_a_keychain_that_is_not_there_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent(Backend):
        priority = property(lambda self: 1 / 0)  # type: ignore[assignment]

    use(monkeypatch, Absent)
    assert SystemKeychain().get("a").outcome is Outcome.NO_BACKEND


def test_the_variable_that_switches_keychains_off_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Backend)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    assert SystemKeychain().get("a").outcome is Outcome.NO_BACKEND


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_only_real_keychains_are_on_the_list(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    modules = {module for module, _, _ in keychain._candidates()}
    assert modules
    assert all(module.startswith("keyring.backends.") for module in modules)
    assert not modules & {"keyring.backends.null", "keyring.backends.fail", "keyring.backends.chainer"}


def test_keyring_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, desktop.vault.keys, desktop.vault.keychain; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=30).returncode == 0
