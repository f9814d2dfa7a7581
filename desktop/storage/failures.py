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
        "The key does not fit the file that holds your chats.",
        "Nothing was changed.",
        "The file may belong to another profile or be damaged throughout. Put back the whole data folder from a backup "
        "of yours, or one of the files in its folder backups.",
    ),
    DATABASE_DAMAGED: (
        "The file that holds your chats is damaged.",
        "Nothing was changed, and the copies in the folder backups are untouched.",
        "Keep the damaged file, and put back the newest backup.",
    ),
    DATABASE_MISSING: (
        "The file that holds your chats is gone.",
        "No new, empty one was made in its place.",
        "Put the file back, from the folder backups if need be, then start Snug again.",
    ),
    DATABASE_NEWER: (
        "Your chats were written by a newer Snug.",
        "This version did not touch them.",
        "Start the newer version again, or install it.",
    ),
    DATABASE_READ_ONLY: (
        "Your chats cannot be written: the file or its folder is read-only.",
        "What is there is safe.",
        "Give yourself the right to write there, or choose another data folder.",
    ),
    DATABASE_BUSY: (
        "Another program is using the file that holds your chats.",
        "Nothing was lost; this change was not made.",
        "Wait a moment and try again.",
    ),
    DISK_FULL: (
        "The disk is full.",
        "Everything up to now is saved; the last change is not.",
        "Free some space and try again.",
    ),
    DISK_ERROR: (
        "The disk could not be read or written.",
        "Everything that was saved before is left as it is.",
        "Check that the disk is connected and healthy, then try again.",
    ),
    NOT_A_FOLDER: (
        "The place for your data is not a folder.",
        "Nothing was changed.",
        "Choose another data folder, or move away the file that stands there.",
    ),
    BACKUP_FAILED: (
        "A backup was made but could not be read back.",
        "Your chats are untouched; the bad copy was removed.",
        "Check the disk and try again.",
    ),
    MIGRATION_FAILED: (
        "Your chats could not be brought to this version's form.",
        "They are exactly as they were before.",
        "Start the version you used before, and report this.",
    ),
    CHAT_GONE: ("This chat is no longer there.", "Your other chats are untouched.", "Choose another chat."),
    MESSAGE_GONE: ("This message is no longer there.", "Your other messages are untouched.", "Open the chat again."),
    FOLDER_GONE: ("This folder is no longer there.", "Its chats are still in the list.", "Choose another folder."),
    FOLDER_UNNAMED: ("A folder needs a name.", "Nothing was changed.", "Give it one."),
    FOLDER_EXISTS: ("There is a folder of this name already.", "Nothing was changed.", "Choose another name."),
    FOLDER_HOLDS_CHATS: (
        "This folder holds chats that are stored.",
        "Nothing was changed.",
        "Move them out or delete them first; then it can be one that never stores.",
    ),
    FOLDER_NEVER_STORES: (
        "Nothing is stored in this folder, and this chat is.",
        "It stays where it is.",
        "Choose another folder, or begin a new chat in this one.",
    ),
}


def failure(code: str, detail: str = "") -> AppError:
    """The error for one of the codes above."""
    happened, safe, todo = _SENTENCES[code]
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
        return failure(DATABASE_BUSY, "waited for this process's own writer")
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
