"""The key of the database: made once, kept in the keychain or in a file, found again at every start.

First run, in this order: the key is stored and read back; then the header is written; then (elsewhere) the database is
made. Killed between any two of these, the next start finds the stored key and goes on. A new key is made only where
there is neither a header nor a database, so none is ever made over chats that an old key protects.

Knows nothing of SQLCipher: whether a key opens a database file is asked through ``fits``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.vault import header, refusals
from desktop.vault.files import only_one, plain_words, read_private, set_aside, write_atomically
from desktop.vault.header import Header, Source
from desktop.vault.keychain import Keychain, Outcome, Reply

KEY_BYTES = 32

Fits = Callable[[Path, bytes], bool]
"""Whether a key opens a database file, told from its pages alone."""


class Protection(NamedTuple):
    """How the chats are protected, for the privacy page and ``snug doctor``."""

    source: Source
    backend: str
    sentence: str


class Vault:
    """The key of one profile.

    ``fits`` lets a lost header be written again from the key, if that is proven to open the database. ``use_keychain``
    False keeps the key of a new profile in a file, for machines where a keychain is there but nobody to unlock it.
    """

    def __init__(
        self, paths: Paths, keychain: Keychain, *, fits: Fits | None = None, use_keychain: bool = True
    ) -> None:
        self._paths = paths
        self._keychain = keychain
        self._fits = fits
        self._use_keychain = use_keychain

    def unlock(self) -> bytes:
        """The key, 32 bytes. Makes one at the first start. May wait for a person (the keychain's own window).

        Raises:
            AppError: KEY_MISSING, KEY_DAMAGED, KEYCHAIN_LOCKED, KEYCHAIN_SILENT, KEYCHAIN_GONE, KEYCHAIN_FAILED,
                HEADER_MISSING, HEADER_DAMAGED, HEADER_NEWER, WRONG_KEY, or what the disk is to blame for.
        """
        with plain_words():
            self._paths.prepare()
            with only_one(self._paths.locks / "vault"):
                try:
                    found = header.read(self._paths.header)
                except AppError as error:
                    if error.code != header.HEADER_DAMAGED:
                        raise
                    return self._recover(error)
                if found is not None:
                    return self._fetch(found)
                if self._paths.database.exists():
                    return self._recover(refusals.refusal(refusals.HEADER_MISSING))
                return self._begin()

    def status(self) -> Protection:
        """How the chats are protected. Asks the header only, so it never waits.

        Raises:
            AppError: HEADER_DAMAGED, HEADER_NEWER.
        """
        with plain_words():
            found = header.read(self._paths.header)
        if found is None:
            return Protection(Source.NONE, "", "Nothing is kept here yet.")
        if found.source is Source.KEYCHAIN:
            return Protection(
                Source.KEYCHAIN,
                found.backend,
                f"Your chats are encrypted. The key is in this computer's keychain ({found.backend}).",
            )
        return Protection(
            Source.KEY_FILE,
            "key file",
            "Your chats are encrypted, but the key lies beside them in a file. This protects little: anyone who can "
            "read this folder can read the chats.",
        )

    def database_expected(self) -> bool:
        """Whether a database was made here, so that a missing one is a loss. For ``Database.open``."""
        return bool(self.saved_salt())

    def saved_salt(self) -> bytes:
        """The copy of the database's first 16 bytes; empty if there is none yet. For ``Database.open``."""
        with plain_words():
            found = header.read(self._paths.header)
        return found.salt if found else b""

    def remember_database(self) -> None:
        """Note the database's salt. To be called when it was opened; costs nothing once it is known."""
        with plain_words():
            salt = self._salt_on_disk()
            found = header.read(self._paths.header)
            if found is None or not salt or salt == found.salt:
                return
            with only_one(self._paths.locks / "vault"):
                header.write(self._paths.header, found.with_salt(salt))

    # The key that is there

    def _fetch(self, found: Header) -> bytes:
        key = self._from_file() if found.source is Source.KEY_FILE else self._from_keychain(found.entry)
        if not found.fits(key):
            raise refusals.refusal(refusals.WRONG_KEY)
        return key

    def _from_file(self) -> bytes:
        content = read_private(self._paths.key_file)
        if content is None:
            raise refusals.key_missing(
                f"its file ({self._paths.key_file.name})", "Put this file back from a backup of the data folder."
            )
        return _key_of(content.decode("ascii", "replace"))

    def _from_keychain(self, entry: str) -> bytes:
        reply = self._keychain.get(entry)
        if reply.outcome is Outcome.ABSENT:
            raise refusals.key_missing(
                "this computer's keychain", f"Put the entry {entry} back, from a backup of the keychain."
            )
        if reply.outcome is not Outcome.DONE:
            raise refusals.of_reply(reply)
        return _key_of(reply.secret)

    # The first start

    def _begin(self) -> bytes:
        # What an interrupted first start has stored is used, not replaced: it may be all there is.
        if (kept := self._usable_file()) is not None:
            return self._settle(kept, Source.KEY_FILE)
        entry = self._entry()
        if self._use_keychain and (kept := self._store(entry)) is not None:
            key, backend = kept
            return self._settle(key, Source.KEYCHAIN, entry, backend)
        key = secrets.token_bytes(KEY_BYTES)
        write_atomically(self._paths.key_file, key.hex().encode() + b"\n")
        return self._settle(self._from_file(), Source.KEY_FILE)

    def _store(self, entry: str) -> tuple[bytes, str] | None:
        """A key in the keychain, proven by reading it back; None where no keychain can do that."""
        reply = self._keychain.get(entry)
        if reply.outcome is Outcome.DONE:
            return _key_of(reply.secret), reply.backend
        if reply.outcome is Outcome.ABSENT:
            key = secrets.token_bytes(KEY_BYTES)
            stored = self._keychain.set(entry, key.hex())
            reply = self._keychain.get(entry) if stored.outcome is Outcome.DONE else stored
            if reply.outcome is Outcome.DONE and reply.secret == key.hex():
                return key, reply.backend
        _refuse_if_a_person_can_help(reply)
        return None

    def _settle(self, key: bytes, source: Source, entry: str = "", backend: str = "") -> bytes:
        header.write(
            self._paths.header,
            Header(source, header.key_check(key), entry, backend, self._salt_on_disk(), header.now_text()),
        )
        return key

    def _usable_file(self) -> bytes | None:
        content = read_private(self._paths.key_file)
        if content is None:
            return None
        try:
            return _key_of(content.decode("ascii", "replace"))
        except AppError:
            set_aside(self._paths.key_file)
            return None

    # A header that was lost

    def _recover(self, why: AppError) -> bytes:
        """Write the header again, if a key is found that is proven to open the database. Else refuse, as before."""
        if self._fits is None or not self._paths.database.is_file():
            raise why
        content = read_private(self._paths.key_file)
        if content is not None and (key := self._proven(content.decode("ascii", "replace"))):
            return self._settle_again(key, Source.KEY_FILE)
        entry = self._entry()
        reply = self._keychain.get(entry)
        if reply.outcome is Outcome.DONE and (key := self._proven(reply.secret)):
            return self._settle_again(key, Source.KEYCHAIN, entry, reply.backend)
        _refuse_if_a_person_can_help(reply)
        raise why

    def _proven(self, text: str) -> bytes | None:
        try:
            key = _key_of(text)
        except AppError:
            return None
        return key if self._fits is not None and self._fits(self._paths.database, key) else None

    def _settle_again(self, key: bytes, source: Source, entry: str = "", backend: str = "") -> bytes:
        if self._paths.header.exists():
            set_aside(self._paths.header)
        return self._settle(key, source, entry, backend)

    def _salt_on_disk(self) -> bytes:
        try:
            with self._paths.database.open("rb") as file:
                salt = file.read(header.SALT)
        except FileNotFoundError:
            return b""
        return salt if len(salt) == header.SALT else b""

    def _entry(self) -> str:
        """Its name in the keychain: one for each data folder, so that two profiles never share a key."""
        place = str(self._paths.data.absolute())
        return f"database key {hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def _refuse_if_a_person_can_help(reply: Reply) -> None:
    # A keychain that only waits for a password is not passed over: that would quietly protect less.
    if reply.outcome in (Outcome.LOCKED, Outcome.TIMED_OUT):
        raise refusals.of_reply(reply)


def _key_of(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise refusals.refusal(refusals.KEY_DAMAGED)
    return key
