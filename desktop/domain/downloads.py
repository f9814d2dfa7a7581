"""Downloads as values: what was ordered, and how it is going."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from desktop.domain.names import file_text
from desktop.domain.quants import RepoFile


class DownloadState(StrEnum):
    """Where a download stands.

    ::

        QUEUED ──► WAITING ⇄ RUNNING ──► CHECKING ──► DONE
                     │  ▲      │            │
              pause  ▼  │ resume            ▼ not the publisher's bytes
                    PAUSED              REPAIRING ──► CHECKING
        any of them ──► FAILED ──retry──► QUEUED;  cancel takes it away
    """

    QUEUED = "queued"
    """Another one goes first."""
    WAITING = "waiting"
    """For the network: it connects, or tries again in a moment."""
    RUNNING = "running"
    CHECKING = "checking"
    REPAIRING = "repairing"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"

    @property
    def moves(self) -> bool:
        """Whether a connection is wanted for it now."""
        return self in (DownloadState.WAITING, DownloadState.RUNNING, DownloadState.REPAIRING)


class Order(NamedTuple):
    """What is to be fetched: the files of one model at one commit."""

    repo: str
    revision: str
    files: tuple[RepoFile, ...]
    """The model's own, in their order, then what comes with it (a projector)."""
    name: str
    """For people."""
    publisher: str = ""
    licence: str = ""
    quant: str = ""
    allowed_by: str = ""
    """The user's action, as the ledger shows it."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


class Download(NamedTuple):
    """An order and how it is going."""

    id: int
    order: Order
    state: DownloadState = DownloadState.QUEUED
    done: int = 0
    """Bytes that are on the disk, of all files together."""
    rate: float = 0.0
    """Bytes per second, over the last few seconds."""
    remaining: float | None = None
    """Seconds; None: nobody knows."""
    problem: str = ""
    """Why it FAILED, or why it is WAITING, in a sentence."""
    code: str = ""
    """The same for the program (``HubFailure``)."""


class Line(NamedTuple):
    """What is shown of a download."""

    share: float
    done: str
    how: str
    problem: str = ""
    """Why it does not go on, in a sentence."""


def line_of(download: Download) -> Line:
    """In words: ``3.1 of 5.0 GB`` and ``18.4 MB/s, about 2 min left``."""
    size = download.order.size
    share = download.done / size if size else 0.0
    return Line(min(1.0, share), _of(download.done, size), _how(download), download.problem)


def time_text(seconds: float) -> str:
    """How long yet, roundly."""
    if seconds < 55:
        return f"about {max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours = round(minutes / 60)
    return f"about {hours} hours" if hours < 48 else f"about {round(hours / 24)} days"


def _how(download: Download) -> str:
    match download.state:
        case DownloadState.QUEUED:
            return "Waits for its turn"
        case DownloadState.WAITING:
            return "Waits for the network"
        case DownloadState.CHECKING:
            return "Checking the fingerprint"
        case DownloadState.REPAIRING:
            return "Fetching the damaged part again"
        case DownloadState.PAUSED:
            return "Paused"
        case DownloadState.FAILED:
            return "Stopped"
        case DownloadState.DONE:
            return "Here"
        case DownloadState.RUNNING:
            if not download.rate:
                return "Connecting"
            speed = rate_text(download.rate)
            return f"{speed}, {time_text(download.remaining)} left" if download.remaining is not None else speed


def _of(done: int, size: int) -> str:
    """The unit is said once where it is the same."""
    there, whole = file_text(done), file_text(size)
    number, _, unit = there.partition(" ")
    return f"{number} of {whole}" if whole.endswith(f" {unit}") else f"{there} of {whole}"


def rate_text(rate: float) -> str:
    """Bytes per second: ``18.4 MB/s``, ``640 KB/s``."""
    return f"{rate / 1e6:.1f} MB/s" if rate >= 1e6 else f"{rate / 1e3:.0f} KB/s"
