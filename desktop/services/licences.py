"""The licences of all that comes with Snug, with their texts: read from what is installed here, when somebody asks.

Texts lie in each package's own papers, and for what is no package (or brings none) in ``resources/licences``; of the
system's libraries that a bundle brings along, in ``resources/licences/system`` (``build.spec``).
"""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from desktop import __version__, paths
from desktop.services.papers import licence_of
from desktop.translation import tr_later

SEE_TEXT = tr_later("see its text")
"""Where nobody has said in a word which licence it is."""
_NAMES = ("licence", "license", "copying", "notice", "authors")
_COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z]+(?:-[0-9]+(?:\.[0-9]+)*)?)")
"""How papers refer to a text that many share."""
_MORE = {
    "pyside6-essentials": "qt",
    "shiboken6": "qt",
    "latex2mathml": "latex2mathml",
    "tqdm": "common/MPL-2.0",
}
"""Texts that packages' own papers lack."""
_BESIDES = (
    ("Qt 6", "LGPL-3.0-only", "qt"),
    ("llama.cpp", "MIT", "llama-cpp"),
    ("SQLCipher", "BSD-3-Clause", "sqlcipher"),
    ("OpenSSL", "Apache-2.0", "openssl"),
    ("ICU", "Unicode-3.0", "icu"),
    ("Inter, Inter Display", "OFL-1.1", "inter"),
    ("JetBrains Mono", "OFL-1.1", "jetbrains-mono"),
    ("Lucide", "ISC", "lucide"),
    ("SmolLM2 135M Instruct", "Apache-2.0", "smollm2"),
)
"""What is no package: libraries within others, fonts, icons, the starter model."""


class Paper(NamedTuple):
    """Something that comes with Snug, and under which licence."""

    name: str
    version: str
    licence: str
    files: tuple[Path, ...]

    def text(self) -> str:
        """The licence's own words, with those that it refers to. Reads files."""
        found = "\n\n".join(file.read_text(encoding="utf-8", errors="replace").strip("\n") for file in self.files)
        for name in dict.fromkeys(_COMMON.findall(found)):
            common = _folder() / "common" / f"{name}.txt"
            if common.exists():
                found += f"\n\n{'-' * 72}\n{name}\n\n{common.read_text(encoding='utf-8')}"
        return found


def papers() -> list[Paper]:
    """Of everything: Snug itself first, then what it stands on, then the system's libraries."""
    snug = Paper("Snug", __version__, "Apache-2.0", (paths.resources().parent / "LICENSE",))
    python = Paper("Python", platform.python_version(), "PSF-2.0", (_folder() / "python.txt",))
    besides = [Paper(name, "", licence, (_folder() / f"{file}.txt",)) for name, licence, file in _BESIDES]
    packages = [_of_package(each) for each in _packages()]
    named = sorted([python, *besides, *packages], key=lambda paper: paper.name.casefold())
    return [snug, *named, *map(_of_system, sorted((_folder() / "system").glob("*.txt")))]


def _packages() -> list[metadata.Distribution]:
    """Those in a bundle; in a checkout, where the tests' lie beside them, those that Snug asks for, and theirs."""
    if getattr(sys, "frozen", False):
        return list(metadata.distributions())
    found: dict[str, metadata.Distribution] = {}
    wanted = ["snug"]
    while wanted:
        name = wanted.pop()
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system
        if _normal(distribution.name) in found:
            continue
        found[_normal(distribution.name)] = distribution
        asked = [each for each in distribution.requires or [] if "extra ==" not in each]
        wanted += [match[0] for each in asked if (match := re.match(r"[A-Za-z0-9._-]+", each))]
    found.pop("snug", None)
    return list(found.values())


def _of_package(package: metadata.Distribution) -> Paper:
    own = sorted(
        Path(str(file.locate()))
        for file in package.files or []
        if file.parts[0].endswith(".dist-info") and file.name.lower().startswith(_NAMES)
    )
    more = [_folder() / f"{_MORE[name]}.txt"] if (name := _normal(package.name)) in _MORE else []
    files = (*(file for file in own if file.exists()), *more)
    return Paper(package.name, package.version, licence_of(package.metadata), files)


def _of_system(file: Path) -> Paper:
    name, _, version = file.stem.partition("_")
    return Paper(name, version.replace("%3a", ":"), SEE_TEXT, (file,))


def _folder() -> Path:
    return paths.resources() / "licences"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
