"""Where the key lies when nobody has to type anything: the system's keychain, and the first version's file."""

from __future__ import annotations

import hashlib
import secrets

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.translation import tr
from desktop.vault import refusals
from desktop.vault.files import read_private, set_aside
from desktop.vault.header import KeychainWay
from desktop.vault.keychain import Keychain, Outcome, Reply

KEY_BYTES = 32


class Places:
    """The places of one profile."""

    def __init__(self, paths: Paths, keychain: Keychain) -> None:
        self._paths = paths
        self._keychain = keychain

    def entry(self) -> str:
        """Its name in the keychain: one for each data folder, so that two profiles never share a key."""
        place = str(self._paths.data.absolute())
        return f"database key {hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"

    def in_file(self) -> bytes:
        """The key in the file.

        Raises:
            AppError: KEY_MISSING, KEY_DAMAGED.
        """
        content = read_private(self._paths.key_file)
        if content is None:
            raise refusals.key_missing(
                tr("its file ({name})").format(name=self._paths.key_file.name),
                tr("Put this file back from a backup of the data folder."),
            )
        return key_of(content.decode("ascii", "replace"))

    def in_keychain(self, entry: str) -> bytes:
        """The key in an entry of the keychain. May wait for a person.

        Raises:
            AppError: KEY_MISSING, KEY_DAMAGED, KEYCHAIN_LOCKED, KEYCHAIN_SILENT, KEYCHAIN_GONE, KEYCHAIN_FAILED.
        """
        reply = self._keychain.get(entry)
        if reply.outcome is Outcome.ABSENT:
            raise refusals.key_missing(
                tr("this computer's keychain"),
                tr("Put the entry {entry} back, from a backup of the keychain.").format(entry=entry),
            )
        if reply.outcome is not Outcome.DONE:
            raise refusals.of_reply(reply)
        return key_of(reply.secret)

    def store(self, key: bytes | None) -> tuple[bytes, KeychainWay] | None:
        """Put a key into the keychain, proven by reading it back; None where no keychain can do that.

        Without a key, the one that is there already, or a new one.

        Raises:
            AppError: KEYCHAIN_LOCKED, KEYCHAIN_SILENT: a person can help.
        """
        entry = self.entry()
        reply = self._keychain.get(entry)
        if key is None and reply.outcome is Outcome.DONE:
            return key_of(reply.secret), KeychainWay(entry, reply.backend)
        if reply.outcome in (Outcome.ABSENT, Outcome.DONE):
            key = key or secrets.token_bytes(KEY_BYTES)
            stored = self._keychain.set(entry, key.hex())
            reply = self._keychain.get(entry) if stored.outcome is Outcome.DONE else stored
            if reply.outcome is Outcome.DONE and reply.secret == key.hex():
                return key, KeychainWay(entry, reply.backend)
        refuse_if_a_person_can_help(reply)
        return None

    def usable_file(self) -> bytes | None:
        """The key in the file, None if there is none; what is no key is set aside."""
        content = read_private(self._paths.key_file)
        if content is None:
            return None
        try:
            return key_of(content.decode("ascii", "replace"))
        except AppError:
            set_aside(self._paths.key_file)
            return None


def key_of(text: str) -> bytes:
    """A key as the keychain and the key file hold it: 64 hexadecimal digits.

    Raises:
        AppError: KEY_DAMAGED.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise refusals.refusal(refusals.KEY_DAMAGED)
    return key


def refuse_if_a_person_can_help(reply: Reply) -> None:
    """Raises:
    AppError: KEYCHAIN_LOCKED, KEYCHAIN_SILENT.
    """
    # A keychain that only waits for a password is not passed over: that would quietly protect less.
    if reply.outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        raise refusals.of_reply(reply)
