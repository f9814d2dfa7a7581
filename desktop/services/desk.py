"""What the services of one process work with, handed to each of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from desktop.services.models import ModelService
from desktop.services.tasks import Worker

if TYPE_CHECKING:
    from desktop.engine.client import EngineClient
    from desktop.storage.conversations import Conversations


class Desk(NamedTuple):
    """What a conversation works with."""

    worker: Worker
    conversations: Conversations
    models: ModelService
    writer: str
    """Names this process in the database, so that another one can tell whether an answer is still being written."""

    @property
    def engine(self) -> EngineClient:
        return self.models.engine

    def model(self) -> tuple[str, str]:
        """Name and key of the model that would answer now; nothing where there is none."""
        model = self.models.current()
        return (model.name, model.key) if model else ("", "")
