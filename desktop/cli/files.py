"""Model files that Snug is to open with: what a double click, a shell or another desktop puts behind ``snug``."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

URL = "file:"


def is_file(text: str) -> bool:
    """Whether an argument means a file rather than a command. What desktops hand over is always a whole path or a
    URL, so that no name of a file can be taken for a command or an option."""
    return text.startswith(URL) or text.lower().endswith(".gguf") or "/" in text or os.sep in text


def path_of(text: str) -> str:
    """The whole path of an argument; where a link leads is for whoever opens the file. What is no path of this
    computer stays as it is, and is found nowhere."""
    if text.startswith(URL):
        text = _local(text.removeprefix(URL)) or text
    return str(Path(text).absolute())


def _local(rest: str) -> str:
    """The path of a URL's rest: ``///home/me/a%20model.gguf``."""
    host, path = "", rest
    if rest.startswith("//"):
        host, _, path = rest[2:].partition("/")
        path = f"/{path}"
    if host not in ("", "localhost"):
        return ""
    path = unquote(path, errors="surrogateescape")
    if os.name == "nt":
        path = path.removeprefix("/")  # before the drive
    return "" if "\0" in path else path
