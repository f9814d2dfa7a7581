"""The screen that a window opens on: whether there is one, and how it is reached. Standard library only."""

from __future__ import annotations

import os
import sys


def is_there() -> bool:
    """Whether a window can be opened: on Linux that takes X11 or Wayland, or a platform that was chosen on purpose."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_over_tcp() -> bool:
    """Whether the screen is on another computer, or forwarded from one (``ssh -X``): it has to be reached before this
    process can connect to nothing any more."""
    host = os.environ.get("DISPLAY", "").partition(":")[0]
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb").partition(":")[0] != "xcb":
        return False
    return host != "" and host != "unix" and not host.startswith(("/", "unix/"))
