"""Which draft model guesses ahead for a model, and why one does not."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from desktop.domain.models import NO_DRAFT, FileKind, InstalledModel, LoadOptions
from desktop.domain.quants import is_draft_model


class DraftTrouble(StrEnum):
    """Why a model was loaded without the draft that was meant for it."""

    FILE = "file"
    """It is gone, damaged, or of a kind that the engine does not know."""
    ROOM = "room"
    """There is not enough memory for both."""
    TOKENS = "tokens"
    """It was made for a model with another vocabulary."""
    MEMORY = "memory"
    """The memory of one of the two cannot take guesses back."""


def own_draft(model: InstalledModel, models: Iterable[InstalledModel]) -> InstalledModel | None:
    """The draft that belongs to a model: of the same repository, or in the same folder; the smallest of several."""
    folder = Path(model.path).parent
    found = [
        each
        for each in models
        if each.available
        and each.kind is FileKind.DRAFT
        and is_draft_model(each.path)
        and (each.repo == model.repo if model.repo and each.repo else Path(each.path).parent == folder)
    ]
    return min(found, key=lambda each: each.size_bytes, default=None) if model.chats else None


def draft_path(model: InstalledModel, models: Iterable[InstalledModel], options: LoadOptions) -> str:
    """The file of the draft that a model is to be loaded with; empty: none."""
    if options.draft == NO_DRAFT:
        return ""
    own = None if options.draft else own_draft(model, models)
    return own.path if own is not None else options.draft
