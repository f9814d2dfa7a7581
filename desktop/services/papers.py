"""What Snug stands on, and how old it is: read from what is installed here, asked of nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import metadata
from typing import NamedTuple

from desktop import __date__
from desktop.translation import tr, tr_count, tr_later

WORRY_DAYS = 180
"""After so long the parser of model files is worth replacing: flaws in it are mended in public."""

_STANDS_ON = (
    ("llama-cpp-python", tr_later("llama.cpp, which runs the models"), "https://github.com/ggml-org/llama.cpp"),
    ("PySide6_Essentials", tr_later("Qt, the window"), "https://www.qt.io"),
    ("sqlcipher3", tr_later("SQLCipher, the encrypted database"), "https://www.zetetic.net/sqlcipher"),
    ("SQLAlchemy", tr_later("tables and transactions"), "https://www.sqlalchemy.org"),
    ("alembic", tr_later("migrations of the database"), "https://alembic.sqlalchemy.org"),
    ("cryptography", tr_later("the vault"), "https://cryptography.io"),
    ("keyring", tr_later("the system’s keychain"), "https://github.com/jaraco/keyring"),
    ("huggingface_hub", tr_later("finding models"), "https://huggingface.co/docs/huggingface_hub"),
    ("httpx2", tr_later("downloads"), "https://www.python-httpx.org"),
    ("truststore", tr_later("the system’s certificates"), "https://truststore.readthedocs.io"),
    ("markdown-it-py", tr_later("reading Markdown"), "https://github.com/executablebooks/markdown-it-py"),
    ("Pygments", tr_later("colours of code"), "https://pygments.org"),
    ("ziamath", tr_later("formulas"), "https://ziamath.readthedocs.io"),
    ("latex2mathml", tr_later("reading LaTeX"), "https://github.com/roniemartinez/latex2mathml"),
    ("msgspec", tr_later("messages between processes"), "https://jcristharif.com/msgspec"),
    ("Jinja2", tr_later("chat templates"), "https://jinja.palletsprojects.com"),
    ("psutil", tr_later("memory and processors"), "https://github.com/giampaolo/psutil"),
)

_UNTOLD = {"sqlcipher3": tr_later("zlib, with SQLCipher (BSD-3-Clause) and OpenSSL (Apache-2.0) in it")}
"""Licences that a package's metadata leave out, as its source has them."""


class Project(NamedTuple):
    """Something that Snug is made with."""

    name: str
    version: str
    licence: str
    purpose: str
    site: str


def projects(find: Callable[[str], metadata.PackageMetadata] = metadata.metadata) -> list[Project]:
    """Those that are here, with their licences as they name them."""
    found: list[Project] = []
    for name, purpose, site in _STANDS_ON:
        try:
            told = find(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(Project(name.replace("_", " "), str(told["Version"]), licence_of(told), purpose, site))
    return found


def age(today: date | None = None) -> int:
    """Days since this version was made."""
    return max(0, ((today or date.today()) - date.fromisoformat(__date__)).days)


def age_text(days: int) -> str:
    """The same in words."""
    if days == 0:
        return tr("of today")
    if days < 60:
        return tr_count(days, "1 day old", "%n days old")
    months = round(days / 30.4)
    if months < 24:
        return tr_count(months, "1 month old", "%n months old")
    return tr_count(months // 12, "1 year old", "%n years old")


def licence_of(told: metadata.PackageMetadata) -> str:
    """What a package says of itself: an SPDX expression, or its own words."""
    for key in ("License-Expression", "License"):
        text = "".join(told.get_all(key) or []).strip().splitlines()
        if text and len(text[0]) <= 60:
            return text[0]
    named = [each.rpartition("::")[2].strip() for each in told.get_all("Classifier") or [] if "License ::" in each]
    return ", ".join(named) or tr(_UNTOLD.get(str(told["Name"]), tr_later("see its papers")))
