"""Which name a file of somebody else's gets on this disk."""

from __future__ import annotations

import re
from pathlib import Path

from desktop.translation import tr

LONGEST = 200
"""Characters. Endings such as ``.gguf.journal`` are added, and no file system of today takes more than 255."""

# What every file system takes and everybody can read. Letters of other scripts are left out on purpose: some of them
# look like these, and a name is what people know a file by.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+=@,()\[\]~-]*\.gguf", re.IGNORECASE)
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)", re.IGNORECASE)


class NameRefused(ValueError):
    """The name is none that Snug would write to a disk. The text is one plain clause: what is wrong with it."""


def local_name(path: str) -> str:
    """The name that a model file of a repository gets here: its own, without the folders that it lies in there.

    Raises:
        NameRefused: it could lead elsewhere, means something to a system, or could be taken for another one.
    """
    if len(path) > 4 * LONGEST:
        raise NameRefused(tr("it is too long"))
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise NameRefused(tr("it leads out of its folder"))
    name = parts[-1]
    if len(name) > LONGEST:
        raise NameRefused(tr("it is too long"))
    if not name.lower().endswith(".gguf"):
        raise NameRefused(tr("it does not end in .gguf"))
    if not _PLAIN.fullmatch(name):
        raise NameRefused(tr("it holds characters that do not belong in a file name, or could be taken for others"))
    if _DEVICES.fullmatch(name.partition(".")[0].strip()):
        raise NameRefused(tr("it is the name of a device on Windows"))
    return name


def unfinished(target: Path) -> tuple[Path, Path]:
    """Where a download lies until it is whole: its bytes, and what is known of them."""
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.journal")
