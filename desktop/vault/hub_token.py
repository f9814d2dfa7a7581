"""An access token of a hub, in an entry of its own in the system's keychain, and nowhere else."""

from __future__ import annotations

from desktop.vault.keychain import Keychain, Outcome, SystemKeychain

PUBLIC_HUB = "huggingface.co"


class HubToken:
    """The token for one hub, by its host: no other hub ever gets it. Every call may wait for a person."""

    def __init__(self, host: str, keychain: Keychain | None = None) -> None:
        self._entry = entry(host)
        self._keychain = keychain or SystemKeychain()

    def read(self) -> str:
        """What is kept; empty where nothing is, or the keychain does not give it."""
        return self._keychain.get(self._entry).secret

    def keep(self, token: str) -> bool:
        """Whether the keychain took it."""
        return self._keychain.set(self._entry, token).outcome is Outcome.DONE

    def forget(self) -> bool:
        """Whether nothing is kept any more."""
        return self._keychain.delete(self._entry).outcome in (Outcome.DONE, Outcome.ABSENT, Outcome.NO_BACKEND)


def entry(host: str) -> str:
    """What the keychain's entry is called."""
    return f"access token for {host}"
