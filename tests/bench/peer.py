"""The same as ``speed``, against llama.cpp's own server with the same file, flags and threads (``make bench-peer``).

The second question is typed: two thirds of it, a pause, the rest. A server hears of it when it is sent; Snug reads
while it is typed.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench import speed
from tests.bench.figures import Figure
from tests.bench.ours import a_house

SERVER = Path(__file__).resolve().parents[2] / "build" / "peer" / "build" / "bin" / "llama-server"
GOALS = speed.Goals(writing=1.0, new_chat=1.0, second_turn=0.7, types=True)


def run() -> list[Figure]:
    if not SERVER.exists():
        raise SystemExit("llama.cpp's server is not built: make bench-peer does it.")
    server = speed.Yardstick("llama-server", "tests.bench.peer_server", str(SERVER))
    try:
        with a_house() as ours:
            return speed.measure(ours, server, GOALS)
    finally:
        server.close()
