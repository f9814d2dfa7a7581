"""How the keys of a command are written for people, and what Enter does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


def control(key: str) -> str:
    """``Ctrl K``, or ``Cmd K`` where that is the key."""
    return f"{'Cmd' if sys.platform == 'darwin' else 'Ctrl'} {key}"


def is_enter(event: QKeyEvent) -> bool:
    """Whether it is one of the two keys."""
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def sends(event: QKeyEvent, *, enter_sends: bool) -> bool:
    """Whether this Enter sends what was written; else it begins a new line. ``enter_sends``: as the user chose it."""
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return False
    return enter_sends or bool(modifiers & Qt.KeyboardModifier.ControlModifier)
