"""``snug doctor``: this computer, where data lives, how it is protected, what is enforced. Looks, changes nothing."""

from __future__ import annotations

import platform
import sys
from argparse import Namespace
from importlib import metadata
from pathlib import Path

import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop

from desktop import __version__, paths
from desktop.child.evidence import Evidence
from desktop.cli import output
from desktop.domain.fit import Room
from desktop.engine.client import EngineClient
from desktop.errors import AppError
from desktop.porter import Line
from desktop.services.privacy import OFFLINE, Privacy
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile

PACKAGES = ("pyside6-essentials", "llama-cpp-python", "sqlcipher3", "sqlalchemy", "keyring")


def doctor(chosen: Namespace, data_dir: Path, line: Line | None) -> int:
    """Print what was found; status 1 if something keeps Snug from working. ``line`` leads to the porter."""
    place = paths.Paths(data_dir)
    facts: list[tuple[str, str, str]] = [
        ("snug", "Snug", __version__),
        ("python", "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("processor", "Processor", processor_text(psutil.cpu_count(logical=False), psutil.cpu_count())),
        ("memory", "Memory", _memory()),
        ("packages", "Packages", ", ".join(versions())),
        ("data", "Data folder", str(data_dir)),
        ("database", "Database", _database(place)),
    ]
    broken = False
    try:
        protection, backend = _protection(place)
        facts.append(("protection", "Protection", protection))
        facts.append(("keychain", "Keychain", backend))
    except AppError as error:
        broken = True
        facts.append(("protection", "Protection", error.sentence))
    starter = paths.starter_model()
    facts.append(("starter", "Starter model", "there" if starter.exists() else "missing: run the set-up again"))
    settings = SettingsFile(place.settings)
    offline = "stay offline is on" if settings.get(OFFLINE) else "stay offline is off: downloads are possible"
    facts.append(("network", "Network", offline))
    processes, room = _enforced(settings, line)
    facts.append(("cards", "Graphics cards", cards_text(room)))
    width = max(len(label) for _, label, _ in facts)
    for key, label, value in facts:
        if chosen.json:
            output.event("fact", name=key, value=value)
        else:
            output.line(f"{label:<{width}}  {value}")
    for found in processes:
        if chosen.json:
            output.event("process", **found._asdict())
            continue
        output.line()
        output.line(f"{found.process.capitalize()} (process {found.pid}): {found.sentence}")
        for detail in found.details:
            output.line(f"  {detail}")
    return 1 if broken else 0


def _enforced(settings: SettingsFile, line: Line | None) -> tuple[list[Evidence], Room | None]:
    """The evidence of this run's processes, and what the engine found. It is started for it, without a model."""
    app = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    worker, engine, loop = Worker("looking"), EngineClient(), QEventLoop()
    privacy = Privacy(settings, worker, line, lambda: engine)
    found: list[Evidence] = []
    privacy.inspected.connect(found.extend)
    privacy.inspected.connect(loop.quit)
    privacy.inspect()
    loop.exec()
    engine.shut()
    worker.shut()
    del app
    return found, engine.room


def cards_text(room: Room | None) -> str:
    """What layers can be moved to, or why there is nothing."""
    if room is None:
        return "unknown: the engine did not start"
    if room.cards:
        return "; ".join(
            f"{card.description or card.name} ({card.name}), {output.size(card.free)} free of {output.size(card.total)}"
            for card in room.cards
        )
    return "none found" if room.built_for_cards else "not supported by this build"


def processor_text(cores: int | None, threads: int | None) -> str:
    """What is known of the processor; psutil cannot tell everywhere."""
    known = [f"{number} {name}" for number, name in ((cores, "cores"), (threads, "threads")) if number]
    return ", ".join(known) or "unknown"


def _memory() -> str:
    memory = psutil.virtual_memory()
    return f"{output.size(memory.available)} free of {output.size(memory.total)}"


def versions() -> list[str]:
    """The packages that matter most, with their versions."""
    found: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} missing")
    return found


def _database(place: paths.Paths) -> str:
    if not place.database.exists():
        return "none yet"
    return f"{place.database.name}, {output.size(place.database.stat().st_size)}, encrypted (SQLCipher)"


def _protection(place: paths.Paths) -> tuple[str, str]:
    from desktop.vault.keychain import SystemKeychain
    from desktop.vault.keys import Vault

    if not place.header.exists() and not place.database.exists():
        return "nothing is stored yet", "asked at the first start"
    status = Vault(place, SystemKeychain()).status()
    return status.sentence, status.backend or "none"
