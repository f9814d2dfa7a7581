"""What the shelf does on its threads: looking at folders, comparing fingerprints, copying and moving. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from desktop.domain import names
from desktop.domain.models import InstalledModel
from desktop.domain.trust import DIFFERS, Check
from desktop.errors import AppError
from desktop.services import file_work, intake
from desktop.services.file_work import Step
from desktop.storage.library import Library
from desktop.storage.options import Json, Options
from desktop.translation import tr

FORGOTTEN = "models.forgotten"
DISMISSED = "models.dismissed"


def texts(options: Options, key: str) -> set[str]:
    """A list of texts that is kept under ``key``."""
    kept: Json = options.get(key)
    return {each for each in kept if isinstance(each, str)} if isinstance(kept, list) else set()


def add_texts(options: Options, key: str, more: Iterable[str]) -> None:
    options.put(key, [*sorted(texts(options, key) | set(more))])


def rescan(library: Library, options: Options, folders: Sequence[Path]) -> None:
    """Take in what is new in the models folders, follow what was moved, forget checks of what is another file now."""
    known = library.list()
    for model in known:
        if model.available and model.checked is not None and intake.changed(model):
            library.set_check(model.id, None)
    paths = {path for model in known for path in model.files}
    by_key = {model.key: model for model in known}
    forgotten = texts(options, FORGOTTEN)
    for path in (each for folder in folders for each in intake.models_in(folder)):
        if str(path) in paths or str(path) in forgotten:
            continue
        with suppress(AppError):  # a download that another program has not finished, say
            same = by_key.get(intake.read(path).key)
            if same is None:
                model = intake.take_in(library, path)
                by_key[model.key] = model
            elif same.available:
                continue  # a second copy
            else:
                place(library, same, path)


def place(library: Library, model: InstalledModel, path: Path) -> None:
    """Say that a model's files lie beside ``path`` now."""
    projector = path.with_name(Path(model.projector).name) if model.projector else None
    found = str(projector) if projector is not None and projector.exists() else model.projector
    parts = [str(path.with_name(name)) for name in names.split_parts(path.name)[1:]]
    library.set_place(model.id, str(path), parts, found)


def take_in(
    library: Library, options: Options, paths: Sequence[Path], origins: dict[Path, intake.Origin]
) -> tuple[list[InstalledModel], AppError | None]:
    """Put files on the list; those that could be, and why the first of the others could not."""
    taken: list[InstalledModel] = []
    refused: AppError | None = None
    again = texts(options, FORGOTTEN) & set(map(str, paths))
    if again:
        options.put(FORGOTTEN, [*sorted(texts(options, FORGOTTEN) - again)])
    for path in paths:
        try:
            taken.append(intake.take_in(library, path, origins.get(path)))
        except AppError as error:
            refused = refused or error
    return taken, refused


def model_files(path: Path) -> Iterable[Path]:
    """The models that a path stands for: itself, or those in the folder."""
    is_folder = path.is_dir() and path.suffix.lower() != ".gguf"
    return intake.models_in(path) if is_folder else [intake.first_part(path.absolute())]


def size_of(path: Path) -> int:
    """Bytes of a model's files."""
    with suppress(OSError):
        return sum(path.with_name(name).stat().st_size for name in names.split_parts(path.name))
    return 0


def copied(path: Path, folder: Path, step: Step) -> Path:
    """The copy of a model in the models folder; the model itself where it lies there already.

    Raises:
        AppError: BAD_FILE, DISK_FULL or NOT_COPIED.
    """
    path = path.absolute()
    if path.is_relative_to(folder):
        return path
    intake.read(path)
    parts = names.split_parts(path.name)
    file_work.require_room(folder, size_of(path))
    goal = file_work.free_folder(folder, parts)
    goal.mkdir(parents=True, exist_ok=True)
    for name in parts:
        file_work.copy(path.with_name(name), goal / name, step)
    return goal / parts[0]


def verified(model: InstalledModel, step: Step) -> tuple[Check, bool]:
    """A check with the fingerprint of every file, and whether they are the publisher's.

    Raises:
        AppError: BAD_FILE.
    """
    looked = intake.look(model)
    try:
        own = tuple(file_work.fingerprint(Path(path), step) for path in model.files)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AppError(
            "NOT_READ",
            tr("{name} could not be read to its end: {reason}.").format(name=model.name, reason=reason),
            tr("Nothing was changed."),
            tr("Try again."),
        ) from None
    matches = bool(model.sha256) and own == model.sha256
    findings = looked.findings if matches or not model.sha256 else (DIFFERS, *looked.findings)
    allowed = model.checked is not None and model.checked.allowed and findings == looked.findings
    check = looked._replace(own_sha256=own, findings=findings, allowed=allowed)
    return check._replace(verified_at=time.time() if matches else 0.0), matches


def released(check: Check) -> str:
    """The repository that has these very files, by Snug's own list; empty: it knows none."""
    known = intake.own_list().released(check.own_sha256)
    return known.repo if known is not None else ""


def differs(model: InstalledModel) -> AppError:
    """What is said of a file that is not its publisher's."""
    return AppError(
        "FINGERPRINT",
        tr("{name} is not the file that its publisher published: its fingerprint is another one.").format(
            name=model.name
        ),
        tr("Snug asks before it opens it again."),
        tr("Get the file again, or take it off the list."),
    )


def move(library: Library, model: InstalledModel, source: Path, goal: Path, step: Step) -> None:
    """Move the files of a model from one models folder to another. Whenever it is interrupted, the path that is stored
    leads to a whole file.

    Raises:
        AppError: of ``file_work.copy``.
    """
    folder = goal / Path(model.path).parent.relative_to(source)
    folder.mkdir(parents=True, exist_ok=True)
    files = [*model.files, *([model.projector] if model.projector else [])]
    files = [path for path in files if Path(path).is_relative_to(source)]
    folder = file_work.free_folder(folder, tuple(Path(path).name for path in files))
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        file_work.put_beside(Path(path), folder / Path(path).name, step)
    place(library, model, folder / Path(model.path).name)
    for path in files:
        with suppress(OSError):  # another program has it open; there is a copy more than needed
            Path(path).unlink()
