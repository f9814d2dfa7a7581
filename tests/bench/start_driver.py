"""Snug as ``python -m desktop`` starts it, through the porter, with an eye on what is painted.

Prints the moment (``time.monotonic``) when the list of chats and the end of the last chat were painted and the composer
has taken a key, then how long the chats named on the line take to open and be painted, and quits.
``SNUG_DATA_DIR=… python -m tests.bench.start_driver [CHAT…]``
"""

from __future__ import annotations

import json
import sys
import time

CHATS = [int(argument) for argument in sys.argv[1:]]


def app(arguments: list[str]) -> int:
    """The app, watched. Nothing is imported here that it would not import itself at this place."""
    from desktop import app as real
    from desktop.ui import start

    meet = start.Opening.meet

    def watched(opening: start.Opening, desktop: start.Desktop) -> None:
        from tests.bench.watcher import Watcher

        opening.watcher = Watcher(desktop, CHATS)  # type: ignore[attr-defined]
        meet(opening, desktop)

    start.Opening.meet = watched  # type: ignore[method-assign]
    return real.main(arguments)


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from desktop import porter

    say(began=time.monotonic())
    sys.exit(porter.main([], app))
