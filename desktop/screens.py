"""The screen that a window opens on: whether there is one, and how it is reached. Standard library only."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def is_there() -> bool:
    """Whether a window can be opened: on Linux that takes X11 or Wayland, or a platform that was chosen on purpose."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers() or _x11_answers()


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and _connects(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/"), name)))


def _x11_answers() -> bool:
    """Whether the server that DISPLAY names is there: left over from one that ended, the name says nothing. Qt itself
    would end the process in words of its own."""
    display = os.environ.get("DISPLAY", "")
    if not display or is_over_tcp() or display.startswith("/"):
        return bool(display)
    place = f"/tmp/.X11-unix/X{display.rpartition(':')[2].partition('.')[0]}"
    return _connects(place) or _connects(f"\0{place}")


def _connects(address: str) -> bool:
    if sys.platform == "win32":
        return True
    try:
        with socket.socket(socket.AF_UNIX) as tried:
            tried.settimeout(2)
            tried.connect(address)
            return True
    except OSError:
        return False


def is_over_tcp() -> bool:
    """Whether the screen is on another computer, or forwarded from one (``ssh -X``): it has to be reached before this
    process can connect to nothing any more."""
    host = os.environ.get("DISPLAY", "").partition(":")[0]
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb").partition(":")[0] != "xcb":
        return False
    return host != "" and host != "unix" and not host.startswith(("/", "unix/"))
