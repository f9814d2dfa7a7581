"""Making a smaller copy of a model: what can be made, and the copy itself. No Qt; for threads that may wait."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop.disk import sync_folder
from desktop.domain import smaller
from desktop.domain.file_names import LONGEST
from desktop.domain.names import model_name
from desktop.domain.smaller import Smaller
from desktop.errors import AppError
from desktop.quantiser import client
from desktop.quantiser.protocol import Make
from desktop.services import file_work, intake
from desktop.services.intake import Origin
from desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.domain.fit import Room
    from desktop.domain.gguf import Header
    from desktop.domain.models import InstalledModel
    from desktop.services.file_work import Step

_PLAIN = "._+-"


class Shrinkable(NamedTuple):
    """A model and the copies that can be made of it, the fullest first."""

    model: InstalledModel
    copies: tuple[Smaller, ...]


def copies_of(model: InstalledModel, room: Room) -> Shrinkable:
    """What can be made of a model.

    Raises:
        AppError: BAD_FILE, or NO_SMALLER where there is nothing.
    """
    tensors: list[smaller.Tensor] = []
    header = intake.read(Path(model.path), tensors)
    found = smaller.smaller_ones(header, tensors, room) if smaller.possible(model) else ()
    if not found:
        raise AppError(
            "NO_SMALLER",
            tr("No smaller copy can be made of {name}: its weights are not kept in full.").format(name=model.name),
            tr("Nothing was changed."),
            tr("Look for a smaller file of it in Discover."),
        )
    return Shrinkable(model, found)


def shrunk(model: InstalledModel, copy: Smaller, folder: Path, step: Step) -> tuple[Path, Origin]:
    """Make a smaller copy of a model in a folder: the file, and where it comes from.

    Raises:
        AppError: DISK_FULL, NOT_MADE, OUT_OF_MEMORY or BAD_FILE. Nothing is left of it.
        Stopped: of ``step``. Nothing is left of it.
    """
    safe = tr("{name} is as it was.").format(name=model.name)
    todo = tr("Make room, or choose a smaller copy.")
    done = 0

    def hear(written: int) -> None:
        nonlocal done
        step(max(written - done, 0))
        done = max(written, done)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        file_work.require_room(folder, copy.size, safe, todo)
        path = _write(model, copy, folder, hear)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        happened = tr("The copy of {name} could not be written: {reason}.").format(name=model.name, reason=reason)
        raise AppError("NOT_MADE", happened, safe, tr("Look whether the models folder can be written to.")) from None
    except AppError as error:
        if error.code == "NOT_MADE":
            # The quantiser does not say why. What was written so far is part of what there was room for.
            file_work.require_room(folder, copy.size, safe, todo)
        raise
    return path, Origin(
        name=model.name,
        publisher=model.publisher,
        licence=model.licence,
        projector=model.projector,
        made_from=f"{model.name} {model.quant}",
    )


def _write(model: InstalledModel, copy: Smaller, folder: Path, hear: Callable[[int], None]) -> Path:
    """It grows under another name, and gets its own when its head was read."""
    name = file_name(model, copy.quant.name)
    path = file_work.free_folder(folder, (name,)) / name
    part = path.with_name(path.name + file_work.PART)
    try:
        path.parent.mkdir(exist_ok=True)
        # It is there before it is written: the process that writes it can make no other.
        part.write_bytes(b"")
        client.make(Make(1, model.path, str(part), copy.quant.name), model.name, hear)
        _require_same(intake.read(Path(model.path)), intake.read(part), model)
        with part.open("r+b") as written:
            os.fsync(written.fileno())
        part.replace(path)
        sync_folder(path.parent)
        return path
    finally:
        part.unlink(missing_ok=True)
        with suppress(OSError):  # not empty: it holds the copy
            if path.parent != folder:
                path.parent.rmdir()


def file_name(model: InstalledModel, quant: str) -> str:
    """What a copy's file is called: as its model, with the new quantization."""
    plain = model.path.lower().endswith(".gguf")
    stem = model_name(model.path, model.quant) if plain else model.name
    words = "".join(char if char.isascii() and (char.isalnum() or char in _PLAIN) else "-" for char in stem)
    return f"{words[: LONGEST - 40].strip('.-') or 'model'}-{quant}.gguf"


def _require_same(before: Header, after: Header, model: InstalledModel) -> None:
    """The copy holds the same model, as far as its head tells."""
    facts = ("architecture", "layers", "parameters", "tensors", "context_length", "has_template")
    if any(getattr(before, name) != getattr(after, name) for name in facts):
        raise AppError(
            "NOT_MADE",
            tr("The copy of {name} is not what was asked for.").format(name=model.name),
            tr("{name} is as it was.").format(name=model.name),
        )
