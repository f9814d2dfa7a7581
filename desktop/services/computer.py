"""What this computer is, in the words of its system. Nothing of it leaves."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from desktop.domain.fit import Room
from desktop.translation import tr


class Computer(NamedTuple):
    """Bytes are bytes of memory."""

    processor: str
    cores: int
    memory: int
    free: int
    card: str = ""
    """The largest graphics card that Snug can use; empty: there is none, or it is not known yet."""
    card_memory: int = 0

    @property
    def verdict(self) -> str:
        """What it can do, in a sentence."""
        if not self.card_memory and self.cores < 4:
            return tr("Runs small models well. Large ones take their time without a graphics card.")
        if self.card_memory >= 5 << 30 or self.memory >= 15 << 30:
            return tr("Runs most everyday models well.")
        if self.memory >= 7 << 30:
            return tr("Runs small and middle-sized models well.")
        return tr("Runs small models. Large ones need more memory.")


def look(room: Room) -> Computer:
    """This computer; ``room`` is its memory as it was measured."""
    import psutil  # with the first look

    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    best = max(room.cards, key=lambda card: card.total, default=None)
    named = (best.description or best.name, best.total) if best is not None else ("", 0)
    return Computer(processor_name(), cores, room.main_total, room.main_free, *named)


def processor_name() -> str:
    """The processor's name as the system has it, or its kind."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine()
