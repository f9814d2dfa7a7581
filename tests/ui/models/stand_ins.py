"""A shelf for the window's tests and pictures: it remembers what it was asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.domain.fitness import Fitness, Judged
from desktop.domain.models import FileKind, InstalledModel
from desktop.domain.quants import Quant
from desktop.domain.smaller import Smaller
from desktop.domain.trust import Check, Finding
from desktop.services.long_job import Job
from desktop.services.shelf import Offer
from desktop.services.shrinking import Shrinkable
from tests.ui.stand_ins import FakeModels

DAY = 86_400
_VERBS = ("rename", "remove", "delete", "check", "verify", "move_to", "stop", "look_in", "look_no_longer_in", "shrink")
SHA = "5f" * 32
_FITS = Judged(Fitness.GREAT, 1_000_000_000)
LISTENS = Finding(
    "LISTENS",
    "Its chat template looks for “invoice” in what is said and changes the chat then.",
    asks=True,
    in_template=True,
)


def shelf_models() -> list[InstalledModel]:
    """The models of the design's picture, in their order."""
    now = time.time()
    verified = Check(now - DAY, (), "ab" * 32, "ChatML", verified_at=now - DAY, own_sha256=(SHA,))

    def model(number: int, name: str, publisher: str, quant: str, size: float, tokens: int, used: float, **more: Any):
        usual: dict[str, Any] = {"checked": verified, "sha256": (SHA,), "licence": "apache-2.0", "layers": 36}
        return InstalledModel(
            number,
            f"/models/{name.replace(' ', '-')}-{quant}.gguf",
            name,
            quant,
            "qwen3",
            round(size * 1e9),
            round(size * 1.6e9),
            context_length=tokens,
            publisher=publisher,
            last_used_at=used,
            **{**usual, **more},
        )

    own = {"checked": Check(now, (LISTENS,), "cd" * 32), "sha256": (), "licence": "", "repo": ""}
    return [
        model(1, "DeepSeek R1 8B", "DeepSeek", "Q4_K_M", 4.9, 131_072, now),
        model(2, "Qwen3 4B", "Qwen", "Q4_K_M", 2.5, 32_768, now - DAY, repo="Qwen/Qwen3-4B-GGUF"),
        model(3, "Gemma 3 12B", "Google", "Q4_K_M", 7.3, 131_072, now - 3 * DAY, licence="gemma", available=False),
        model(4, "SmolLM3 3B", "Hugging Face", "Q5_K_M", 2.2, 65_536, now - 40 * DAY),
        model(5, "Qwen3 0.6B", "", "Q8_0", 0.6, 32_768, now - 90 * DAY, checked=Check(now), sha256=()),
        model(6, "harbour-7b-tuned", "", "Q5_K_M", 5.1, 32_768, 0.0, **own),
        model(7, "Nomic Embed 1.5", "Nomic", "Q8_0", 0.146, 2048, now, kind=FileKind.EMBEDDING),
    ]


class FakeShelf(QObject):
    changed = Signal()
    told = Signal(str)
    refused = Signal(object)
    shrinkable = Signal(object)

    def __init__(self, models: FakeModels) -> None:
        super().__init__()
        self._models = models
        self._offers: list[Offer] = []
        self._job: Job | None = None
        self.calls: list[tuple[Any, ...]] = []

    def offer(self, app: str, count: int, size: int) -> None:
        self._offers.append(Offer(app, count, size))
        self.changed.emit()

    def do(self, sentence: str, done: int, total: int) -> None:
        self._job = Job(sentence, done, total)
        self.changed.emit()

    def folders(self) -> tuple[Path, ...]:
        return (Path("/home/ann/models"),)

    def free(self) -> int:
        return 214_000_000_000

    def offers(self) -> tuple[Offer, ...]:
        return tuple(self._offers)

    def job(self) -> Job | None:
        return self._job

    def owner(self, model: InstalledModel) -> str:
        return "LM Studio" if model.id == 4 else ""

    def may_delete(self, model: InstalledModel) -> bool:
        return not self.owner(model)

    def refresh(self) -> None:
        self.calls.append(("refresh",))

    def add(self, wanted: Sequence[str], *, copies: bool = False) -> None:
        self.calls.append(("add", list(wanted), copies))

    def adopt(self, app: str) -> None:
        self.calls.append(("adopt", app))
        self._offers = [offer for offer in self._offers if offer.app != app]
        self.changed.emit()

    def dismiss(self, app: str) -> None:
        self.calls.append(("dismiss", app))
        self._offers = [offer for offer in self._offers if offer.app != app]
        self.changed.emit()

    def ask_smaller(self, model_id: int) -> None:
        """Tells at once, with sizes that are about right for eight bits."""
        model = next(each for each in self._models.models() if each.id == model_id)
        shares = {"Q8_0": 0.99, "Q6_K": 0.77, "Q5_K_M": 0.67, "Q4_K_M": 0.58, "Q3_K_M": 0.47}
        copies = tuple(
            Smaller(Quant(name), int(model.size_bytes * share), _FITS, suggested=name == "Q4_K_M")
            for name, share in shares.items()
            if Quant(name).order < Quant(model.quant).order
        )
        self.shrinkable.emit(Shrinkable(model, copies))

    def __getattr__(self, name: str) -> Any:
        """Every other verb is only remembered."""
        if name not in _VERBS:
            raise AttributeError(name)
        return lambda *arguments: self.calls.append((name, *arguments))
