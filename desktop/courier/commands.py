"""What the courier does with each command. Runs in the courier process only.

Each command that uses the network has a thread of its own and an ``Errand``; the reading thread stops errands, so that
also works in the middle of everything.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from desktop.child import evidence
from desktop.child.evidence import Process
from desktop.child.worker import Pipe
from desktop.courier import failing, protocol
from desktop.courier.body import Body, Patience
from desktop.courier.download import Download
from desktop.courier.failing import Failure
from desktop.courier.hub import Hub
from desktop.courier.journal import Wanted
from desktop.courier.net import Errand, Network
from desktop.courier.pace import Pace
from desktop.courier.tally import Tallies
from desktop.courier.ways import Ways
from desktop.domain.file_names import NameRefused, local_name
from desktop.domain.hub import HubFailure

MOST, SECONDS = 80 * 1024 * 1024, 90.0
"""Bytes and time that anything but a download may take."""

Asking = protocol.Search | protocol.Describe | protocol.Peek | protocol.Fetch | protocol.Download


class Courier:
    """The commands' meanings."""

    def __init__(self, pipe: Pipe[protocol.Command], ways: Ways, folders: Sequence[Path], patience: Patience) -> None:
        self._pipe = pipe
        self._ways = ways
        self._folders = [folder.resolve() for folder in folders]
        self._patience = patience
        self._network = Network(ways, Tallies(pipe.send))
        self._hub = Hub(self._network)
        self._client = self._network.client()
        self._lock = threading.Lock()
        self._errands: dict[int, Errand] = {}
        self._cancelled: set[int] = set()
        self._targets: set[Path] = set()

    def run(self) -> None:
        """Until the process ends."""
        self._pipe.start(self._urgent)
        self._pipe.send(protocol.Hello(os.getpid(), self._ways.endpoint))
        threading.Event().wait()

    def _urgent(self, command: protocol.Command) -> bool:
        match command:
            case protocol.Pause() | protocol.Cancel():
                self._stop(command.id, forget=isinstance(command, protocol.Cancel))
            case protocol.Token():
                self._hub.tell(command.token)
            case protocol.Probe():
                self._pipe.send(protocol.Proof(command.id, evidence.facts(), evidence.attempts(Process.COURIER)))
            case protocol.Quit():
                os._exit(0)
            case _:
                self._begin(command)
        return True

    def _begin(self, command: Asking) -> None:
        most, seconds = (None, None) if isinstance(command, protocol.Download) else (MOST, SECONDS)
        errand = Errand(command.purpose, command.allowed_by, most, seconds)
        with self._lock:
            self._errands[command.id] = errand
        threading.Thread(target=self._do, args=(command, errand), name="errand", daemon=True).start()

    def _stop(self, request: int, *, forget: bool) -> None:
        with self._lock:
            errand = self._errands.get(request)
            if errand is not None and forget:
                self._cancelled.add(request)
        if errand is not None:
            errand.stop()

    def _do(self, command: Asking, errand: Errand) -> None:
        try:
            with self._network.on(errand):
                self._pipe.send(self._answer(command, errand))
        except Exception as error:
            what = failing.stopped() if errand.stopped.is_set() else failing.of_error(error)
            self._pipe.send(protocol.Failed(command.id, what.kind, what.detail, what.retry_after, list(what.numbers)))
        finally:
            with self._lock:
                self._errands.pop(command.id, None)
                self._cancelled.discard(command.id)

    def _answer(self, command: Asking, errand: Errand) -> protocol.Event:
        hub, id = self._hub, command.id
        match command:
            case protocol.Search():
                found = hub.search(command.text, command.sort, command.wanted, command.limit, command.cursor)
                return protocol.Found(id, *found)
            case protocol.Describe():
                return protocol.Described(id, hub.describe(command.repo, command.revision))
            case protocol.Peek():
                return protocol.Peeked(id, hub.peek(command.repo, command.revision, command.file, command.size))
            case protocol.Fetch():
                return protocol.Fetched(id, hub.text(command.repo, command.revision, command.file))
            case protocol.Download():
                return self._download(command, errand)

    def _download(self, command: protocol.Download, errand: Errand) -> protocol.Downloaded:
        target = self._checked(command)
        with self._lock:
            if target in self._targets:
                raise Failure(HubFailure.IN_USE)
            self._targets.add(target)
        pace = Pace(command.id, command.size, self._pipe.send)
        wanted = Wanted(command.repo, command.revision, command.file, command.size, command.sha256.lower())
        url = self._hub.url(command.repo, command.revision, command.file)
        body = Body(self._client, url, self._hub.headers, self._patience)
        download = Download(wanted, target, body, errand, pace, self._patience, command.replaces)
        try:
            pace.waits(0)
            download.run()
        finally:
            if command.id in self._cancelled and not target.exists():
                download.forget()
            with self._lock:
                self._targets.discard(target)
        return protocol.Downloaded(command.id, str(target), download.repaired)

    def _checked(self, command: protocol.Download) -> Path:
        """The target, if it is a place for models and the name is one for a file."""
        try:
            local_name(command.file)
            local_name(Path(command.target).name)
        except NameRefused as error:
            raise Failure(HubFailure.NAME_REFUSED, str(error)) from None
        if command.size <= 0 or len(command.sha256) != 64:
            raise Failure(HubFailure.WRONG_ANSWER, "the hub tells no fingerprint of this file")
        target = Path(command.target)
        folder = target.parent.resolve()
        if not any(folder.is_relative_to(known) for known in self._folders):
            raise Failure(HubFailure.NOT_WRITABLE, "not a folder for models")
        if not folder.is_dir():
            raise Failure(HubFailure.NOT_WRITABLE, "the folder is not there")
        return folder / target.name
