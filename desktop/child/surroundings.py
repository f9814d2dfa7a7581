"""How a child of Snug is started: its command, and what it may see of our environment. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_ENOUGH_TO_RUN = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LD_LIBRARY_PATH", "PYTHONHOME", "OMP_NUM_THREADS", "GOMP_SPINCOUNT"),
    *("CUDA_VISIBLE_DEVICES", "CUDA_PATH", "HIP_VISIBLE_DEVICES"),
    *("GGML_VK_VISIBLE_DEVICES", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"),
)
"""Nothing that names the user's other business."""
TO_CONNECT = (
    *("HF_ENDPOINT", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
"""For a courier besides: which hub, whom to trust, through whom."""


def command_for(role: str) -> tuple[str, list[str]]:
    """Program and arguments that start this very Snug in another role, such as ``--engine``."""
    if getattr(sys, "frozen", False):
        return sys.executable, [role]
    return sys.executable, ["-m", "desktop", role]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a child is told."""
    result = {name: os.environ[name] for name in _ENOUGH_TO_RUN if name in os.environ}
    # Python finds the package wherever the app was started from.
    result["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    return result | dict(extra)


def to_connect() -> dict[str, str]:
    """What a courier is told besides."""
    return {name: os.environ[name] for name in TO_CONNECT if name in os.environ}
