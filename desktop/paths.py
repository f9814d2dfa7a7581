"""Where things live: the user's data, the cache, and the files that come with Snug. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from desktop.errors import AppError
from desktop.translation import tr

DATA_DIR_VARIABLE = "SNUG_DATA_DIR"
PORTABLE = "portable"


class Paths(NamedTuple):
    """The folders of one profile. Making a ``Paths`` touches no disk; ``prepare`` makes the folders."""

    data: Path

    @property
    def database(self) -> Path:
        return self.data / "snug.db"

    @property
    def header(self) -> Path:
        """The small file beside the database that tells a wrong key from a damaged file."""
        return self.data / "snug.header.json"

    @property
    def header_copy(self) -> Path:
        """The same, for the day the first one is damaged."""
        return self.backups / "snug.header.json"

    @property
    def key_file(self) -> Path:
        """Held the key where there was no keychain, in the first version."""
        return self.data / "snug.key"

    @property
    def settings(self) -> Path:
        """The few settings that are needed before anything is unlocked."""
        return self.data / "settings.json"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def locks(self) -> Path:
        return self.data / "locks"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def states(self) -> Path:
        """Snapshots of the engine's memory of chats, encrypted. All of it may be deleted at any time."""
        return self.data / "states"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def prepare(self) -> None:
        """Make the folders, readable by their owner only.

        Raises:
            OSError: the data folder cannot be made or written.
        """
        for folder in (self.data, self.backups, self.locks, self.models, self.states, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def data_dir(chosen: str | None) -> Path:
    """The data folder: the one that was asked for, or this system's."""
    return Path(chosen).expanduser().absolute() if chosen else default_data_dir()


def made(data_dir: Path) -> Paths:
    """The folders of a profile, made where they are missing.

    Raises:
        AppError: DATA_FOLDER, when they cannot be made.
    """
    paths = Paths(data_dir)
    with as_sentence(data_dir):
        paths.prepare()
    return paths


@contextmanager
def as_sentence(data_dir: Path) -> Generator[None]:
    """What the system says about the data folder, in plain words."""
    try:
        yield
    except OSError as error:
        raise AppError(
            "DATA_FOLDER",
            tr("Snug cannot write to its data folder, {folder}.").format(folder=data_dir),
            tr("Nothing was changed."),
            tr("Choose another folder with --data-dir, or make this one writable."),
            error.strerror or type(error).__name__,
        ) from None


def default_data_dir() -> Path:
    """``SNUG_DATA_DIR``, beside a portable program, or the place where this system keeps an application's data."""
    if chosen := os.environ.get(DATA_DIR_VARIABLE):
        return Path(chosen).expanduser()
    if (carried := portable_data_dir()) is not None:
        return carried
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "Snug"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Snug"
    base = os.environ.get("XDG_DATA_HOME", "")
    # The specification says that a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "snug"


def portable_data_dir() -> Path | None:
    """The data folder of a Snug that is carried about: it has a file of this name beside the program."""
    if not getattr(sys, "frozen", False):
        return None
    folder = _carried().parent
    return folder / "data" if (folder / PORTABLE).exists() else None


def _carried() -> Path:
    """The program as its owner has it: where it runs from inside an AppImage, that file."""
    program = Path(sys.executable)
    image, inside = os.environ.get("APPIMAGE"), os.environ.get("APPDIR")
    # What an AppImage starts inherits both names, another Snug too.
    return Path(image) if image and inside and program.is_relative_to(inside) else program


@cache
def resources() -> Path:
    """Fonts, icons, theme and the starter model: beside the package, or inside the frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources"


def starter_model() -> Path:
    """The small model that comes with Snug (it may be missing in a checkout that was not set up)."""
    return resources() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"
