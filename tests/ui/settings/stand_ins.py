"""Simple services for the settings' tests and pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.child.evidence import Evidence
from desktop.domain.benchmark import Benchmark, Machine, Point
from desktop.domain.ledger import Entry, Result
from desktop.domain.models import InstalledModel
from desktop.services.memory_settings import MemoryChoices
from desktop.ui.settings.privacy_page import Backups, Ledger
from desktop.vault.header import Source
from desktop.vault.keys import Protection
from tests.ui.models.hub_stand_ins import FakeAccess

PASSPHRASE = Protection(
    Source.PASSPHRASE,
    "",
    True,
    False,
    "Your chats are encrypted.",
    "Only your passphrase or your recovery key opens them.",
)
KEYCHAIN = Protection(
    Source.KEYCHAIN,
    "Secret Service",
    False,
    False,
    "Your chats are encrypted.",
    "The key is in this computer's keychain (Secret Service).",
)
EVIDENCE = (
    Evidence("porter", 100, True, "The system refuses it every connection to the internet.", ("kernel: filtered",)),
    Evidence("app", 101, True, "The system refuses it every connection to the internet.", ("kernel: filtered",)),
    Evidence(
        "engine",
        102,
        True,
        "The system refuses it every connection, every program and every file but the model.",
        ("kernel: filtered",),
    ),
)


def some_entries() -> list[Entry]:
    """The ledger of the design's picture."""
    today = datetime.now().replace(hour=9, minute=15, second=0)
    year = today.year

    def at(month: int, day: int, hour: int, minute: int) -> float:
        return datetime(year - 1, month, day, hour, minute).timestamp()

    mine, once = "You, Download button", "You, allowed once"
    return [
        Entry(today.timestamp(), "huggingface.co", 443, "Download Qwen3 8B", 0, 5_030_000_000, mine, Result.DONE),
        Entry(
            today.timestamp() - 60, "huggingface.co", 443, "Model search", 0, 48_000, "You, allowed once", Result.DONE
        ),
        Entry(at(4, 28, 18, 40), "img.example.net", 443, "Picture in a page", 0, 0, "Offline is on", Result.REFUSED),
        Entry(at(4, 12, 20, 2), "huggingface.co", 443, "Download SmolLM3 3B", 0, 2_210_000_000, mine, Result.DONE),
        Entry(at(4, 12, 20, 1), "huggingface.co", 443, "Model search", 0, 51_000, once, Result.DONE),
    ]


class FakeGuard(QObject):
    changed = Signal()

    def __init__(self, protection: Protection) -> None:
        super().__init__()
        self.protection = protection
        self.calls: list[Any] = []

    def look(self) -> None:
        self.changed.emit()

    def be(self, protection: Protection) -> None:
        self.protection = protection
        self.changed.emit()

    def set_passphrase(self, text: str, *, ask_at_start: bool) -> None:
        self.calls.append(("set_passphrase", text, ask_at_start))

    def ask_at_start(self) -> None:
        self.calls.append("ask_at_start")

    def remove_passphrase(self) -> None:
        self.calls.append("remove_passphrase")

    def use_keychain(self) -> None:
        self.calls.append("use_keychain")

    def new_recovery_key(self, show: Callable[[str], None]) -> None:
        show("K7QMX-2345A-BCDEF-GHJKM-NPQRS-TUVWX-YZ234-56789")

    def recovery_saved(self) -> None:
        self.calls.append("recovery_saved")


class FakeOffline(QObject):
    changed = Signal()
    inspected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.on = self.is_closed = True
        self.evidence = EVIDENCE

    def offline(self) -> bool:
        return self.on

    def closed(self) -> bool:
        return self.is_closed

    def stay_offline(self, on: bool) -> None:
        self.on = on
        self.is_closed = self.is_closed or on
        self.changed.emit()

    def inspect(self) -> None:
        self.inspected.emit(self.evidence)


class FakeUpkeep(QObject):
    backed_up = Signal(object)
    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def back_up(self) -> None:
        self.asked += 1


class FakePrivacy:
    """All three, and what is read."""

    def __init__(self, protection: Protection = PASSPHRASE) -> None:
        self.guard = FakeGuard(protection)
        self.offline = FakeOffline()
        self.upkeep = FakeUpkeep()
        self.access = FakeAccess()
        self.entries = some_entries()

    def read(self, then: Callable[[Backups, Ledger], None]) -> None:
        then(Backups(3, time.time()), Ledger(self.entries, len(self.entries) - 1 if self.entries else 0, 1))


MACHINE = Machine("AMD Ryzen 5 5600", 6, 16 << 30, ("RTX 3050",), "llama-cpp-python 0.3.36")


def some_benchmarks() -> tuple[Benchmark, ...]:
    """Of DeepSeek R1 8B: with most of it on the graphics card, with half, and with none."""
    now = time.time()

    def made(days: float, layers: int, share: float) -> Benchmark:
        points = tuple(
            Point(length, reading * share, writing * share, (5 << 30) - layers * (120 << 20), layers * (115 << 20))
            for length, reading, writing in ((128, 482, 31.2), (512, 1124, 30.6), (2048, 987, 27.9), (4096, 861, 24.1))
        )
        at = now - days * 86400
        return Benchmark(at, "DeepSeek R1 8B", "Q4_K_M", points, 3, MACHINE, 8192, 6, layers, 33)

    return made(0, 28, 1.0), made(2, 16, 0.52), made(11, 0, 0.21)


class FakeMemory(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.now = MemoryChoices()
        self.calls: list[dict[str, object]] = []

    def choices(self) -> MemoryChoices:
        return self.now

    def choose(self, **fields: object) -> None:
        self.calls.append(fields)
        self.now = self.now._replace(**fields)  # type: ignore[arg-type]
        self.changed.emit()


class FakeBenchmarks(QObject):
    changed = Signal()
    ended = Signal(object)

    def __init__(self, results: tuple[Benchmark, ...] | None = None) -> None:
        super().__init__()
        self.chosen: InstalledModel | None = InstalledModel(1, "/models/deepseek.gguf", "DeepSeek R1 8B", "Q4_K_M")
        self.known = some_benchmarks() if results is None else results
        self.measured: tuple[Point, ...] = ()
        self.doing: tuple[str, float | None] | None = None
        self.said = ""
        self.calls: list[str] = []
        self.speeds: dict[int, float] = {}
        """Of models that no benchmark is shown of."""

    def model(self) -> InstalledModel | None:
        return self.chosen

    def results(self, model: InstalledModel) -> tuple[Benchmark, ...]:
        return self.known if model.id == 1 else ()

    def speed(self, model: InstalledModel) -> float:
        return self.speeds.get(model.id) or next((found.speed for found in self.results(model)), 0.0)

    def running(self) -> bool:
        return self.doing is not None

    def points(self) -> tuple[Point, ...]:
        return self.measured

    def progress(self) -> tuple[str, float | None] | None:
        return self.doing

    def note(self) -> str:
        return self.said

    def measure(self) -> None:
        self.calls.append("measure")
        self.be(("Measuring with 128 tokens", 0.0))

    def stop(self) -> None:
        self.calls.append("stop")
        self.be(None, said="Stopped. Nothing of it was kept.")

    def be(self, doing: tuple[str, float | None] | None, points: tuple[Point, ...] = (), said: str = "") -> None:
        """Let a benchmark come so far."""
        self.doing, self.measured, self.said = doing, points, said
        self.changed.emit()
