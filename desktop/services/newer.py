"""Has a publisher replaced a file since it was downloaded? Asked only when somebody wants to know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.courier.failure import sentence
from desktop.domain.dates import day_text
from desktop.domain.downloads import Order
from desktop.domain.hub import CourierFailure, Description, HubFailure
from desktop.domain.models import InstalledModel
from desktop.domain.names import split_parts
from desktop.domain.quants import RepoFile
from desktop.errors import AppError
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.courier.client import CourierClient


class Standing(StrEnum):
    """What the publisher has, compared with what is here."""

    SAME = "same"
    REPLACED = "replaced"
    GONE = "gone"


class Answer(NamedTuple):
    """What came of it."""

    standing: Standing
    words: str
    order: Order | None = None
    """Fetches what the publisher has now; the file that is here stays until that is checked."""


class Newer(QObject):
    """Signals:
    refused: an ``AppError``: it could not be found out.
    """

    refused = Signal(object)

    def __init__(self, courier: Callable[[], CourierClient], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._courier = courier

    def look(self, model: InstalledModel, then: Callable[[Answer], None]) -> None:
        """Ask the hub about the file of a model."""
        known = _fingerprints(model)
        if not model.repo or not model.repo_file:
            self.refused.emit(_no_origin(model))
            return
        if not known:
            self.refused.emit(_not_compared(model))
            return

        def failed(failure: CourierFailure) -> None:
            if failure.kind is HubFailure.NOT_FOUND:
                then(_gone(model))
            elif failure.kind is not HubFailure.STOPPED:
                self.refused.emit(sentence(failure, model.name))

        self._courier().describe(
            model.repo, tr("You looked for a newer file"), lambda told: then(compared(model, told)), failed
        )


def compared(model: InstalledModel, described: Description) -> Answer:
    """A model with what its repository has now."""
    there = {file.path: file for file in described.files}
    files = [there[name] for name in split_parts(model.repo_file) if name in there]
    if not files:
        return _gone(model)
    known = _fingerprints(model)
    if tuple(file.sha256 for file in files) == known[: len(files)]:
        return Answer(
            Standing.SAME, tr("{name} is up to date: its publisher has this very file.").format(name=model.name)
        )
    changed = described.model.updated_at
    words = tr("The publisher of {name} has another file in its place now.").format(name=model.name)
    if changed:
        day = day_text(datetime.fromtimestamp(changed), year=True)
        words = " ".join((words, tr("The repository was changed last on {day}.").format(day=day)))
    order = Order(
        model.repo,
        described.revision,
        tuple(RepoFile(file.path, file.size, file.sha256) for file in files),
        model.name,
        model.publisher,
        model.licence,
        model.quant,
        tr("You downloaded {name} again").format(name=model.name),
    )
    return Answer(Standing.REPLACED, words, order)


def _gone(model: InstalledModel) -> Answer:
    words = tr("The hub does not have the file of {name} any more. Yours goes on working.").format(name=model.name)
    return Answer(Standing.GONE, words)


def _fingerprints(model: InstalledModel) -> tuple[str, ...]:
    return model.sha256 or (model.checked.own_sha256 if model.checked is not None else ())


def _no_origin(model: InstalledModel) -> AppError:
    return AppError(
        "NO_ORIGIN",
        tr("Nobody knows where {name} came from.").format(name=model.name),
        tr("Nothing was asked."),
        tr("Look for it in Discover."),
    )


def _not_compared(model: InstalledModel) -> AppError:
    return AppError(
        "NO_FINGERPRINT",
        tr("The fingerprint of {name} is not known yet.").format(name=model.name),
        tr("Nothing was asked."),
        tr("Compare its fingerprint first, then look again."),
    )
