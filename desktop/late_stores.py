"""Stores that are still opening, to build services on. Knows nothing of what a store does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.errors import AppError
from desktop.house import Stores
from desktop.translation import tr


class LateStores:
    """Stores that are still opening. Services may be built on them; what they do waits its turn on the storage thread,
    where ``arrive`` comes first."""

    def __init__(self) -> None:
        self._places = {name: _Late() for name in Stores.__annotations__ if name != "protection"}
        self.stores = Stores(**self._places, protection=None)

    def arrive(self, stores: Stores) -> Stores:
        """The stores are open. To be called on the storage thread."""
        for name, place in self._places.items():
            place.real = getattr(stores, name)
        self.stores.protection = stores.protection
        return stores


class _Late:
    """Stands for a store: its methods find the real one when they are called, not when they are named."""

    real: object = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self.real is None:
                raise AppError(
                    "NOT_OPEN", tr("The chats are not open."), tr("Nothing was changed."), tr("Start Snug again.")
                )
            return getattr(self.real, name)(*arguments, **named)

        return call
