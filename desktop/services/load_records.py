"""What was chosen for each model about its loading, and whether the last load came to its end.

For the storage thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from desktop.domain.models import CacheType, FlashAttention, LoadOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.storage.options import Options

UNFINISHED = "loading"
_CHOSEN = "load:"
_ENUMS = {"cache_type": CacheType, "flash_attention": FlashAttention}
_ITEMS: dict[str, Callable[[Any], str | float]] = {"devices": str, "tensor_split": float}


class LoadRecords:
    """Kept in the database, by the model's key: the same file has the same choices wherever it lies."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def chosen(self) -> dict[str, LoadOptions]:
        """What was chosen, for every model of which something was."""
        stored = self._options.all()
        return {
            key.removeprefix(_CHOSEN): options_of(value) for key, value in stored.items() if key.startswith(_CHOSEN)
        }

    def keep(self, key: str, options: LoadOptions) -> None:
        """Only what differs from Snug's own choice is kept, so that a better one reaches everybody else."""
        usual = LoadOptions()._asdict()
        changed = {name: value for name, value in options._asdict().items() if value != usual[name]}
        if changed:
            self._options.put(_CHOSEN + key, changed)
        else:
            self._options.remove(_CHOSEN + key)

    def begin(self, model_id: int) -> None:
        """A load begins. Who finds this at the next start knows that Snug did not survive it."""
        self._options.put(UNFINISHED, model_id)

    def end(self) -> None:
        """It came to its end, or was given up in good order."""
        self._options.remove(UNFINISHED)

    def unfinished(self) -> int | None:
        """The model whose last load did not end."""
        value = self._options.get(UNFINISHED)
        return value if isinstance(value, int) else None


def options_of(stored: object) -> LoadOptions:
    """Options from what was stored; what makes no sense is Snug's own choice."""
    usual = LoadOptions()._asdict()
    known: dict[str, Any] = {}
    for name, value in (cast("dict[str, Any]", stored) if isinstance(stored, dict) else {}).items():
        try:
            value = _ENUMS[name](value) if name in _ENUMS else value
            # JSON knows lists only.
            value = tuple(map(_ITEMS[name], value)) if name in _ITEMS else value
        except (TypeError, ValueError):
            continue
        if name in usual and type(value) is type(usual[name]):
            known[name] = value
    return LoadOptions(**known)
