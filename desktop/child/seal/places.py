"""The files that a process needs to run at all: the system's libraries, Python's, Snug's own, graphics cards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/proc", "/sys"),
    # Systems that keep their libraries elsewhere, and packages that bring their own.
    *("/nix/store", "/gnu/store", "/run/opengl-driver", "/run/current-system", "/app", "/snap"),
    *("/dev/random", "/dev/urandom", "/dev/zero"),
)
_RESOLVING = (
    *("/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf", "/run/connman", "/run/nscd", "/var/run/nscd"),
    *("/mnt/wsl", "/var/lib/ca-certificates", "/var/lib/sss"),
    "/run/host/monitor",  # /etc/resolv.conf of a Flatpak leads there
)
_PACKAGES = ("site-packages", "dist-packages")
_GRAPHICS = ("nvidia*", "dri", "kfd", "dxg", "accel", "mali*")


def to_run() -> list[Path]:
    """What is read while a program starts and runs. Nothing of the user's, unless Python itself lies there."""
    package = Path(__file__).resolve().parents[2]
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    # Not the whole import path: its first entry is the folder that Snug was started in.
    python |= {entry for entry in sys.path if Path(entry).name in _PACKAGES}
    if frozen := getattr(sys, "_MEIPASS", None):
        # Not the folder of the program: a portable Snug keeps its data there.
        python |= {str(frozen), sys.executable}
    libraries = [entry for entry in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if entry]
    return [package, *map(Path, (*_SYSTEM, *sorted(python), *libraries))]


def devices() -> list[Path]:
    """Graphics cards, and the device that swallows everything."""
    return [Path("/dev/null"), *(path for pattern in _GRAPHICS for path in Path("/dev").glob(pattern))]


def to_connect() -> list[Path]:
    """What says where names lead, and whom to trust."""
    named = [os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ]
    return [Path(each) for each in (*_RESOLVING, *named)]


def parts_of(model: Path) -> Iterator[Path]:
    """A model file, and the others that it is split into (``name-00001-of-00003.gguf``)."""
    yield model
    stem, middle, count = model.stem.rpartition("-of-")
    name, dash, _ = stem.rpartition("-")
    if middle and dash and count.isdigit():
        yield from model.parent.glob(f"{_literal(name)}-*-of-{count}{model.suffix}")


def _literal(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
