"""From SQLite's and the system's errors to sentences for the user.

Only what a user can meet on a healthy program is translated. Everything else passes through, being a bug. What was said
in a chat never gets into an error: SQLAlchemy hides its parameters, and ``detail`` takes SQLite's fixed words only.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desktop.errors import AppError
from desktop.storage.connection import DriverError
from desktop.translation import tr, tr_later

WRONG_KEY = "WRONG_KEY"
DATABASE_DAMAGED = "DATABASE_DAMAGED"
DATABASE_MISSING = "DATABASE_MISSING"
DATABASE_NEWER = "DATABASE_NEWER"
DATABASE_READ_ONLY = "DATABASE_READ_ONLY"
DATABASE_BUSY = "DATABASE_BUSY"
DISK_FULL = "DISK_FULL"
DISK_ERROR = "DISK_ERROR"
NOT_A_FOLDER = "NOT_A_FOLDER"
BACKUP_FAILED = "BACKUP_FAILED"
MIGRATION_FAILED = "MIGRATION_FAILED"
CHAT_GONE = "CHAT_GONE"
MESSAGE_GONE = "MESSAGE_GONE"
FOLDER_GONE = "FOLDER_GONE"
FOLDER_UNNAMED = "FOLDER_UNNAMED"
FOLDER_EXISTS = "FOLDER_EXISTS"
FOLDER_HOLDS_CHATS = "FOLDER_HOLDS_CHATS"
FOLDER_NEVER_STORES = "FOLDER_NEVER_STORES"

_HARDLY_ANY = 64 * 1024

_SENTENCES: dict[str, tuple[str, str, str]] = {
    WRONG_KEY: (
        tr_later("The key does not fit the file that holds your chats."),
        tr_later("Nothing was changed."),
        tr_later(
            "The file may belong to another profile or be damaged throughout. Put back the whole data folder from a "
            "backup of yours, or one of the files in its folder backups."
        ),
    ),
    DATABASE_DAMAGED: (
        tr_later("The file that holds your chats is damaged."),
        tr_later("Nothing was changed, and the copies in the folder backups are untouched."),
        tr_later("Keep the damaged file, and put back the newest backup."),
    ),
    DATABASE_MISSING: (
        tr_later("The file that holds your chats is gone."),
        tr_later("No new, empty one was made in its place."),
        tr_later("Put the file back, from the folder backups if need be, then start Snug again."),
    ),
    DATABASE_NEWER: (
        tr_later("Your chats were written by a newer Snug."),
        tr_later("This version did not touch them."),
        tr_later("Start the newer version again, or install it."),
    ),
    DATABASE_READ_ONLY: (
        tr_later("Your chats cannot be written: the file or its folder is read-only."),
        tr_later("What is there is safe."),
        tr_later("Give yourself the right to write there, or choose another data folder."),
    ),
    DATABASE_BUSY: (
        tr_later("Another program is using the file that holds your chats."),
        tr_later("Nothing was lost; this change was not made."),
        tr_later("Wait a moment and try again."),
    ),
    DISK_FULL: (
        tr_later("The disk is full."),
        tr_later("Everything up to now is saved; the last change is not."),
        tr_later("Free some space and try again."),
    ),
    DISK_ERROR: (
        tr_later("The disk could not be read or written."),
        tr_later("Everything that was saved before is left as it is."),
        tr_later("Check that the disk is connected and healthy, then try again."),
    ),
    NOT_A_FOLDER: (
        tr_later("The place for your data is not a folder."),
        tr_later("Nothing was changed."),
        tr_later("Choose another data folder, or move away the file that stands there."),
    ),
    BACKUP_FAILED: (
        tr_later("A backup was made but could not be read back."),
        tr_later("Your chats are untouched; the bad copy was removed."),
        tr_later("Check the disk and try again."),
    ),
    MIGRATION_FAILED: (
        tr_later("Your chats could not be brought to this version's form."),
        tr_later("They are exactly as they were before."),
        tr_later("Start the version you used before, and report this."),
    ),
    CHAT_GONE: (
        tr_later("This chat is no longer there."),
        tr_later("Your other chats are untouched."),
        tr_later("Choose another chat."),
    ),
    MESSAGE_GONE: (
        tr_later("This message is no longer there."),
        tr_later("Your other messages are untouched."),
        tr_later("Open the chat again."),
    ),
    FOLDER_GONE: (
        tr_later("This folder is no longer there."),
        tr_later("Its chats are still in the list."),
        tr_later("Choose another folder."),
    ),
    FOLDER_UNNAMED: (tr_later("A folder needs a name."), tr_later("Nothing was changed."), tr_later("Give it one.")),
    FOLDER_EXISTS: (
        tr_later("There is a folder of this name already."),
        tr_later("Nothing was changed."),
        tr_later("Choose another name."),
    ),
    FOLDER_HOLDS_CHATS: (
        tr_later("This folder holds chats that are stored."),
        tr_later("Nothing was changed."),
        tr_later("Move them out or delete them first; then it can be one that never stores."),
    ),
    FOLDER_NEVER_STORES: (
        tr_later("Nothing is stored in this folder, and this chat is."),
        tr_later("It stays where it is."),
        tr_later("Choose another folder, or begin a new chat in this one."),
    ),
}


def failure(code: str, detail: str = "") -> AppError:
    """The error for one of the codes above."""
    happened, safe, todo = map(tr, _SENTENCES[code])
    return AppError(code, happened, safe, todo, detail)


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Errors that leave this block and that a user can do something about leave it as ``AppError``."""
    try:
        yield
    except (DBAPIError, PoolTimeout, DriverError, OSError) as error:
        known = _translate(error, path)
        if known is None:
            raise
        raise known from error


def _translate(error: Exception, path: Path) -> AppError | None:
    if isinstance(error, PoolTimeout):
        return failure(DATABASE_BUSY, tr("waited for this process's own writer"))
    if isinstance(error, OSError):
        return _from_system(error)
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    name = str(getattr(cause, "sqlite_errorname", None) or "")
    code = _code(name, path)
    return failure(code, name) if code else None


def is_unreadable(error: Exception) -> bool:
    """SQLCipher could make nothing of the file: wrong key, or damage."""
    return str(getattr(error, "sqlite_errorname", None) or "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT"))


def _code(name: str, path: Path) -> str:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return DATABASE_BUSY
    if name == "SQLITE_FULL":
        return DISK_FULL
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return DATABASE_READ_ONLY
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return DATABASE_DAMAGED
    if name.startswith("SQLITE_CANTOPEN"):
        if not path.exists():
            return DATABASE_MISSING
        writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        return DISK_ERROR if writable else DATABASE_READ_ONLY
    if name.startswith("SQLITE_IOERR"):
        # Without room for its shared memory SQLite speaks of an error, not of a full disk.
        return DISK_FULL if _is_full(path.parent) else DISK_ERROR
    return ""


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _HARDLY_ANY
    except OSError:
        return False


def _from_system(error: OSError) -> AppError:
    number = error.errno or 0
    detail = errno.errorcode.get(number, "")
    if number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return failure(DISK_FULL, detail)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return failure(DATABASE_READ_ONLY, detail)
    if number in (errno.ENOTDIR, errno.EEXIST):
        return failure(NOT_A_FOLDER, detail)
    return failure(DISK_ERROR, detail)
