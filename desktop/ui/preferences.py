"""Small things about the window that are remembered: what they are called, and where they are kept."""

from __future__ import annotations

from typing import Any, Protocol

APPEARANCE = "appearance"
REDUCED_MOTION = "reduced_motion"
OPENS_LAST_CHAT = "opens_last_chat"
ENTER_SENDS = "enter_sends"
STATISTICS = "statistics"
GEOMETRY = "window.geometry"
SIDEBAR = "window.sidebar"
INSPECTOR = "window.inspector"
LOCK_MINUTES = "lock.minutes"


class Settings(Protocol):
    """Where they are kept. Values are plain JSON."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...
