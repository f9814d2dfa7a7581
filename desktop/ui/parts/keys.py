"""How the keys of a command are written for people."""

from __future__ import annotations

import sys


def control(key: str) -> str:
    """``Ctrl K``, or ``Cmd K`` where that is the key."""
    return f"{'Cmd' if sys.platform == 'darwin' else 'Ctrl'} {key}"
