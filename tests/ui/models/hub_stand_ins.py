"""A courier and downloads for Discover: they remember what they were asked, and answer when they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.courier import protocol
from desktop.domain.downloads import Download, DownloadState, Order
from desktop.domain.fit import Room
from desktop.domain.hub import CourierFailure, Description, FoundModel, HubFailure, RemoteFile
from desktop.domain.models import InstalledModel
from desktop.domain.quants import RepoFile
from desktop.services import intake
from desktop.services.access import Known
from desktop.services.discovery import Discovery
from desktop.services.newer import Answer, Standing

ROOM = Room(10 << 30, 16 << 30)
COMMIT = "a1" * 20
GATED = "meta-llama/Llama-4-GGUF"
"""Its publisher asks for an account."""
README = "# Qwen3-8B\n\nA model of the **Qwen3** family. [More](https://example.org/qwen)\n"


class Asked(NamedTuple):
    what: str
    arguments: tuple[Any, ...]
    done: Callable[[Any], None]
    failed: Callable[[CourierFailure], None]


class FakeCourier:
    """Takes requests and answers none by itself."""

    def __init__(self) -> None:
        self.asked: dict[int, Asked] = {}
        self.dropped: list[int] = []
        self._numbers = count(1)

    def _take(self, what: str, arguments: tuple[Any, ...], done: Any, failed: Any) -> int:
        number = next(self._numbers)
        self.asked[number] = Asked(what, arguments, done, failed)
        return number

    def search(self, text: str, allowed_by: str, done: Any, failed: Any = None, **more: Any) -> int:
        return self._take("search", (text, allowed_by, more), done, failed)

    def describe(self, repo: str, allowed_by: str, done: Any, failed: Any = None) -> int:
        return self._take("describe", (repo, allowed_by), done, failed)

    def peek(self, repo: str, revision: str, file: RemoteFile, allowed_by: str, done: Any, failed: Any = None) -> int:
        return self._take("peek", (repo, revision, file, allowed_by), done, failed)

    def drop(self, number: int) -> None:
        self.dropped.append(number)

    def last(self, what: str) -> Asked:
        return [each for each in self.asked.values() if each.what == what][-1]

    def answer(self, what: str, answer: object) -> None:
        self.last(what).done(answer)

    def fail(self, what: str, kind: HubFailure) -> None:
        self.last(what).failed(CourierFailure(kind))


def discovery(courier: FakeCourier | None = None) -> Discovery:
    """The real service over Snug's own list and a courier that answers when told."""
    known = courier or FakeCourier()
    return Discovery(intake.own_list(), lambda: known, lambda: ROOM)  # type: ignore[arg-type, return-value]


def found(*models: FoundModel, following: str = "") -> protocol.Found:
    return protocol.Found(1, models, following)


def files(*quants: tuple[str, float], stem: str = "Qwen3-8B") -> tuple[RemoteFile, ...]:
    """With the fingerprints that Snug's own list knows, as long as nobody replaced them."""
    variants = [variant for model in intake.own_list().models for variant in model.variants]
    known = {file.name: file.sha256 for variant in variants for file in variant.files}
    named = [(f"{stem}-{name}.gguf", round(size * 1e9)) for name, size in quants]
    return tuple(RemoteFile(name, size, known.get(name) or "ab" * 32) for name, size in named)


def described(repo: str = "Qwen/Qwen3-8B-GGUF") -> Description:
    terms = "gemma" if "gemma" in repo else "apache-2.0"
    gated = repo == GATED
    model = FoundModel(repo, 2_400_000, 900, 1_745_000_000, 0, gated, terms, parameters=8_190_000_000)
    quants = (("Q3_K_M", 4.12), ("Q4_K_M", 5.03), ("Q5_K_M", 5.85), ("Q6_K", 6.73), ("Q8_0", 8.71), ("F16", 16.39))
    return Description(model, COMMIT, (*files(*quants), RemoteFile("LICENSE", 11_000)), readme=README)


def order(name: str = "Qwen3-8B-Q4_K_M.gguf", size: float = 5.03e9, repo: str = "Qwen/Qwen3-8B-GGUF") -> Order:
    return Order(repo, COMMIT, (RepoFile(name, round(size), "ab" * 32),), "Qwen3 8B")


class FakeTerms(QObject):
    """Terms that nobody agreed to yet."""

    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.agreed: list[str] = []
        self.text = "Do what you like.\n\nAnd name us."

    def are_open(self, detail: Any, then: Any) -> None:
        then(detail.listed.licence.asks and detail.listed.repo not in self.agreed)

    def agree(self, detail: Any, then: Any) -> None:
        self.agreed.append(detail.listed.repo)
        then()

    def read(self, detail: Any, then: Any) -> None:
        then(self.text)


class FakeAccess(QObject):
    """Nobody asks, until a token is entered."""

    changed = Signal()
    told = Signal(str)
    refused = Signal(object)
    host = "huggingface.co"

    def __init__(self, known: Known = Known.NONE) -> None:
        super().__init__()
        self.be = known
        self.entered: list[str] = []

    def known(self) -> Known:
        return self.be

    def enter(self, token: str, then: Callable[[], None] = lambda: None) -> None:
        self.entered.append(token)
        self.be = Known.KEPT
        self.changed.emit()
        then()

    def forget(self) -> None:
        self.be = Known.NONE
        self.changed.emit()


class FakeNewer(QObject):
    """Says what it is told to say."""

    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.answer = Answer(Standing.SAME, "It is up to date.")

    def look(self, model: InstalledModel, then: Callable[[Answer], None]) -> None:
        then(self.answer)


class FakeShop:
    """What ``house.Shop`` is, over a courier that answers when it is told to."""

    def __init__(self) -> None:
        self.courier = FakeCourier()
        self.discovery = discovery(self.courier)
        self.downloads = FakeDownloads()
        self.terms = FakeTerms()
        self.access = FakeAccess()
        self.newer = FakeNewer()

    def look_at(self, repo: str = "Qwen/Qwen3-8B-GGUF") -> None:
        """A model, with its publisher's list."""
        self.discovery.open(repo)
        self.discovery.look_up()
        self.courier.answer("describe", described(repo))


class FakeDownloads(QObject):
    """Downloads that go as they are told to."""

    changed = Signal()
    told = Signal(str)
    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.ordered: list[Order] = []
        self.now: list[Download] = []
        self.there: dict[str, frozenset[str]] = {}
        self.asked: list[tuple[str, int]] = []

    def downloads(self) -> Sequence[Download]:
        return self.now

    def here(self, repo: str) -> frozenset[str]:
        return self.there.get(repo, frozenset())

    def add(self, order: Order) -> None:
        self.ordered.append(order)

    def model_of(self, repo: str, file: str) -> None:
        self.asked.append((f"{repo} {file}", 0))

    def pause(self, download: int) -> None:
        self.asked.append(("pause", download))

    def look(self) -> None:
        return

    def resume(self, download: int) -> None:
        self.asked.append(("resume", download))

    def cancel(self, download: int) -> None:
        self.asked.append(("cancel", download))

    def be(self, *downloads: Download) -> None:
        self.now = list(downloads)
        self.changed.emit()


def running(done: float = 3.1e9, state: DownloadState = DownloadState.RUNNING, **more: Any) -> Download:
    return Download(1, order(), state, round(done), 18.4e6, 105.0, **more)
