"""The key of the database: made once, found again at every start.

First start, in this order: the key goes into the keychain and is read back; then the header is written; then
(elsewhere) the database is made. Killed between any two of these, the next start finds the stored key and goes on.
Without a keychain somebody chooses a passphrase (``begin``). A new key is made only where there is neither a header nor
a database, so none is ever made over chats that an old key protects.

Knows nothing of SQLCipher: whether a key opens a database file is asked through ``fits``. Ways in are changed in
``ways.py``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.translation import tr
from desktop.vault import header, refusals
from desktop.vault.attempts import Attempts
from desktop.vault.files import only_one, plain_words, read_private, set_aside
from desktop.vault.header import Header, KeychainWay, Source
from desktop.vault.keychain import Keychain, Outcome
from desktop.vault.places import KEY_BYTES, Places, key_of, refuse_if_a_person_can_help
from desktop.vault.wrapping import STANDARD, Cost

Fits = Callable[[Path, bytes], bool]
"""Whether a key opens a database file, told from its pages alone."""


class Protection(NamedTuple):
    """How the chats are protected, for the privacy page and ``snug doctor``."""

    source: Source
    """What opens them at a start."""
    backend: str
    """The keychain's name; empty where none is used."""
    passphrase: bool
    recovery_saved: bool
    beginning: str
    rest: str = ""
    """What ``sentence`` says, the usual beginning apart: the page has a heading in its place."""

    @property
    def sentence(self) -> str:
        return f"{self.beginning} {self.rest}".rstrip()

    @property
    def can_lock(self) -> bool:
        """Whether somebody has to type something before Snug opens again. With a way in that needs nobody, any
        program of the same user could fetch the key."""
        return self.source is Source.PASSPHRASE


class Vault:
    """The key of one profile.

    ``fits`` lets a lost header be written again from the key, if that is proven to open the database. ``cost`` is what
    a guess at a new passphrase takes.
    """

    def __init__(self, paths: Paths, keychain: Keychain, *, fits: Fits | None = None, cost: Cost = STANDARD) -> None:
        self.paths = paths
        self.cost = cost
        self.keychain = keychain
        self.places = Places(paths, keychain)
        self._fits = fits
        self.attempts = Attempts(paths.locks / "attempts")

    def unlock(self) -> bytes:
        """The key, 32 bytes, if nobody has to type anything for it. Makes one at the first start.

        May wait for a person all the same (the keychain's own window).

        Raises:
            AppError: LOCKED (``open_with`` goes on), CHOOSE_PASSPHRASE, CHOOSE_PASSPHRASE_NOW (``begin`` goes on),
                KEY_MISSING, KEY_DAMAGED, KEYCHAIN_LOCKED, KEYCHAIN_SILENT, KEYCHAIN_GONE, KEYCHAIN_FAILED,
                HEADER_MISSING, HEADER_DAMAGED, HEADER_NEWER, WRONG_KEY, or what the disk is to blame for.
        """
        with plain_words():
            self.paths.prepare()
            with only_one(self.paths.locks / "vault"):
                try:
                    found = self.read()
                except AppError as error:
                    if error.code != header.HEADER_DAMAGED:
                        raise
                    return self._recover(error)
                if found is not None:
                    return self._fetch(found)
                if self.paths.database.exists():
                    return self._recover(refusals.refusal(refusals.HEADER_MISSING))
                return self._begin()

    def begin(self, passphrase: str) -> bytes:
        """After CHOOSE_PASSPHRASE: a key that this passphrase opens, new or as it lay in a file. Slow (Argon2id).

        Raises:
            AppError: PASSPHRASE_SHORT, NO_MEMORY, or what the disk is to blame for.
        """
        from desktop.vault import typed

        with plain_words():
            self.paths.prepare()
            with only_one(self.paths.locks / "vault"):
                found = self.read()
                if found is None and self.paths.database.exists():
                    raise refusals.refusal(refusals.HEADER_MISSING)
                if found is not None and not found.key_file:
                    raise refusals.refusal(refusals.LOCKED)  # another process was first
                key = self.places.in_file() if found else secrets.token_bytes(KEY_BYTES)
                start = found or Header(header.key_check(key), created=header.now_text())
                way = typed.way_of_passphrase(key, passphrase, self.cost)
                new = start._replace(passphrase=way, key_file=False)
                self.write(new)
                self.tidy(new)
                return key

    def open_with(self, secret: str, *, recovery: bool = False) -> bytes:
        """The key, for a passphrase or a recovery key that somebody typed. Slow (Argon2id).

        Raises:
            AppError: WRONG_PASSPHRASE, WRONG_RECOVERY, RECOVERY_TYPO, RECOVERY_LENGTH, TOO_SOON, NO_MEMORY, and what
                ``unlock`` raises about the header.
        """
        from desktop.vault import typed

        with plain_words(), only_one(self.paths.locks / "vault"):
            found = self.read()
            if found is None:
                raise refusals.refusal(refusals.HEADER_MISSING)
            key = typed.key_of(found, secret, self.attempts, recovery=recovery)
            self.tidy(found)
            return key

    def key_for(self, found: Header, secret: str, *, recovery: bool) -> bytes:
        """The key of another header, one in a backup. Wrong secrets count as they do for this one.

        Raises:
            AppError: see ``open_with``.
        """
        from desktop.vault import typed

        with plain_words():
            return typed.key_of(found, secret, self.attempts, recovery=recovery)

    def status(self) -> Protection:
        """How the chats are protected. Asks the header only, so it never waits.

        Raises:
            AppError: HEADER_DAMAGED, HEADER_NEWER.
        """
        with plain_words():
            found = self.read()
        if found is None:
            return Protection(Source.NONE, "", False, False, tr("Nothing is kept here yet."))
        backend = found.keychain.backend if found.keychain else ""
        has_passphrase, saved = found.passphrase is not None, found.recovery_saved
        return Protection(found.source, backend, has_passphrase, saved, *_sentence(found.source, backend))

    def database_expected(self) -> bool:
        """Whether a database was made here, so that a missing one is a loss. For ``Database.open``."""
        return bool(self.saved_salt())

    def saved_salt(self) -> bytes:
        """The copy of the database's first 16 bytes; empty if there is none yet. For ``Database.open``."""
        with plain_words():
            found = self.read()
        return found.salt if found else b""

    def remember_database(self) -> None:
        """Note the database's salt. To be called when it was opened; costs nothing once it is known."""
        with plain_words():
            salt = self._salt_on_disk()
            found = self.read()
            if found is None or not salt or salt == found.salt:
                return
            with only_one(self.paths.locks / "vault"):
                self.write(found.with_salt(salt))

    def read(self) -> Header | None:
        """The header; its copy, where it was lost from beside a database.

        Raises:
            AppError: HEADER_DAMAGED, HEADER_NEWER.
            OSError: it cannot be read.
        """
        copy = self.paths.header_copy
        found = header.read(self.paths.header, copy)
        return header.read(copy, copy) if found is None and self.paths.database.exists() else found

    def write(self, new: Header) -> None:
        """Put another header in place, entirely or not at all. Raises: OSError."""
        header.write(self.paths.header, self.paths.header_copy, new)

    # The key that is there

    def _fetch(self, found: Header) -> bytes:
        self.tidy(found)
        if found.source is Source.PASSPHRASE:
            raise refusals.refusal(refusals.LOCKED)
        try:
            if found.keychain is None:
                return self._move_away(found)
            return _proper(found, self.places.in_keychain(found.keychain.entry))
        except AppError as error:
            if found.passphrase is None and not found.recovery:
                raise
            raise refusals.locked_because(error) from error

    def _move_away(self, found: Header) -> bytes:
        """From the file beside the chats into the keychain, or to a passphrase that somebody has to choose."""
        key = _proper(found, self.places.in_file())
        try:
            stored = self.places.store(key)
        except AppError:  # a keychain that cannot be opened now is none: the chats open without it too
            stored = None
        if stored is None:
            raise refusals.refusal(refusals.CHOOSE_PASSPHRASE_NOW)
        new = found._replace(keychain=stored[1], key_file=False)
        self.write(new)
        self.tidy(new)
        return key

    def tidy(self, found: Header) -> None:
        """Finish what an interrupted change of the ways in left: a key must not lie where it no longer belongs."""
        if not found.key_file:
            self.paths.key_file.unlink(missing_ok=True)
        if found.leaving and self.keychain.delete(found.leaving).outcome in (Outcome.DONE, Outcome.ABSENT):
            self.write(found._replace(leaving=""))

    # The first start

    def _begin(self) -> bytes:
        # What an interrupted first start has stored is used, not replaced: it may be all there is.
        if (kept := self.places.usable_file()) is not None:
            return self._settle(Header(header.key_check(kept), key_file=True))
        if (stored := self.places.store(None)) is not None:
            key, way = stored
            return self._settle(Header(header.key_check(key), way), key)
        raise refusals.refusal(refusals.CHOOSE_PASSPHRASE)

    def _settle(self, new: Header, key: bytes | None = None) -> bytes:
        whole = new._replace(salt=self._salt_on_disk(), created=header.now_text())
        self.write(whole)
        return key or self._fetch(whole)

    # A header that was lost

    def _recover(self, why: AppError) -> bytes:
        """Write the header again, if a key is found that is proven to open the database. Else refuse, as before."""
        if self._fits is None or not self.paths.database.is_file():
            raise why
        content = read_private(self.paths.key_file)
        if content is not None and (key := self._proven(content.decode("ascii", "replace"))):
            return self._settle_again(Header(header.key_check(key), key_file=True))
        entry = self.places.entry()
        reply = self.keychain.get(entry)
        if reply.outcome is Outcome.DONE and (key := self._proven(reply.secret)):
            return self._settle_again(Header(header.key_check(key), KeychainWay(entry, reply.backend)), key)
        refuse_if_a_person_can_help(reply)
        raise why

    def _proven(self, text: str) -> bytes | None:
        try:
            key = key_of(text)
        except AppError:
            return None
        return key if self._fits is not None and self._fits(self.paths.database, key) else None

    def _settle_again(self, new: Header, key: bytes | None = None) -> bytes:
        if self.paths.header.exists():
            set_aside(self.paths.header)
        return self._settle(new, key)

    def _salt_on_disk(self) -> bytes:
        try:
            with self.paths.database.open("rb") as file:
                salt = file.read(header.SALT)
        except FileNotFoundError:
            return b""
        return salt if len(salt) == header.SALT else b""


def _proper(found: Header, key: bytes) -> bytes:
    if not found.fits(key):
        raise refusals.refusal(refusals.WRONG_KEY)
    return key


def _sentence(source: Source, backend: str) -> tuple[str, str]:
    encrypted = tr("Your chats are encrypted.")
    match source:
        case Source.KEYCHAIN:
            return encrypted, tr("The key is in this computer's keychain ({backend}).").format(backend=backend)
        case Source.PASSPHRASE:
            return encrypted, tr("Only your passphrase or your recovery key opens them.")
        case _:
            return (
                tr("Your chats are encrypted, but the key lies beside them in a file."),
                tr(
                    "This protects little: anyone who can read this folder can read the chats. Set a passphrase in "
                    "Settings."
                ),
            )
