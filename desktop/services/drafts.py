"""What is said when a model runs without the draft model that was meant for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.domain.drafting import DraftTrouble
from desktop.translation import tr

if TYPE_CHECKING:
    from desktop.domain.models import InstalledModel


class Drafts:
    """Says each thing once."""

    def __init__(self) -> None:
        self._told: set[tuple[int, DraftTrouble]] = set()

    def words(self, model: InstalledModel, trouble: DraftTrouble | None, *, chosen: bool) -> str:
        """A sentence, or nothing. ``chosen``: the user chose the draft; else it only lies beside the model, and may
        well have been made for another one."""
        if trouble is None or (model.id, trouble) in self._told or (trouble is DraftTrouble.TOKENS and not chosen):
            return ""
        self._told.add((model.id, trouble))
        match trouble:
            case DraftTrouble.FILE:
                told = tr("{name} runs without its draft model: the file cannot be opened.")
            case DraftTrouble.ROOM:
                told = tr("{name} runs without its draft model: there is not enough memory for both.")
            case DraftTrouble.TOKENS:
                told = tr("{name} runs without its draft model: it was made for another model.")
            case DraftTrouble.MEMORY:
                told = tr("{name} runs without its draft model: it cannot take guesses back.")
        return told.format(name=model.name)
