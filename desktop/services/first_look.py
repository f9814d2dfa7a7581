"""What is read of the library when Snug starts: the models, and the one to load. No Qt; for the storage thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from desktop.services import intake

if TYPE_CHECKING:
    from desktop.domain.models import InstalledModel, LoadOptions
    from desktop.services.load_records import LoadRecords
    from desktop.storage.library import Library
    from desktop.storage.options import Options

CHOSEN = "model"


class FirstLook(NamedTuple):
    """What was read."""

    models: list[InstalledModel]
    model: InstalledModel | None
    """The one to load."""
    chosen: dict[str, LoadOptions]
    unfinished: bool = False
    """Its last load did not come to an end."""


def look(library: Library, options: Options, records: LoadRecords, wanted: str) -> FirstLook:
    """The model to load is ``wanted`` (a name or a path), else the one used last, else the first that is there.

    Raises:
        AppError: there is none that is called ``wanted``.
    """
    intake.ensure_starter(library)
    models, chosen = library.list(), records.chosen()
    if wanted:
        models, model = intake.find(models, wanted, library)
        return FirstLook(*_not_changed(library, models, model), chosen)
    last = options.get(CHOSEN)
    model = next((model for model in models if model.id == last and model.available), None)
    model = model or next((model for model in models if model.available and model.chats), None)
    models, model = _not_changed(library, models, model)
    return FirstLook(models, model, chosen, model is not None and records.unfinished() == model.id)


def _not_changed(
    library: Library, models: list[InstalledModel], model: InstalledModel | None
) -> tuple[list[InstalledModel], InstalledModel | None]:
    """The same, with the model that is to be loaded looked at again if its file is another one now."""
    if model is None or model.checked is None or not intake.changed(model):
        return models, model
    looked = library.set_check(model.id, None) or model
    return [looked if each.id == looked.id else each for each in models], looked
