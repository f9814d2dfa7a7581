"""The few settings that are needed before anything is unlocked, in a small plain file.

Nothing in it says anything about a chat. A file that is empty, damaged or from a newer version never keeps Snug from
starting: what cannot be read has its default.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

log = logging.getLogger(__name__)

DEFAULTS: Mapping[str, str | bool | int | list[str]] = {
    # Nothing of Snug can connect, not even for a download; turned off, it takes effect with the next start. Off, only
    # what the user starts connects, and no process that holds a chat ever can.
    "offline": False,
    # Whether somebody has seen the first steps.
    "welcomed": False,
    # "system", "light" or "dark".
    "appearance": "system",
    "reduced_motion": False,
    # Whether Snug opens with the last chat, or else a new one.
    "opens_last_chat": True,
    # Whether Enter sends, or else Ctrl+Enter.
    "enter_sends": True,
    # Whether a line under each answer says how long it took.
    "statistics": True,
    # Minutes without a key or the mouse until Snug locks itself, where a passphrase opens it; 0: never.
    "lock.minutes": 10,
    "window.sidebar": True,
    "window.inspector": False,
    # Folders with model files; the first is where new ones go. None: the one in the data folder.
    "models.folders": [],
    # The host of the hub that there is an access token for in the keychain.
    "hub.token": "",
    # Place and size, as Qt writes them, in base64.
    "window.geometry": "",
}
"""Every setting with its default. A value of another type than the default's counts as damage."""


class SettingsFile:
    """Settings and the file they live in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = _read(path)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a setting; ``default`` only for a key that is none of ours."""
        return self._values.get(key, DEFAULTS.get(key, default))

    def put(self, key: str, value: Any) -> None:
        """Change a setting and write the file, if it is another value."""
        if key not in DEFAULTS:
            raise KeyError(key)
        if self.get(key) != value:
            self._values[key] = value
            self._save()

    def _save(self) -> None:
        """Write the file: whole or not at all. A disk that does not take it costs a setting, not the start."""
        part = self._path.with_suffix(".part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(self._values, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            log.info("settings could not be written: %s", error.strerror)


def _read(path: Path) -> dict[str, Any]:
    try:
        stored: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(stored, dict):
        return {}
    values = cast("dict[str, Any]", stored)
    return {key: values[key] for key, default in DEFAULTS.items() if _is_like(values.get(key), default)}


def _is_like(value: Any, default: object) -> bool:
    if isinstance(value, list):
        return isinstance(default, list) and all(isinstance(each, str) for each in cast("list[Any]", value))
    return type(value) is type(default)
