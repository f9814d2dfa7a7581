"""What a hub of models says: models that were found, their files, how they are sorted, and how it can fail."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

ENDPOINT = "https://huggingface.co"
MARGIN = 64 * 1024 * 1024
"""Bytes that a download leaves free on the disk."""


class Sort(StrEnum):
    """In which order models are found. The largest number or the latest date comes first."""

    TRENDING = "trending"
    """What many people look at now: the hub's own order, and the nearest it has to relevance."""
    DOWNLOADS = "downloads"
    LIKES = "likes"
    UPDATED = "updated"
    NEWEST = "newest"


class Abilities(NamedTuple):
    """What is asked of a model beside the words. The hub knows only what publishers say."""

    licence: str = ""
    """A licence as the hub names it, such as ``apache-2.0``; empty: any."""
    vision: bool = False
    reasoning: bool = False
    publisher: str = ""
    """Empty: any."""


class FoundModel(NamedTuple):
    """A repository in a list. Times are seconds since 1970, 0 where the hub does not say."""

    repo: str
    """``publisher/name``."""
    downloads: int = 0
    """In the last thirty days."""
    likes: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0
    gated: bool = False
    """The publisher wants something first: an account, terms that are agreed to."""
    licence: str = ""
    """As the hub names it; empty where the publisher does not say."""
    tags: tuple[str, ...] = ()
    task: str = ""
    """The hub's ``pipeline_tag``, such as ``text-generation`` or ``image-text-to-text``."""
    architecture: str = ""
    parameters: int = 0
    context_length: int = 0
    """These three as the hub read them from one of the repository's GGUF files; empty where it did not."""


class RemoteFile(NamedTuple):
    """A file of a repository."""

    path: str
    """Inside the repository, with slashes."""
    size: int
    sha256: str = ""
    """The publisher's fingerprint; empty where the hub has none (small files)."""


class Description(NamedTuple):
    """A repository at one commit."""

    model: FoundModel
    revision: str
    """The commit: 40 hexadecimal digits. What is downloaded belongs to it."""
    files: tuple[RemoteFile, ...]
    licence_name: str = ""
    """Where the licence is the publisher's own (``other``): what they call it."""
    licence_link: str = ""
    base_models: tuple[str, ...] = ()
    readme: str = ""
    """Markdown, without its head of metadata; cut after 256 KiB."""


class Phase(StrEnum):
    """What a download is doing.

    ::

        WAITING ──► DOWNLOADING ──► CHECKING ──► (done)
           ▲             │ cut          │ not the publisher's bytes
           └─────────────┘              └──► REPAIRING ──► CHECKING
    """

    WAITING = "waiting"
    """For the network: it connects, or tries again in a moment."""
    DOWNLOADING = "downloading"
    CHECKING = "checking"
    """Reads what is on the disk and compares fingerprints."""
    REPAIRING = "repairing"
    """Fetches again what differs."""


class HubFailure(StrEnum):
    """Why the courier could not do it."""

    OFFLINE = "OFFLINE"
    """*Stay offline* is on."""
    NO_CONNECTION = "NO_CONNECTION"
    NAME_NOT_FOUND = "NAME_NOT_FOUND"
    """The name of the server leads nowhere (DNS)."""
    TIMEOUT = "TIMEOUT"
    TOO_SLOW = "TOO_SLOW"
    CUT = "CUT"
    """The connection ended too early."""
    NOT_TRUSTED = "NOT_TRUSTED"
    """TLS: the server cannot prove who it is."""
    PROXY = "PROXY"
    LOGIN = "LOGIN"
    """401: the hub wants to know who asks, or does not know this token."""
    GATED = "GATED"
    """403: the publisher has to let this account in first."""
    NOT_FOUND = "NOT_FOUND"
    BUSY = "BUSY"
    """429: too many requests."""
    SERVER = "SERVER"
    """5xx."""
    REDIRECT = "REDIRECT"
    """It leads to a place that Snug does not go to, or in circles."""
    CAPTIVE = "CAPTIVE"
    """A web page came in place of the file: the network wants a login first, as in hotels."""
    NOT_A_MODEL = "NOT_A_MODEL"
    """It is no GGUF file."""
    COMPRESSED = "COMPRESSED"
    """The server packs what it sends although it was asked not to."""
    WRONG_ANSWER = "WRONG_ANSWER"
    """Something that the hub should not say: another length, another range, no JSON."""
    CHANGED = "CHANGED"
    """It is another file than before, so that the download starts again."""
    WRONG_FINGERPRINT = "WRONG_FINGERPRINT"
    """All is there, and it is not what the publisher published."""
    NAME_REFUSED = "NAME_REFUSED"
    """The file's name is none that Snug would write to a disk."""
    NO_SPACE = "NO_SPACE"
    NOT_WRITABLE = "NOT_WRITABLE"
    IN_USE = "IN_USE"
    """Somebody else downloads this very file now: another window or command of Snug."""
    TOO_LARGE = "TOO_LARGE"
    """A text that is larger than anybody would read."""
    CRASHED = "CRASHED"
    """The courier's process ended."""
    STOPPED = "STOPPED"
    """Somebody said so. Nothing to show."""


CLOSED = (HubFailure.LOGIN, HubFailure.GATED)
"""What an access token may open."""


class CourierFailure(NamedTuple):
    """A failure as the app keeps it. ``detail`` is technical."""

    kind: HubFailure
    detail: str = ""
    retry_after: float = 0.0
    """Seconds that the hub asks to wait; 0: it does not say."""
    numbers: tuple[int, ...] = ()
    """For NO_SPACE: bytes that are needed, bytes that are free."""
