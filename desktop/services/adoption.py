"""Models that other programs have on this computer already: found, and used where they lie, without copying a byte.

No Qt; for a thread that may wait for the disk.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from desktop.domain import names, other_apps
from desktop.domain.other_apps import Layout, Place
from desktop.services.intake import Origin, models_in

SMALLEST = 1 << 20
"""Smaller files are vocabularies and tests."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Found(NamedTuple):
    """A model of another program."""

    app: str
    path: Path
    size: int
    """Bytes, with all parts."""
    origin: Origin


def known_places() -> tuple[Place, ...]:
    """Where other programs keep their models on this computer."""
    return other_apps.places(sys.platform, Path.home(), os.environ)


def found_in(places: tuple[Place, ...]) -> list[Found]:
    """Every model of other programs, each file once."""
    found: dict[Path, Found] = {}
    for place in places:
        for each in _READERS[place.layout](place):
            found.setdefault(each.path.resolve(), each)
    return [each for each in found.values() if each.size >= SMALLEST]


def _files(place: Place) -> Iterator[Found]:
    for path in models_in(place.folder):
        # LM Studio: publisher/repository/file; Jan: id/model.gguf.
        above = path.relative_to(place.folder).parts[:-1]
        name = names.model_name(above[-1]) if above and path.stem == "model" else ""
        origin = Origin(name=name)
        if place.app == "LM Studio" and len(above) > 1:
            publisher, repo = above[-2:]
            origin = Origin(name, f"{publisher}/{repo}", path.name, publisher=publisher)
        yield Found(place.app, path, _size(path), origin)


def _ollama(place: Place) -> Iterator[Found]:
    root = place.folder / "manifests"
    for manifest in _below(root):
        try:
            # Whatever else lies there is not read to its end.
            with manifest.open(encoding="utf-8", errors="replace") as file:
                model = other_apps.ollama_model(file.read(other_apps.LONGEST_MANIFEST))
        except OSError:
            continue
        blob = _blob(place.folder / "blobs", model.sha256) if model is not None else None
        if model is not None and blob is not None:
            name, publisher = other_apps.ollama_name(manifest.relative_to(root))
            pictures = _blob(place.folder / "blobs", model.projector) if model.projector else None
            projector = str(pictures) if pictures is not None else ""
            origin = Origin(name=name, publisher=publisher, sha256=(model.sha256,), projector=projector)
            yield Found(place.app, blob, _size(blob), origin)


def _hub(place: Place) -> Iterator[Found]:
    for folder in _listed(place.folder):
        repo = other_apps.hub_repo(folder.name)
        for snapshot in _listed(folder / "snapshots") if repo else ():
            for path in models_in(snapshot):
                name = path.relative_to(snapshot).as_posix()
                parts = [path.with_name(part) for part in names.split_parts(path.name)]
                blobs = [part.resolve().name for part in parts]
                sha256 = tuple(blobs) if all(map(_SHA256.fullmatch, blobs)) else ()
                publisher = repo.partition("/")[0]
                yield Found(place.app, path, _size(path), Origin("", repo, name, snapshot.name, publisher, "", sha256))


_READERS = {Layout.FILES: _files, Layout.OLLAMA: _ollama, Layout.HUB: _hub}


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.rglob("*") if path.is_file())
    except OSError:
        return []


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def _blob(folder: Path, sha256: str) -> Path | None:
    for name in (f"sha256-{sha256}", f"sha256:{sha256}"):
        if (folder / name).is_file():
            return folder / name
    return None


def _size(path: Path) -> int:
    try:
        return sum(path.with_name(part).stat().st_size for part in names.split_parts(path.name))
    except OSError:
        return 0
