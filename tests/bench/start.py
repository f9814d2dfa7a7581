"""From starting Snug to a window one can use, with 10,000 chats and 100,000 messages, against a bare window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench import fill
from tests.bench.figures import Figure, at_most, interleaved, middle_ratio

ROUNDS = 9
ROOT = Path(__file__).resolve().parents[2]
MIDDLE = fill.CHATS // 2


def run() -> list[Figure]:
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(fill.profile(ROOT), data)
        opened: list[dict[str, Any]] = []

        def snug() -> float:
            # The screen of the offscreen platform is so small that a remembered window comes back without its sidebar.
            (data / "settings.json").unlink(missing_ok=True)
            # A short chat, and then back to the one of 10,000 messages.
            seconds, said = start("tests.bench.start_driver", str(MIDDLE), str(fill.CHATS), data=data)
            opened.extend(said)
            return seconds

        def bare() -> float:
            return start("tests.bench.bare_window")[0]

        snug()
        bare()
        opened.clear()
        ours, theirs = interleaved(ROUNDS, snug, bare)
    short = [said["ms"] for said in opened if said.get("opened") == MIDDLE]
    long = [said["ms"] for said in opened if said.get("opened") == fill.CHATS]
    memory = [said["memory"] / 2**20 for said in opened if "memory" in said]
    assert len(short) == len(long) == ROUNDS
    return [
        Figure("start: a bare window", median(theirs) * 1000, "ms"),
        Figure("start: Snug, usable", median(ours) * 1000, "ms"),
        at_most("start: ratio", middle_ratio(ours, theirs), "", 1.8),
        Figure("opening a short chat", median(short), "ms"),
        at_most("opening a chat of 10,000 messages: median", median(long), "ms", 300),
        at_most("opening a chat of 10,000 messages: worst", max(long), "ms", 300),
        at_most("memory of the window's process with it open", median(memory), "MiB", 160),
    ]


def start(module: str, *arguments: str, data: Path | None = None) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from starting the process to the moment it calls usable, and everything it said."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if data is not None:
        # Not on the command line: who clicks the icon gives no arguments, and none are parsed.
        environment["SNUG_DATA_DIR"] = str(data)
    # What was compiled at the first start is kept, as for every user.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=True,
    )
    said = [json.loads(line) for line in result.stdout.splitlines()]
    [usable] = [line["usable"] for line in said if "usable" in line]
    return usable - started, said
