"""From starting the installed Snug to its window, against the same from the source. Wants what ``make package`` makes.

Both open the same profile, which has no chats yet, with a passphrase from a file, so that no keychain's moods are
measured with them. Usable: the window has been painted and listens for a second start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import installers
from tests.bench.figures import Figure, at_most, interleaved, middle_ratio

ROUNDS = 9
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def run() -> list[Figure]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "passphrase").write_text("only for the benchmark\n")
        (folder / "data").mkdir()
        (folder / "data" / "settings.json").write_text('{"welcomed": true}')
        bundle, source = [str(installers.program())], [sys.executable, "-m", "desktop"]
        for command in (bundle, source):
            start(command, folder)
        ours, theirs = interleaved(ROUNDS, lambda: start(bundle, folder), lambda: start(source, folder))
    return [
        Figure("start: from the source", median(theirs) * 1000, "ms"),
        Figure("start: installed", median(ours) * 1000, "ms"),
        at_most("start: installed against source", middle_ratio(ours, theirs), "", 1.3),
    ]


def start(command: list[str], folder: Path) -> float:
    """Seconds from starting the process to a window that listens."""
    environment = {
        **os.environ,
        "HOME": str(folder),
        "SNUG_DATA_DIR": str(folder / "data"),
        "SNUG_PASSPHRASE_FILE": str(folder / "passphrase"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    listens = folder / "data" / "locks" / "window.sock"
    listens.unlink(missing_ok=True)
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not listens.exists():
        took = time.monotonic() - started
        if process.poll() is not None or took > PATIENCE_S:
            process.kill()
            raise RuntimeError(f"{command[0]} shows no window")
        time.sleep(0.001)
    took = time.monotonic() - started
    process.terminate()
    process.wait(PATIENCE_S)
    return took
