"""Snug as ``python -m desktop`` starts it, through the porter, with an eye on what is painted.

Prints the moment (``time.monotonic``) when the list of chats and the end of the last chat were painted and the composer
has taken a key, then how long the chats named on the line take to open and be painted, and quits.
``SNUG_DATA_DIR=… python -m tests.bench.start_driver [CHAT…]``
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

CHATS = [int(argument) for argument in sys.argv[1:]]


def app(arguments: list[str]) -> int:
    """The app, watched. Nothing is imported here that it would not import itself at this place."""
    from desktop import app as real
    from desktop.ui import start

    def watched(*given: Any) -> int:
        from desktop.ui import opening

        meet = opening.Opening.meet

        def meet_watched(this: opening.Opening, desktop: opening.Desktop) -> None:
            from tests.bench.watcher import Watcher

            this.watcher = Watcher(desktop, CHATS)  # type: ignore[attr-defined]
            meet(this, desktop)

        opening.Opening.meet = meet_watched  # type: ignore[method-assign]
        return opening.run(*given)

    start.open_window = watched  # type: ignore[assignment]
    return real.main(arguments)


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from desktop import porter

    say(began=time.monotonic())
    sys.exit(porter.main([], app))
