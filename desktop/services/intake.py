"""Taking model files in: read, looked at, and put on the list where they lie. No Qt; for the storage thread."""

from __future__ import annotations

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop import paths
from desktop.domain import names
from desktop.domain.models import EngineFailure, FailureKind, FileKind, InstalledModel
from desktop.errors import AppError
from desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from desktop.domain.catalogue import Catalogue
    from desktop.domain.gguf import Header, Tensor
    from desktop.domain.trust import Check
    from desktop.storage.library import Library

# The readers of files are imported with the first file: the window does not wait for them at the start.

STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
DEEPEST = 6
"""Folders within each other that are searched for models."""


class Origin(NamedTuple):
    """Where a file comes from, as far as whoever brings it knows."""

    name: str = ""
    repo: str = ""
    repo_file: str = ""
    revision: str = ""
    publisher: str = ""
    licence: str = ""
    sha256: tuple[str, ...] = ()
    projector: str = ""
    """The file for pictures, where it does not lie beside the model under a name that says so."""
    made_from: str = ""
    """The name of the model that it is a smaller copy of."""


def find(
    models: list[InstalledModel], wanted: str, library: Library
) -> tuple[list[InstalledModel], InstalledModel | None]:
    """The model that a person means by ``wanted``: an id, a name, the beginning of one, or the path of a file.

    Raises:
        AppError: NO_SUCH_MODEL, or BAD_FILE for a path that is no model.
    """
    low = wanted.casefold()
    named = [(model, model.name.casefold(), Path(model.path).name.casefold()) for model in models]
    for found in (
        [model for model, _, _ in named if str(model.id) == wanted],
        [model for model, name, _ in named if low in (name, f"{name} {model.quant}".casefold())],
        [model for model, _, file in named if low == file],
        [model for model, name, _ in named if name.startswith(low)],
    ):
        if len(found) == 1:
            return models, found[0]
    if wanted.lower().endswith(".gguf") or "/" in wanted or "\\" in wanted or os.path.exists(wanted):  # noqa: PTH110
        model = take_in(library, Path(wanted))
        return [other for other in models if other.id != model.id] + [model], model
    raise AppError(
        "NO_SUCH_MODEL",
        tr("There is no model called “{wanted}”.").format(wanted=wanted),
        todo=tr("“snug models list” shows what is there; a path to a .gguf file works too."),
    )


def take_in(library: Library, path: Path, origin: Origin | None = None) -> InstalledModel:
    """Look at a file and add it to the library, or find it there.

    Raises:
        AppError: BAD_FILE, in plain words.
    """
    path = first_part(path.expanduser().absolute())
    known = library.by_path(str(path))
    header = read(path)
    if known is not None and known.key == header.key and not changed(known) and origin is None:
        return known
    return library.add(_described(path, header, origin or Origin()))


def ensure_starter(library: Library) -> None:
    """Put the starter model on the list where it came with Snug."""
    starter = paths.starter_model()
    known = library.by_path(str(starter))
    if starter.exists() and (known is None or not known.sha256):
        take_in(library, starter, Origin(sha256=(STARTER_SHA256,), licence="apache-2.0"))


def look(model: InstalledModel) -> Check:
    """Look at the file of a model.

    Raises:
        AppError: BAD_FILE.
    """
    path = Path(model.path)
    return _check(path, read(path))


def changed(model: InstalledModel) -> bool:
    """Whether the file is another one than that which was looked at."""
    if model.checked is None:
        return True
    try:
        found = Path(model.path).stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime) != (model.checked.size, model.checked.changed_at)


def read(path: Path, tensors: list[Tensor] | None = None) -> Header:
    """The head of a model; ``tensors`` is given its table.

    Raises:
        AppError: BAD_FILE.
    """
    from desktop.domain import gguf

    try:
        header = gguf.read_model(path, tensors)
    except gguf.BadModelFile as error:
        raise _refused(str(error), path) from None
    except FileNotFoundError:
        raise _refused(tr("it is not there"), path) from None
    except OSError as error:
        raise _refused(error.strerror or tr("it is unreadable"), path) from None
    if header.layers == 0 and not header.architecture:
        raise _refused(tr("it holds no language model"), path)
    return header


def first_part(path: Path) -> Path:
    """The first part of a split file; the file itself where it is whole."""
    return path.with_name(names.split_parts(path.name)[0])


def models_in(folder: Path) -> Iterator[Path]:
    """The model files in a folder and those below it: of a split one the first part, of what is no model nothing."""
    from desktop.domain.quants import is_later_part, kind_of_name

    for place, folders, files in os.walk(folder):
        folders[:] = sorted(folders) if len(Path(place).relative_to(folder).parts) < DEEPEST else []
        for name in sorted(files):
            path = Path(place, name)
            is_model = path.suffix.lower() == ".gguf" and not is_later_part(name) and path.is_file()
            if is_model and kind_of_name(name) not in (FileKind.PROJECTOR, FileKind.OTHER):
                yield path


@cache
def known_templates() -> Mapping[str, str]:
    """Names of chat templates by their SHA-256: those that need no look."""
    try:
        return json.loads((paths.resources() / "templates.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


@cache
def own_list() -> Catalogue:
    """The models that Snug knows without asking anybody."""
    from desktop.domain.catalogue import Catalogue

    return Catalogue((paths.resources() / "catalogue.json").read_text(encoding="utf-8"))


def _described(path: Path, header: Header, origin: Origin) -> InstalledModel:
    from desktop.domain.quants import kind_of_file

    quant = names.quant_from_name(str(path)) or header.quant
    kind = kind_of_file(origin.repo_file or path.name, header.architecture, header.text("general.type"))
    parts = [str(path.with_name(name)) for name in names.split_parts(path.name)[1:]]
    return InstalledModel(
        id=0,
        path=str(path),
        name=origin.name or names.model_name(str(path), quant),
        quant=quant,
        architecture=header.architecture,
        size_bytes=header.size,
        parameters=header.parameters,
        layers=header.layers,
        context_length=header.context_length,
        has_template=header.has_template,
        key=header.key,
        repo=origin.repo,
        repo_file=origin.repo_file,
        revision=origin.revision,
        publisher=origin.publisher,
        licence=origin.licence or header.text("general.license")[:80],
        sha256=origin.sha256,
        checked=_check(path, header),
        parts=tuple(parts),
        projector=origin.projector or (_projector_beside(path) if kind is FileKind.CHAT else ""),
        kind=kind,
        made_from=origin.made_from,
    )


def _check(path: Path, header: Header) -> Check:
    from desktop.domain.trust import Check, findings_of

    found = path.stat()
    findings, template, name = findings_of(header, known_templates())
    return Check(time.time(), findings, template, name, found.st_size, found.st_mtime)


def _projector_beside(path: Path) -> str:
    """The projector in the same folder, where there is one and one only."""
    try:
        found = [each for each in path.parent.glob("*mmproj*") if each.suffix.lower() == ".gguf"]
    except OSError:
        return ""
    return str(found[0]) if len(found) == 1 else ""


def _refused(reason: str, path: Path) -> AppError:
    from desktop.engine import failure

    return failure.sentence(EngineFailure(FailureKind.BAD_FILE, reason), path.name)
