"""The app's side of a courier: one process while it is needed, requests by number.

Each verb is one request with somebody who listens. A process is asked for with the first one (``Launch``), which may
take a moment or be refused; every way that it can end becomes one ``CourierFailure``. Stale answers are dropped here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.child.process import Child, Ending
from desktop.child.wire import Decoder
from desktop.courier import protocol
from desktop.domain.gguf import Header
from desktop.domain.hub import Abilities, CourierFailure, Description, HubFailure, RemoteFile, Sort
from desktop.translation import tr

log = logging.getLogger(__name__)

Asking = protocol.Search | protocol.Describe | protocol.Peek | protocol.Fetch | protocol.Download
Arrived = Callable[[Child], None]
Refused = Callable[[CourierFailure], None]
Launch = Callable[[Arrived, Refused], None]
"""Starts a courier, now or later, and calls one of the two. The child is not started yet, or runs already."""

GOODBYE = protocol.Quit()


def decoder() -> Decoder[Any]:
    """Of what couriers say."""
    return Decoder(protocol.Event)


@dataclass(slots=True)
class _Request:
    command: Asking
    done: Callable[[Any], None]
    failed: Refused | None
    progress: Callable[[protocol.Progress], None] | None


class CourierClient(QObject):
    """One courier at a time.

    ``done`` of a verb gets what its name says, ``failed`` a ``CourierFailure``; a listener that is gone is told nothing
    once its request was ``drop``ped. ``allowed_by`` is the user's action, as the ledger shows it.

    Signals:
        connected: a ``protocol.Connection``: made, used, over.
        withheld: a request (``Asking``) that was not sent because the way out is closed.
        proved: a ``protocol.Proof``.
        busy_changed: ``busy``.
        failed: the ``CourierFailure`` that ended the process; requests under way get it too.
        ended: the process is gone; True if nobody asked it to go.
    """

    connected = Signal(object)
    withheld = Signal(object)
    proved = Signal(object)
    busy_changed = Signal()
    failed = Signal(object)
    ended = Signal(bool)

    def __init__(self, launch: Launch, offline: Callable[[], bool], parent: QObject | None = None) -> None:
        """``offline``: whether that is why a process ended."""
        super().__init__(parent)
        self._launch = launch
        self._offline = offline
        self._process: Child | None = None
        self._launching = 0
        self._launches = count(1)
        self._leaving: list[Child] = []
        self._numbers = count(1)
        self._requests: dict[int, _Request] = {}
        self._waiting: list[protocol.Command] = []
        self._token = ""

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._requests)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    # --- verbs; each gives the number of the request

    def search(
        self,
        text: str,
        allowed_by: str,
        done: Callable[[protocol.Found], None],
        failed: Refused | None = None,
        *,
        sort: Sort = Sort.TRENDING,
        wanted: Abilities | None = None,
        limit: int = 30,
        cursor: str = "",
    ) -> int:
        """A page of models; ``cursor`` is ``Found.next`` of the page before."""
        number = next(self._numbers)
        purpose = tr("Search for models")
        command = protocol.Search(number, purpose, allowed_by, text, sort, wanted or Abilities(), limit, cursor)
        return self._ask(command, done, failed)

    def describe(
        self,
        repo: str,
        allowed_by: str,
        done: Callable[[Description], None],
        failed: Refused | None = None,
        *,
        revision: str = "main",
    ) -> int:
        """Everything about one repository."""
        number = next(self._numbers)
        return self._ask(
            protocol.Describe(number, tr("Look at {repo}").format(repo=repo), allowed_by, repo, revision), done, failed
        )

    def peek(
        self,
        repo: str,
        revision: str,
        file: RemoteFile,
        allowed_by: str,
        done: Callable[[Header], None],
        failed: Refused | None = None,
    ) -> int:
        """What a file says about itself, without fetching it."""
        number, purpose = next(self._numbers), tr("Read the head of {name}").format(name=_name(file.path))
        command = protocol.Peek(number, purpose, allowed_by, repo, revision, file.path, file.size)
        return self._ask(command, done, failed)

    def fetch(
        self,
        repo: str,
        revision: str,
        file: str,
        allowed_by: str,
        done: Callable[[str], None],
        failed: Refused | None = None,
    ) -> int:
        """A small text, such as a licence."""
        number = next(self._numbers)
        command = protocol.Fetch(
            number, tr("Read {name} of {repo}").format(name=_name(file), repo=repo), allowed_by, repo, revision, file
        )
        return self._ask(command, done, failed)

    def download(
        self,
        repo: str,
        revision: str,
        file: RemoteFile,
        target: str,
        allowed_by: str,
        done: Callable[[protocol.Downloaded], None],
        failed: Refused | None = None,
        progress: Callable[[protocol.Progress], None] | None = None,
        *,
        replaces: str = "",
    ) -> int:
        """A file to the disk, or the rest of it. ``target``: its whole path, with a name by ``local_name``.
        ``replaces``: fingerprint of the file that may lie there until this one is whole."""
        number, purpose = next(self._numbers), tr("Download {name}").format(name=_name(file.path))
        command = protocol.Download(
            number, purpose, allowed_by, repo, revision, file.path, file.size, file.sha256, target, replaces
        )
        return self._ask(command, done, failed, progress)

    def pause(self, request: int) -> None:
        """End a request; ``failed`` follows with STOPPED. What there is of a download stays."""
        self._stop(protocol.Pause(request))

    def cancel(self, request: int) -> None:
        """End a request; ``failed`` follows with STOPPED. Nothing of a download stays."""
        self._stop(protocol.Cancel(request))

    def drop(self, request: int) -> None:
        """End a request whose answer nobody waits for any more; nobody is told."""
        if self._requests.pop(request, None) is not None:
            self._say(protocol.Pause(request))
            self._waiting = [each for each in self._waiting if each.id != request]
            self.busy_changed.emit()

    def tell(self, token: str) -> None:
        """Who asks, from now on; empty: nobody. It is kept in memory, for the next process too."""
        self._token = token
        if self._process is not None:
            self._process.send(protocol.Token(token))

    def probe(self) -> None:
        """Have the process try what it is refused; ``proved`` follows. One is started where none runs."""
        self._send(protocol.Probe(next(self._numbers)))

    def stop(self) -> None:
        """End the process. Requests under way fail with STOPPED, or OFFLINE."""
        self._drop_process()
        self._fail_all(CourierFailure(HubFailure.OFFLINE if self._offline() else HubFailure.STOPPED))
        self.ended.emit(False)

    def shut(self) -> None:
        """For the end of the app: the process is gone when this returns, and nobody is told."""
        self._requests.clear()
        self._drop_process()
        for process in list(self._leaving):
            process.shut()

    # --- inside

    def _ask(
        self,
        command: Asking,
        done: Callable[[Any], None],
        failed: Refused | None,
        progress: Callable[[protocol.Progress], None] | None = None,
    ) -> int:
        self._requests[command.id] = _Request(command, done, failed, progress)
        self._send(command)
        self.busy_changed.emit()
        return command.id

    def _send(self, command: protocol.Command) -> None:
        """Say it as soon as there is a process to hear it."""
        if self._process is not None:
            self._process.send(command)
            return
        self._waiting.append(command)
        if not self._launching:
            self._begin()

    def _begin(self) -> None:
        number = self._launching = next(self._launches)

        def arrived(process: Child) -> None:
            if number == self._launching:
                self._arrived(process)
            else:
                self._leave(process)

        def refused(failure: CourierFailure) -> None:
            if number == self._launching:
                self._refused(failure)

        self._launch(arrived, refused)

    def _arrived(self, process: Child) -> None:
        self._launching = 0
        self._process = process
        process.message.connect(self._on_message)
        process.ended.connect(self._on_ended)
        process.start()
        waiting, self._waiting = self._waiting, []
        if self._token:
            process.send(protocol.Token(self._token))
        for command in waiting:
            process.send(command)

    def _refused(self, failure: CourierFailure) -> None:
        self._launching = 0
        waiting, self._waiting = self._waiting, []
        if failure.kind is HubFailure.OFFLINE:
            for command in waiting:
                if command.id in self._requests:
                    self.withheld.emit(command)
        self._fail_all(failure)

    def _stop(self, command: protocol.Pause | protocol.Cancel) -> None:
        if command.id not in self._requests:
            return
        if any(each.id == command.id for each in self._waiting):
            self._waiting = [each for each in self._waiting if each.id != command.id]
            self._finish(command.id, CourierFailure(HubFailure.STOPPED))
        self._say(command)

    def _say(self, command: protocol.Command) -> None:
        if self._process is not None:
            self._process.send(command)

    def _on_message(self, event: protocol.Event) -> None:
        match event:
            case protocol.Connection():
                self.connected.emit(event)
            case protocol.Proof():
                self.proved.emit(event)
            case protocol.Progress():
                request = self._requests.get(event.id)
                if request is not None and request.progress is not None:
                    request.progress(event)
            case protocol.Failed():
                failure = CourierFailure(event.kind, event.detail, event.retry_after, tuple(event.numbers))
                self._finish(event.id, failure)
            case protocol.Found() | protocol.Downloaded():
                self._finish(event.id, event)
            case protocol.Described():
                self._finish(event.id, event.description)
            case protocol.Peeked():
                self._finish(event.id, event.header)
            case protocol.Fetched():
                self._finish(event.id, event.text)
            case protocol.Hello():
                pass

    def _finish(self, number: int, answer: object) -> None:
        request = self._requests.pop(number, None)
        if request is None:
            return
        self.busy_changed.emit()
        if not isinstance(answer, CourierFailure):
            request.done(answer)
        elif request.failed is not None:
            request.failed(answer)

    def _on_ended(self, ending: Ending) -> None:
        detail = ending.protocol_error or f"{'signal' if ending.crashed else 'exit code'} {ending.code}"
        log.info("the courier ended: %s", detail)
        self._drop_process()
        kind = HubFailure.OFFLINE if self._offline() else HubFailure.CRASHED
        failure = CourierFailure(kind, f"{detail}\n{ending.said}".strip())
        self._fail_all(failure)
        self.failed.emit(failure)
        self.ended.emit(True)

    def _fail_all(self, failure: CourierFailure) -> None:
        for number in list(self._requests):
            self._finish(number, failure)

    def _drop_process(self) -> None:
        process, self._process = self._process, None
        self._launching = 0
        self._waiting.clear()
        if process is not None:
            process.message.disconnect(self._on_message)
            process.ended.disconnect(self._on_ended)
            self._leave(process)

    def _leave(self, process: Child) -> None:
        process.ended.connect(self._left)
        self._leaving.append(process)
        process.stop()

    def _left(self, _: Ending) -> None:
        ended = [process for process in self._leaving if not process.running]
        self._leaving = [process for process in self._leaving if process.running]
        for process in ended:
            process.deleteLater()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
