"""The terms of a model: shown before it is fetched, agreed to once, and remembered with what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.courier.failure import sentence
from desktop.domain.hub import CourierFailure, HubFailure
from desktop.domain.listing import Detail
from desktop.services.tasks import Worker
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.courier.client import CourierClient
    from desktop.storage.downloads import DownloadStore


class Terms(QObject):
    """Signals:
    refused: an ``AppError``: the text could not be fetched.
    """

    refused = Signal(object)

    def __init__(self, courier: Callable[[], CourierClient], worker: Worker, store: DownloadStore) -> None:
        super().__init__()
        self._courier = courier
        self._worker = worker
        self._store = store
        self._hashes: dict[str, str] = {}
        """Of the texts that were shown, by repository."""

    def are_open(self, detail: Detail, then: Callable[[bool], None]) -> None:
        """Tell whether somebody has to agree to the terms of a model before it is fetched."""
        listed = detail.listed
        if not listed.licence.asks:
            then(False)
            return
        self._worker.run(lambda: not self._store.agreed(listed.repo, listed.licence.id), then)

    def agree(self, detail: Detail, then: Callable[[], None]) -> None:
        """Somebody agreed."""
        repo, licence = detail.listed.repo, detail.listed.licence.id
        shown = self._hashes.get(repo, "")
        self._worker.run(lambda: self._store.agree(repo, licence, shown), lambda _: then())

    def read(self, detail: Detail, then: Callable[[str], None]) -> None:
        """Fetch the text of a model's licence."""
        repo = detail.listed.repo

        def told(text: str) -> None:
            self._hashes[repo] = hashlib.sha256(text.encode()).hexdigest()
            then(text)

        def failed(failure: CourierFailure) -> None:
            if failure.kind is not HubFailure.STOPPED:
                self.refused.emit(sentence(failure, tr("the licence")))

        self._courier().fetch(repo, detail.revision, detail.licence_file, tr("You read a licence"), told, failed)
