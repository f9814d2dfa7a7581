"""Downloads as values: what was ordered, and how it is going."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from desktop.domain.names import file_text
from desktop.domain.quants import RepoFile
from desktop.translation import tr, tr_count


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
        return tr("about {number} s").format(number=max(5, round(seconds / 5) * 5))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("about {number} min").format(number=minutes)
    hours = round(minutes / 60)
    if hours < 48:
        return tr_count(hours, "about 1 hour", "about %n hours")
    return tr_count(round(hours / 24), "about 1 day", "about %n days")


def _how(download: Download) -> str:
    match download.state:
        case DownloadState.QUEUED:
            return tr("Waits for its turn")
        case DownloadState.WAITING:
            return tr("Waits for the network")
        case DownloadState.CHECKING:
            return tr("Checking the fingerprint")
        case DownloadState.REPAIRING:
            return tr("Fetching the damaged part again")
        case DownloadState.PAUSED:
            return tr("Paused")
        case DownloadState.FAILED:
            return tr("Stopped")
        case DownloadState.DONE:
            return tr("Here")
        case DownloadState.RUNNING:
            if not download.rate:
                return tr("Connecting")
            speed = rate_text(download.rate)
            return (
                tr("{speed}, {time} left").format(speed=speed, time=time_text(download.remaining))
                if download.remaining is not None
                else speed
            )


def _of(done: int, size: int) -> str:
    """The unit is said once where it is the same."""
    there, whole = file_text(done), file_text(size)
    number, _, unit = there.partition(" ")
    return tr("{part} of {whole}").format(part=number if whole.endswith(f" {unit}") else there, whole=whole)


def rate_text(rate: float) -> str:
    """Bytes per second: ``18.4 MB/s``, ``640 KB/s``."""
    return (
        tr("{rate:.1f} MB/s").format(rate=rate / 1e6) if rate >= 1e6 else tr("{rate:.0f} KB/s").format(rate=rate / 1e3)
    )
