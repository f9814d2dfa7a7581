"""Simple services for the settings' tests and pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.child.evidence import Evidence
from desktop.domain.ledger import Entry, Result
from desktop.ui.settings.privacy_page import Backups, Ledger
from desktop.vault.header import Source
from desktop.vault.keys import Protection

PASSPHRASE = Protection(
    Source.PASSPHRASE,
    "",
    True,
    False,
    "Your chats are encrypted. Only your passphrase or your recovery key opens them.",
)
KEYCHAIN = Protection(
    Source.KEYCHAIN,
    "Secret Service",
    False,
    False,
    "Your chats are encrypted. The key is in this computer's keychain (Secret Service).",
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
        self.entries = some_entries()

    def read(self, then: Callable[[Backups, Ledger], None]) -> None:
        then(Backups(3, time.time()), Ledger(self.entries, len(self.entries) - 1 if self.entries else 0, 1))
