"""Backups: one file that holds the encrypted database and the header that opens it. No Qt.

A backup counts when its file was read back, opened and counted. Layout: a line that names it, the length of the header
and the header itself, then the database's image sealed for this purpose (``vault.sealed``), so that a file cut short
anywhere is noticed before anything of it is used.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from desktop.errors import AppError
from desktop.paths import Paths
from desktop.storage import backup, failures, restoring
from desktop.translation import tr
from desktop.vault import header, refusals, sealed
from desktop.vault.files import only_one, plain_words, write_stream
from desktop.vault.header import Header

MAGIC = b"Snug backup 1\n"
SUFFIX = ".snugbackup"
DAYS, WEEKS = 7, 4
DUE_S = 24 * 3600
_PURPOSE = "backup"
_LONGEST_HEADER = 64 * 1024
_NAME = re.compile(r"snug-(\d{8}-\d{6})(-\d\d)?" + re.escape(SUFFIX))

NOT_A_BACKUP = "NOT_A_BACKUP"
BACKUP_DAMAGED = "BACKUP_DAMAGED"
OTHER_PROFILE = "OTHER_PROFILE"
NO_SPACE = "NO_SPACE"


class Made(NamedTuple):
    """A backup that counts."""

    path: Path
    counts: dict[str, int]
    """Rows of each table."""


def make(paths: Paths, key: bytes, target: Path | None = None, *, now: Callable[[], float] = time.time) -> Made:
    """Back the database up, into the backups folder or to ``target``, and prove the backup by reading it back.

    Raises:
        AppError: NO_SPACE, BACKUP_FAILED, or what the disk is to blame for. The database is untouched in every case.
    """
    with plain_words(), only_one(paths.locks / "backup"):
        target = target or _free_name(paths.backups, now())
        _require_space(target.parent, paths.database)
        for left in target.parent.glob(f"snug-*{SUFFIX}.new"):
            left.unlink(missing_ok=True)  # of one that was killed
        image = paths.backups / "unfinished-image.db"
        backup.write_copy(paths.database, key, image)
        try:
            found = header.read(paths.header, paths.header_copy)
            if found is None:
                raise refusals.refusal(refusals.HEADER_MISSING)
            opening = header.encode(found)

            def write(file: BinaryIO) -> None:
                file.write(MAGIC + len(opening).to_bytes(4, "big") + opening)
                with image.open("rb") as source:
                    sealed.seal(_chunks(source), file, key, _PURPOSE)

            counts: dict[str, int] = {}
            write_stream(target, write, prove=lambda fresh: counts.update(verify(fresh, key, paths.backups)))
        finally:
            image.unlink(missing_ok=True)
        return Made(target, counts)


def existing(folder: Path) -> list[Path]:
    """The backups of a folder, newest first."""
    found = [path for path in folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: path.name, reverse=True)


def is_due(folder: Path, now: float) -> bool:
    """Whether a day has passed since the last one. One of the future (the clock was set back) is none of the last
    day either, so it keeps nothing from being made."""
    return not any(abs(now - when(path)) < DUE_S for path in existing(folder))


def prune(folder: Path, just_made: Path) -> list[Path]:
    """Remove what is neither the newest of one of seven days nor of one of four weeks; what was removed.

    Counted by the backups that there are and not by the clock, which may be wrong. ``just_made`` stays.
    """
    days: dict[str, Path] = {}
    weeks: dict[str, Path] = {}
    for path in existing(folder):
        moment = datetime.fromtimestamp(when(path), UTC)
        days.setdefault(moment.strftime("%Y-%m-%d"), path)
        weeks.setdefault(moment.strftime("%G-%V"), path)
    kept = {just_made, *list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]}
    gone = [path for path in existing(folder) if path not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def when(path: Path) -> float:
    """The moment a backup was made, as its name says, in seconds since 1970."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        return 0.0
    return datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()


def header_of(path: Path) -> Header:
    """The header in a backup: which profile it is of, and what opens it.

    Raises:
        AppError: NOT_A_BACKUP, BACKUP_DAMAGED, HEADER_NEWER.
    """
    with plain_words(), path.open("rb") as file:
        return _read_header(file)


def header_here(paths: Paths) -> Header | None:
    """The header of the chats that are here; None where there are none, or where it is damaged beyond use."""
    try:
        return header.read(paths.header, paths.header_copy)
    except AppError as error:
        if error.code == header.HEADER_DAMAGED:
            return None
        raise


def verify(path: Path, key: bytes, scratch: Path) -> dict[str, int]:
    """Read a backup to its end, open its database and count its rows. ``scratch``: a folder with room for it.

    Raises:
        AppError: NOT_A_BACKUP, BACKUP_DAMAGED, OTHER_PROFILE.
    """
    image = scratch / f"verify-{time.time_ns():x}.db"
    try:
        _unpack(path, key, image)
        return backup.verify(image, key)
    except AppError as error:
        raise _damaged(error.code) if error.code == failures.BACKUP_FAILED else error from error
    finally:
        image.unlink(missing_ok=True)


def restore(path: Path, key: bytes, paths: Paths) -> dict[str, int]:
    """Put a backup in the place of the database that is there. Nobody may have it open. What was there is kept.

    Raises:
        AppError: NOT_A_BACKUP, BACKUP_DAMAGED, OTHER_PROFILE (of another key than the chats that are here), NO_SPACE,
            or what the disk is to blame for. Then everything is as it was.
    """
    with plain_words():
        found = header_of(path)
        here = header_here(paths)
        if here is not None and not here.fits(key):
            raise _other_profile()
        _require_space(paths.data, path)
        folder = restoring.prepare(paths)
        try:
            image = folder / paths.database.name
            _unpack(path, key, image)
            counts = backup.verify(image, key)
            if here is None:
                (folder / paths.header.name).write_bytes(header.encode(found._replace(salt=b"")))
            restoring.decide(paths)
        except BaseException:
            restoring.abandon(paths)
            raise
        restoring.finish(paths)
        return counts


def _unpack(path: Path, key: bytes, image: Path) -> None:
    with plain_words(), path.open("rb") as file:
        if not _read_header(file).fits(key):
            raise _other_profile()
        try:
            write_stream(image, lambda target: _copy(sealed.unseal(file, key, _PURPOSE), target))
        except AppError as error:
            raise _damaged(error.detail) from error


def _read_header(file: BinaryIO) -> Header:
    if file.read(len(MAGIC)) != MAGIC:
        raise AppError(
            NOT_A_BACKUP,
            tr("This file is not a backup of Snug."),
            tr("Nothing was changed."),
            tr("Choose another file."),
        )
    length = int.from_bytes(file.read(4), "big")
    if not 0 < length <= _LONGEST_HEADER:
        raise _damaged("length")
    try:
        return header.decode(file.read(length))
    except AppError as error:
        raise _damaged("header") if error.code == header.HEADER_DAMAGED else error from error


def _chunks(file: BinaryIO) -> Generator[bytes]:
    while piece := file.read(sealed.CHUNK):
        yield piece


def _copy(pieces: Iterable[bytes], target: BinaryIO) -> None:
    for piece in pieces:
        target.write(piece)


def _require_space(folder: Path, source: Path) -> None:
    # The image, the sealed file, and the image again when it is read back.
    needed = 3 * source.stat().st_size + (1 << 20)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise AppError(
            NO_SPACE,
            tr("There is not enough room: this takes {needed} for a moment, and {free} is free.").format(
                needed=_megabytes(needed), free=_megabytes(free)
            ),
            tr("Nothing was changed."),
            tr("Free some space and try again."),
        )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


def _free_name(folder: Path, now: float) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
    names: Sequence[str] = ["", *(f"-{number:02}" for number in range(1, 100))]
    for name in names:
        path = folder / f"snug-{stamp}{name}{SUFFIX}"
        if not path.exists():
            return path
    raise FileExistsError(stamp)


def _damaged(detail: str) -> AppError:
    return AppError(
        BACKUP_DAMAGED,
        tr("This backup is damaged or was cut short."),
        tr("Nothing of it was used, and nothing was changed."),
        tr("Choose another one."),
        detail,
    )


def _other_profile() -> AppError:
    return AppError(
        OTHER_PROFILE,
        tr("This backup belongs to another profile than the chats in this folder."),
        tr("Nothing was changed."),
        tr("Restore it into an empty folder: add --data-dir with a new folder's name."),
    )
