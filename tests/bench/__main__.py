"""``python -m tests.bench [name…]``: runs the benchmarks and prints one table. Status 1 if a goal was missed."""

from __future__ import annotations

import importlib
import os
import sys

from tests.bench.figures import Figure, table

NAMES = (
    *("speed", "stopping", "reopening", "start", "rendering", "vault", "memory", "overhead", "typing_ahead"),
    *("heads", "kills", "download", "shrinking"),
)

PEER, INSTALLED = "peer", "installed"
"""These need what is built for them, llama.cpp's server and the bundle; only when asked for."""


def main(wanted: list[str]) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    unknown = set(wanted) - {*NAMES, PEER, INSTALLED}
    if unknown:
        print(f"There are: {', '.join((*NAMES, PEER, INSTALLED))}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in wanted or NAMES:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"tests.bench.{name}").run()
    print(table(figures))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
