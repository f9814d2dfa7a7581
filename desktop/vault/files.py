"""Small secret files: written whole or not at all, readable by their owner only.

Standard library only. Also turns what the system says into sentences, and keeps two starting processes apart.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from desktop.disk import sync_folder
from desktop.errors import AppError
from desktop.translation import tr

_WAIT_S = 60.0


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` so that a crash at any point leaves the old file or the new one, never half of either.

    Raises:
        OSError: the disk does not take it; the old file is untouched.
    """
    write_stream(path, lambda file: file.write(content))


def write_stream(
    path: Path, write: Callable[[BinaryIO], object], prove: Callable[[Path], object] | None = None
) -> None:
    """The same for what is written piece by piece. ``prove`` may look at the new file before it takes the old one's
    place: what it raises keeps the old one."""
    # A fixed name: what a killed process left is overwritten by the next, and never lies about with a key in it.
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if prove is not None:
            prove(fresh)
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)


def read_private(path: Path) -> bytes | None:
    """What the file holds, None if it is not there. Takes away rights that others have on it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if os.name != "nt" and path.stat().st_mode & 0o077:
        with suppress(OSError):  # a file system without modes
            path.chmod(0o600)
    return content


def set_aside(path: Path) -> None:
    """Keep a file that cannot be used under another name, so that nothing is ever overwritten."""
    path.replace(path.with_name(f"{path.name}.damaged-{time.time_ns():x}"))


@contextmanager
def only_one(path: Path) -> Generator[None]:
    """Hold the lock of this name: two processes that start for the first time must not make two keys.

    The system gives it back when a process dies, so a stale lock cannot be.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


@contextmanager
def plain_words() -> Generator[None]:
    """A disk that is full, read-only or broken leaves this block as an ``AppError``."""
    try:
        yield
    except OSError as error:
        raise _sentence(error) from error


def _sentence(error: OSError) -> AppError:
    number = error.errno or 0
    detail = errno.errorcode.get(number, type(error).__name__)
    safe = tr("Nothing was changed.")
    if number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return AppError("DISK_FULL", tr("The disk is full."), safe, tr("Free some space and try again."), detail)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return AppError(
            "DATA_FOLDER_CLOSED",
            tr("Snug may not read or write in its data folder."),
            safe,
            tr("Give yourself the right to, or choose another data folder."),
            detail,
        )
    if number in (errno.ENOTDIR, errno.EEXIST):
        return AppError(
            "NOT_A_FOLDER",
            tr("The place for your data is not a folder."),
            safe,
            tr("Choose another data folder."),
            detail,
        )
    return AppError(
        "DISK_ERROR", tr("The disk could not be read or written."), safe, tr("Check the disk, then try again."), detail
    )


def _busy() -> AppError:
    return AppError(
        "VAULT_BUSY",
        tr("Another Snug is opening this data folder and has not got its key yet."),
        tr("Nothing was changed."),
        tr("Look for a window of the keychain that asks for your password, then try again."),
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        deadline = time.monotonic() + _WAIT_S
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise _busy() from None
                time.sleep(0.05)

else:
    import fcntl

    def _lock(handle: int) -> None:
        deadline = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _busy() from None
                time.sleep(0.02)
