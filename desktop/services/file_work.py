"""Reading, copying and moving large files, in steps that tell how far they are and can be stopped. No Qt, no database.

What is copied is there whole or not at all: it grows under another name, and gets its own with its last byte.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from desktop.disk import sync_folder
from desktop.domain.names import memory_text
from desktop.errors import AppError
from desktop.translation import tr

BLOCK = 4 << 20
SPARE = 256 << 20
"""Bytes that stay free on a disk."""
PART = ".part"

Step = Callable[[int], None]
"""Told of the bytes that were done since the last time. May raise ``Stopped``."""


class Stopped(Exception):
    """The user wants no more of it."""


def fingerprint(path: Path, step: Step) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            step(len(block))
    return digest.hexdigest()


def copy(source: Path, target: Path, step: Step) -> None:
    """Copy a file, and read back what was written.

    Raises:
        AppError: DISK_FULL before anything is written, or NOT_COPIED.
        Stopped: of ``step``; nothing is left of it.
    """
    require_room(target.parent, source.stat().st_size)
    part = target.with_name(target.name + PART)
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, part.open("wb") as written:
            while block := read.read(BLOCK):
                digest.update(block)
                written.write(block)
                step(len(block))
            written.flush()
            os.fsync(written.fileno())
        # What is read back counts for nothing, but can be stopped.
        if fingerprint(part, lambda _: step(0)) != digest.hexdigest():
            raise _not_copied(source, "what was written is not what was read")
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise _not_copied(source, error.strerror or type(error).__name__) from None
    finally:
        part.unlink(missing_ok=True)


def put_beside(source: Path, target: Path, step: Step) -> None:
    """Have the same file at a second place: a second name where that is the same disk, a copy where it is not. The
    first one stays, so that whoever is interrupted has either.

    Raises:
        AppError: of ``copy``.
        Stopped: of ``step``.
    """
    try:
        os.link(source, target)
    except OSError:
        copy(source, target, step)
    else:
        step(source.stat().st_size)


def free_folder(folder: Path, names: tuple[str, ...]) -> Path:
    """Where files of these names can be put: the folder, or a new one in it where one of the names is taken."""
    place, number = folder, 2
    while any((place / name).exists() for name in names):
        place = folder / f"{Path(names[0]).stem} {number}"
        number += 1
    return place


def make_folder(folder: Path) -> None:
    """Raises:
    AppError: NO_FOLDER.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, tr("it cannot be written to"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AppError(
            "NO_FOLDER",
            tr("{folder} cannot be used: {reason}.").format(folder=folder, reason=reason),
            tr("Nothing was moved."),
            tr("Choose another folder."),
        ) from None


def free_space(folder: Path) -> int:
    """Free bytes on the disk of a folder; 0 where nobody can tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def require_room(
    folder: Path,
    size: int,
    safe: str = "",
    todo: str = "",
) -> None:
    """Raises:
    AppError: DISK_FULL, with what is ``safe`` and what is ``todo`` about it.
    """
    free = free_space(folder)
    if size + SPARE > free:
        raise AppError(
            "DISK_FULL",
            tr("There is not enough room: {size} are needed, and {free} are free on that disk.").format(
                size=memory_text(size), free=memory_text(free)
            ),
            safe or tr("Nothing was copied."),
            todo or tr("Make room, or use the file where it lies."),
        )


def _not_copied(source: Path, reason: str) -> AppError:
    return AppError(
        "NOT_COPIED",
        tr("{name} could not be copied: {reason}.").format(name=source.name, reason=reason),
        tr("The file is where it was."),
    )
