"""Downloads as values: what was ordered, and how it is going."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

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
