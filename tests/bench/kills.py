"""The kill tests, with their counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.bench.figures import Figure, at_least

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"(\d+) kills(?: of the engine)?, (\d+) between tokens")


def run() -> list[Figure]:
    figures: list[Figure] = []
    for name, file in (("app", "test_killed_app.py"), ("engine", "test_killed_engine.py")):
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:randomly", f"tests/e2e/{file}"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "SNUG_TEST_KILLS": "30"},
        )
        counts = [(int(match[1]), int(match[2])) for match in LINE.finditer(result.stdout)]
        kills, landed = sum(count for count, _ in counts), sum(count for _, count in counts)
        figures += [
            Figure(f"kills of the {name}", kills, ""),
            at_least(f"kills of the {name} between two tokens of a running answer", landed, "", 25),
            Figure(f"kills of the {name}: failed runs", result.returncode, "", "== 0", result.returncode == 0),
        ]
    return figures
