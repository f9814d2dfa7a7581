"""The messages between the app and a courier. Both sides import this; it knows neither.

App to courier: ``Command``. Courier to app: ``Event``. An ``id`` names a request; 0 is the process itself. Whatever
uses the network says what for (``purpose``, words for the ledger) and which action of the user allows it.
"""

from __future__ import annotations

import msgspec

from desktop.child.evidence import Attempt, Facts
from desktop.domain.gguf import Header
from desktop.domain.hub import Abilities, Description, FoundModel, HubFailure, Phase, Sort
from desktop.domain.ledger import Entry

FOLDERS_VARIABLE = "SNUG_COURIER_FOLDERS"
"""Environment of a courier: the folders that it may write to, as a list in JSON. It can write nowhere else."""


class Search(msgspec.Struct, frozen=True, tag="search"):
    """Models with GGUF files. Answered by ``Found`` or ``Failed``."""

    id: int
    purpose: str
    allowed_by: str
    text: str = ""
    sort: Sort = Sort.TRENDING
    wanted: Abilities = Abilities()
    limit: int = 30
    """Models in one page."""
    cursor: str = ""
    """``Found.next`` of the page before; empty: the first page."""


class Describe(msgspec.Struct, frozen=True, tag="describe"):
    """Everything about one repository. Answered by ``Described`` or ``Failed``."""

    id: int
    purpose: str
    allowed_by: str
    repo: str
    revision: str = "main"


class Peek(msgspec.Struct, frozen=True, tag="peek"):
    """The head of a remote GGUF file, of which no more than that is fetched. Answered by ``Peeked`` or ``Failed``."""

    id: int
    purpose: str
    allowed_by: str
    repo: str
    revision: str
    file: str
    size: int


class Fetch(msgspec.Struct, frozen=True, tag="fetch"):
    """A small text file, such as a licence: 1 MiB at most. Answered by ``Fetched`` or ``Failed``."""

    id: int
    purpose: str
    allowed_by: str
    repo: str
    revision: str
    file: str


class Download(msgspec.Struct, frozen=True, tag="download"):
    """A file to the disk, or the rest of it. Answered by ``Progress`` and then ``Downloaded`` or ``Failed``: with
    STOPPED after ``Pause`` and ``Cancel``. To carry on after any failure, ask for the same again."""

    id: int
    purpose: str
    allowed_by: str
    repo: str
    revision: str
    """The commit that was shown to the user, not a branch."""
    file: str
    size: int
    sha256: str
    target: str
    """Where it goes when it is whole and checked. Beside it, until then, lie ``.part`` and ``.journal``."""
    replaces: str = ""
    """Fingerprint of the one file that may lie at the target meanwhile, and gives way in the end."""


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """End the request ``id`` now and keep what there is of a download."""

    id: int


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End the request ``id`` now. Of a download nothing is left."""

    id: int


class Token(msgspec.Struct, frozen=True, tag="token"):
    """Who asks, to be told to the hub alone; empty: nobody. It is not answered."""

    token: str = ""
    id: int = 0

    def __repr__(self) -> str:
        return "Token(…)"


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Try what the seal of a courier refuses. Answered at once by ``Proof``."""

    id: int


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """End the process. What there is of downloads stays."""

    id: int = 0


Command = Search | Describe | Peek | Fetch | Download | Pause | Cancel | Token | Probe | Quit


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The process is up."""

    pid: int
    endpoint: str
    """The hub that it talks to."""
    id: int = 0


class Found(msgspec.Struct, frozen=True, tag="found"):
    """One page of models."""

    id: int
    models: tuple[FoundModel, ...]
    next: str = ""
    """For the next page; empty: this was the last."""


class Described(msgspec.Struct, frozen=True, tag="described"):
    """One repository."""

    id: int
    description: Description


class Peeked(msgspec.Struct, frozen=True, tag="peeked"):
    """What a file says about itself, as if it were here: for ``memory.estimate`` and ``fit.best_fit``."""

    id: int
    header: Header


class Fetched(msgspec.Struct, frozen=True, tag="fetched"):
    """A text."""

    id: int
    text: str


class Progress(msgspec.Struct, frozen=True, tag="progress", omit_defaults=True):
    """How a download is going: at most four times a second, and whenever the phase is another one."""

    id: int
    phase: Phase
    done: int
    """Bytes of the file that are on the disk; in CHECKING those that were read."""
    size: int
    rate: float = 0.0
    """Bytes per second, over the last few seconds."""
    remaining: float | None = None
    """Seconds; None: nobody knows."""
    wait: float = 0.0
    """In WAITING: seconds until it tries again."""
    because: HubFailure | None = None
    """In WAITING: why it has to."""


class Connection(msgspec.Struct, frozen=True, tag="connection"):
    """A connection: when it was made (``open``), every second that brings something, and when it is over.

    ``id`` is the connection's own number. Who has heard that it was made can write it down although the courier is
    killed.
    """

    id: int
    entry: Entry
    open: bool = False


class Downloaded(msgspec.Struct, frozen=True, tag="downloaded"):
    """The file is at its target, whole, and its fingerprint is the publisher's."""

    id: int
    path: str
    repaired: int = 0
    """Bytes that had to be fetched again because they were not the publisher's."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The request could not be done. ``detail`` is technical."""

    id: int
    kind: HubFailure
    detail: str = ""
    retry_after: float = 0.0
    """Seconds that the hub asks to wait; 0: it does not say."""
    numbers: list[int] = []
    """For NO_SPACE: bytes that are needed, bytes that are free."""


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """Answer to ``Probe``: what the kernel says about the courier's process, and what came of trying."""

    id: int
    facts: Facts
    attempts: list[Attempt]


Event = Hello | Found | Described | Peeked | Fetched | Progress | Connection | Downloaded | Failed | Proof
