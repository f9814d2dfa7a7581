"""Downloads, one after the other: ordered, paused, gone on with after a week, checked, and then on the list.

After a start nothing connects by itself: what was under way is paused until somebody goes on with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.courier.failure import SAFE, sentence
from desktop.domain.downloads import Download, DownloadState, Order
from desktop.domain.file_names import NameRefused, local_name, unfinished
from desktop.domain.hub import MARGIN, CourierFailure, HubFailure, Phase, RemoteFile
from desktop.domain.models import FileKind, InstalledModel
from desktop.domain.names import split_parts
from desktop.domain.quants import is_later_part, kind_of_name
from desktop.errors import AppError
from desktop.services import intake
from desktop.services.intake import Origin
from desktop.services.tasks import Worker
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.courier import protocol
    from desktop.courier.client import CourierClient
    from desktop.services.models import ModelService
    from desktop.storage.downloads import DownloadStore
    from desktop.storage.library import Library

_STATES = {
    Phase.WAITING: DownloadState.WAITING,
    Phase.DOWNLOADING: DownloadState.RUNNING,
    Phase.CHECKING: DownloadState.CHECKING,
    Phase.REPAIRING: DownloadState.REPAIRING,
}


class Downloads(QObject):
    """``courier`` is asked when it is needed; ``folder`` is where models go.

    Signals:
        changed: a download is another one than before.
        told: a sentence about what was done.
        arrived: the ``InstalledModel`` that was fetched.
        refused: an ``AppError``.
    """

    changed = Signal()
    told = Signal(str)
    arrived = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        courier: Callable[[], CourierClient],
        worker: Worker,
        store: DownloadStore,
        library: Library,
        models: ModelService,
        folder: Callable[[], Path],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._courier = courier
        self._worker = worker
        self._store = store
        self._library = library
        self._models = models
        self._folder = folder
        self._downloads: list[Download] = []
        self._active = 0
        self._request = 0
        """Of the courier, for the active one."""
        self._stopping = False
        """The active one was paused: what the courier says of it until it has stopped is late."""
        worker.run(store.list, self._read)

    # --- what there is

    def downloads(self) -> list[Download]:
        """In the order of the queue; those that are done stay until Snug ends."""
        return list(self._downloads)

    def here(self, repo: str) -> frozenset[str]:
        """Files of a repository that are on the list of models, by the name of their first."""
        return frozenset(model.repo_file for model in self._models.models() if repo and model.repo == repo)

    def model_of(self, repo: str, file: str) -> InstalledModel | None:
        """The model on the list that this file of a repository is."""
        known = (model for model in self._models.models() if (model.repo, model.repo_file) == (repo, file))
        return next(known, None)

    def look(self) -> None:
        """Read the queue again: a command may have changed it meanwhile."""
        self._worker.run(self._store.list, self._compare)

    # --- verbs

    def add(self, order: Order) -> None:
        """Fetch this, after what was ordered before."""
        for each in self._downloads:
            if each.order.files == order.files and each.order.repo == order.repo:
                if each.state is not DownloadState.DONE:
                    self.resume(each.id)
                    return
                self._drop(each.id)
        self._worker.run(lambda: self._store.add(order), self._added)

    def pause(self, number: int) -> None:
        """Stop fetching; what is there stays."""
        self._set(number, DownloadState.PAUSED)
        if number == self._active:
            self._stopping = True
            self._courier().pause(self._request)
        else:
            self._next()

    def resume(self, number: int) -> None:
        """Go on, or try again."""
        download = self._get(number)
        if download is not None and download.state in (DownloadState.PAUSED, DownloadState.FAILED):
            self._set(number, DownloadState.QUEUED)
            self._next()

    def cancel(self, number: int) -> None:
        """Stop fetching; nothing of it stays."""
        download = self._get(number)
        if download is None:
            return
        self._drop(number)
        if number == self._active:
            self._courier().cancel(self._request)
        targets = [self._target(download.order, place) for place in range(len(download.order.files))]
        self._worker.run(lambda: self._store.remove(number))
        self._worker.run(lambda: _clear(targets), None, self.refused.emit)
        self.changed.emit()

    # --- inside: the queue

    def _read(self, stored: Sequence[Download]) -> None:
        stands = (DownloadState.PAUSED, DownloadState.FAILED)
        for each in stored:
            state = each.state if each.state in stands else DownloadState.PAUSED
            self._downloads.append(each._replace(state=state, done=self._there(each.order)))
        self.changed.emit()

    def _compare(self, stored: Sequence[Download]) -> None:
        there = {each.id for each in stored}
        ended = (DownloadState.PAUSED, DownloadState.FAILED)
        self._downloads = [each for each in self._downloads if each.id in there or each.state not in ended]
        known = {each.id for each in self._downloads}
        self._read([each for each in stored if each.id not in known])

    def _added(self, download: Download) -> None:
        self._downloads.append(download._replace(done=self._there(download.order)))
        self._next()
        self.changed.emit()

    def _next(self) -> None:
        """Begin with the first that waits, unless one is under way."""
        if self._active:
            return
        waiting = next((each for each in self._downloads if each.state is DownloadState.QUEUED), None)
        if waiting is not None:
            self._active = waiting.id
            self._change(waiting.id, state=DownloadState.WAITING, problem="", code="")
            self._fetch(waiting.order, 0)

    def _fetch(self, order: Order, place: int) -> None:
        """Ask for one file of the active order."""
        number, file = self._active, order.files[place]
        before = sum(each.size for each in order.files[:place])
        try:
            target = self._target(order, place)
        except NameRefused as error:
            self._ended(number, CourierFailure(HubFailure.NAME_REFUSED, str(error)))
            return

        def begin(_: None) -> None:
            if self._active != number or self._get(number) is None:
                return
            self._request = self._courier().download(
                order.repo,
                order.revision,
                RemoteFile(file.name, file.size, file.sha256),
                str(target),
                order.allowed_by,
                lambda _: self._fetched(number, order, place),
                lambda failure: self._ended(number, failure),
                lambda progress: self._progressed(number, before, progress),
                replaces=self._known(target),
            )

        self._worker.run(lambda: self._make_room(order, place), begin, lambda error: self._stop(number, error))

    def _make_room(self, order: Order, place: int) -> None:
        """See that the folder is there, and the space for all of the order.

        Raises:
            AppError: NO_FOLDER, NO_SPACE or NOT_WRITABLE.
        """
        folder = self._folder()
        if not folder.is_dir():
            raise AppError(
                "NO_FOLDER",
                tr("The folder for models, {folder}, is not there.").format(folder=folder),
                tr(SAFE),
                tr("Connect its disk, or choose another folder in Models, under Installed."),
            )
        needed, free = order.size - self._there(order), shutil.disk_usage(folder).free
        if needed and free < needed + MARGIN:
            raise sentence(CourierFailure(HubFailure.NO_SPACE, numbers=(needed, free)), order.name)
        _make(self._target(order, place).parent)

    def _progressed(self, number: int, before: int, progress: protocol.Progress) -> None:
        download = self._get(number)
        if download is None or self._stopping:
            return
        state = _STATES[progress.phase]
        problem = ""
        if progress.because is not None:
            why = sentence(CourierFailure(progress.because, retry_after=progress.wait), download.order.name)
            problem = why.happened
        # Checking reads from the beginning what is there already.
        done = download.done if state is DownloadState.CHECKING else before + progress.done
        after = download.order.size - before - progress.size
        remaining = None if progress.remaining is None else progress.remaining
        if remaining is not None and progress.rate:
            remaining += after / progress.rate
        self._change(number, state=state, done=done, rate=progress.rate, remaining=remaining, problem=problem)

    def _fetched(self, number: int, order: Order, place: int) -> None:
        if self._get(number) is None or (self._stopping and place + 1 < len(order.files)):
            self._leave(number)
        elif place + 1 < len(order.files):
            self._change(number, done=sum(each.size for each in order.files[: place + 1]))
            self._fetch(order, place + 1)
        else:
            self._worker.run(
                lambda: self._take_in(order),
                lambda model: self._done(number, model),
                lambda why: self._stop(number, why),
            )

    def _take_in(self, order: Order) -> InstalledModel:
        for place, file in enumerate(order.files[1:], 1):
            if kind_of_name(file.name) is FileKind.DRAFT and not is_later_part(file.name):
                self._take_in_from(order, place, f"{order.name} draft")
        return self._take_in_from(order, 0, order.name)

    def _take_in_from(self, order: Order, place: int, name: str) -> InstalledModel:
        """The model of an order whose first file stands there."""
        first = order.files[place]
        parts = split_parts(first.name)
        fingerprints = tuple(file.sha256 for file in order.files if file.sha256 and file.name in parts)
        origin = Origin(name, order.repo, first.name, order.revision, order.publisher, order.licence, fingerprints)
        return intake.take_in(self._library, self._target(order, place), origin)

    def _done(self, number: int, model: InstalledModel) -> None:
        download = self._get(number)
        if download is not None:
            self._change(number, state=DownloadState.DONE, done=download.order.size, rate=0.0, remaining=None)
        self._worker.run(lambda: self._store.remove(number))
        self._models.reload()
        self.told.emit(tr("{name} is here").format(name=model.name))
        self.arrived.emit(model)
        self._leave(number)

    def _ended(self, number: int, failure: CourierFailure) -> None:
        download = self._get(number)
        if download is None or failure.kind is HubFailure.STOPPED:
            # Somebody said so: it is paused, or gone.
            self._leave(number)
            return
        self._stop(number, sentence(failure, download.order.name))

    def _stop(self, number: int, why: AppError) -> None:
        self._set(number, DownloadState.FAILED, why)
        self._leave(number)

    def _leave(self, number: int) -> None:
        """The active one is none any more."""
        if number == self._active:
            self._active = self._request = 0
            self._stopping = False
            self._next()
        self.changed.emit()

    # --- inside: one of them

    def _get(self, number: int) -> Download | None:
        return next((each for each in self._downloads if each.id == number), None)

    def _change(self, number: int, **fields: object) -> None:
        self._downloads = [
            each._replace(**fields) if each.id == number else each  # pyright: ignore[reportArgumentType]
            for each in self._downloads
        ]
        self.changed.emit()

    def _set(self, number: int, state: DownloadState, why: AppError | None = None) -> None:
        """The same, for what is to be known after the next start."""
        problem, code = (why.sentence, why.code) if why is not None else ("", "")
        self._change(number, state=state, problem=problem, code=code, rate=0.0, remaining=None)
        self._worker.run(lambda: self._store.set_state(number, state))

    def _drop(self, number: int) -> None:
        self._downloads = [each for each in self._downloads if each.id != number]

    def _target(self, order: Order, place: int) -> Path:
        """Each repository has a folder: many have files of the same name."""
        publisher, _, name = order.repo.rpartition("/")
        folder = self._folder() / _plain(publisher) / _plain(name)
        return folder / local_name(order.files[place].name)

    def _known(self, target: Path) -> str:
        """The fingerprint of a file that was fetched before: it may be replaced by what its publisher has now."""
        for model in self._models.models():
            if str(target) in model.files:
                return next(iter(model.sha256[model.files.index(str(target)) :]), "")
        return ""

    def _there(self, order: Order) -> int:
        """Bytes that are on the disk."""
        found = 0
        for place in range(len(order.files)):
            try:
                target = self._target(order, place)
            except NameRefused:
                continue
            part = unfinished(target)[0]
            if target.is_file() and target.stat().st_size == order.files[place].size:
                found += order.files[place].size
            elif part.is_file():
                found += part.stat().st_size
        return found


def _plain(name: str) -> str:
    """A folder's name of a part of a repository's, which knows letters, digits and a few signs only."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in name)
    return kept.strip(". ")[:96] or "_"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AppError(
            "NOT_WRITABLE",
            tr("Snug may not write to the models folder."),
            tr(SAFE),
            tr("Choose another folder in Models, under Installed."),
            error.strerror or "",
        ) from None


def _clear(targets: Sequence[Path]) -> None:
    """Take away what is unfinished, and a folder that is empty then."""
    for target in targets:
        for path in unfinished(target):
            path.unlink(missing_ok=True)
    for folder in {target.parent for target in targets}:
        for empty in (folder, folder.parent):
            try:
                empty.rmdir()
            except OSError:
                break
