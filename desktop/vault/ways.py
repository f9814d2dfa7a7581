"""Changing the ways in: passphrase, keychain, recovery key. The database's key stays; only the header is written anew.

Each change is one atomic write, so a kill leaves the old ways or the new ones. A way is taken away in two steps: first
the header no longer names it, then the key is removed from where it lay; ``Vault`` finishes the second at the next
start if need be. At least one of keychain and passphrase stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from desktop.vault import hub_token, refusals, typed
from desktop.vault.files import only_one, plain_words
from desktop.vault.header import Header
from desktop.vault.hub_token import PUBLIC_HUB
from desktop.vault.keychain import Outcome
from desktop.vault.keys import Protection, Vault

Result = TypeVar("Result")


class Ways:
    """The ways in of an unlocked vault. ``key`` is the database's. Any of these may raise what the disk is to blame
    for, as an ``AppError``."""

    def __init__(self, vault: Vault, key: bytes) -> None:
        self._vault = vault
        self._key = key

    def with_key(self, use: Callable[[bytes], Result]) -> Result:
        """Do something that takes the key; it is not kept anywhere else."""
        return use(self._key)

    def status(self) -> Protection:
        """How the chats are protected now."""
        return self._vault.status()

    def set_passphrase(self, passphrase: str, *, ask_at_start: bool = True) -> None:
        """Set or change the passphrase. ``ask_at_start`` takes every way away that opens without it. Slow (Argon2id).

        Raises:
            AppError: PASSPHRASE_SHORT, NO_MEMORY.
        """
        way = typed.way_of_passphrase(self._key, passphrase, self._vault.cost)
        self._change(lambda old: _asked(old._replace(passphrase=way, key_file=False), ask_at_start))

    def ask_at_start(self) -> None:
        """No longer open by the keychain alone.

        Raises:
            AppError: LAST_WAY, without a passphrase.
        """

        def change(old: Header) -> Header:
            if old.passphrase is None:
                raise refusals.refusal(refusals.LAST_WAY)
            return _asked(old, asked=True)

        self._change(change)

    def remove_passphrase(self) -> None:
        """Open by the keychain alone.

        Raises:
            AppError: LAST_WAY, where the keychain is no way in.
        """

        def change(old: Header) -> Header:
            if old.keychain is None:
                raise refusals.refusal(refusals.LAST_WAY)
            return old._replace(passphrase=None)

        self._change(change)

    def use_keychain(self) -> None:
        """Put the key into the keychain, so that nobody is asked at a start.

        Raises:
            AppError: KEYCHAIN_LOCKED, KEYCHAIN_SILENT, KEYCHAIN_GONE.
        """
        with plain_words():
            stored = self._vault.places.store(self._key)
        if stored is None:
            raise refusals.refusal(refusals.KEYCHAIN_GONE)
        self._change(lambda old: old._replace(keychain=stored[1], key_file=False, leaving=""))

    def new_recovery_key(self) -> str:
        """A new recovery key, to be shown. The one before it works until this one was saved (``recovery_saved``)."""
        text, way = typed.way_of_recovery(self._key)
        self._change(lambda old: old._replace(recovery=(*(kept for kept in old.recovery if kept.saved), way)))
        return text

    def recovery_saved(self) -> None:
        """The user wrote the newest recovery key down: it alone works from now on."""
        self._change(lambda old: old._replace(recovery=tuple(way._replace(saved=True) for way in old.recovery[-1:])))

    def _change(self, change: Callable[[Header], Header]) -> None:
        vault = self._vault
        with plain_words(), only_one(vault.paths.locks / "vault"):
            old = vault.read()
            if old is None:
                raise refusals.refusal(refusals.HEADER_MISSING)
            if not old.fits(self._key):
                raise refusals.refusal(refusals.WRONG_KEY)
            new = change(old)
            vault.write(new)
            vault.tidy(new)


def _asked(header: Header, asked: bool) -> Header:
    if not asked or header.keychain is None:
        return header
    return header._replace(keychain=None, leaving=header.keychain.entry)


def forget(vault: Vault) -> None:
    """Remove the key and the hub's token from the keychain, and the header with its copy: nothing opens these chats
    any more."""
    with plain_words(), only_one(vault.paths.locks / "vault"):
        entries = {vault.places.entry(), hub_token.entry(PUBLIC_HUB)}
        try:
            old = vault.read()
        except Exception:  # a damaged header is no reason to keep anything
            old = None
        if old is not None and old.keychain is not None:
            entries.add(old.keychain.entry)
        for path in (vault.paths.header, vault.paths.header_copy, vault.paths.key_file):
            path.unlink(missing_ok=True)
        for entry in entries:
            if vault.keychain.delete(entry).outcome not in (Outcome.DONE, Outcome.ABSENT, Outcome.NO_BACKEND):
                raise refusals.refusal(refusals.KEYCHAIN_FAILED)
