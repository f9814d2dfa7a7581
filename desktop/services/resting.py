"""Gives the model's memory back after a while in which nobody asks anything. The next question, or the first letter of
it, brings the model back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.domain.models import EngineState

if TYPE_CHECKING:
    from desktop.services.conversation import Conversation
    from desktop.services.models import ModelService
    from desktop.services.prompt_cache import PromptCache

MINUTES = 15
"""Unless the user chose another number."""


class Resting(QObject):
    """::

    READY ──a while──► what it knows is written down ──► NOT_LOADED ──typed, asked──► LOADING
    """

    def __init__(self, models: ModelService, cache: PromptCache) -> None:
        super().__init__()
        self._models = models
        self._cache = cache
        self._shown: Conversation | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        self.set_minutes(MINUTES)
        models.changed.connect(self._look)

    def set_minutes(self, minutes: float) -> None:
        """How long nobody asks anything before the model rests; 0: it never does."""
        self._minutes = minutes
        self._timer.stop()
        self._look()

    def show(self, conversation: Conversation) -> None:
        """This chat is looked at now."""
        if self._shown is not None:
            self._shown.typed.disconnect(self._typed)
        self._shown = conversation
        conversation.typed.connect(self._typed)

    def _typed(self) -> None:
        self._timer.stop()
        self._models.wake()
        self._look()

    def _look(self) -> None:
        if self._models.state() is not EngineState.READY or not self._minutes:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(round(self._minutes * 60_000))

    def _due(self) -> None:
        if self._models.state() is EngineState.READY:
            self._cache.keep_all(self._models.rest)
