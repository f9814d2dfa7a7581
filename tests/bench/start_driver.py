"""Snug as ``python -m desktop`` starts it, through the porter and sealed, with an eye on what is painted.

Prints the moment (``time.monotonic``) when the list of chats and the end of the last chat were painted and the composer
has taken a key, then how long the chats named on the line take to open and be painted, and quits. The key comes from
the tests' keychain in the profile's folder: those of this computer differ.
``SNUG_DATA_DIR=… python -m tests.bench.start_driver [CHAT…]``
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import __main__ as snug

if TYPE_CHECKING:
    from desktop.opener import Opener
    from desktop.paths import Paths
    from desktop.porter import Line
    from desktop.told import Unlocked

CHATS = [int(argument) for argument in sys.argv[1:]]
DATA = Path(os.environ["SNUG_DATA_DIR"])


def app(chosen: Namespace, line: Line | None) -> int:
    """The app, watched. Nothing is imported here that it would not import itself at this place."""
    from desktop import app as real
    from desktop import opener

    unlock, go = opener.unlock, opener.Opener.go

    def unlock_from_file(paths: Paths) -> Unlocked:
        from desktop import unlocking
        from tests.fixtures.keychains import FileKeychain

        unlocking.SystemKeychain = lambda: FileKeychain(DATA / "keychain")  # type: ignore[misc]
        return unlock(paths)

    def go_and_watch(this: Opener) -> None:
        go(this)
        from desktop.ui import opening

        meet = opening.Opening.meet

        def meet_and_watch(this: opening.Opening, desktop: opening.Desktop) -> None:
            from tests.bench.watcher import Watcher

            this.watcher = Watcher(desktop, CHATS)  # type: ignore[attr-defined]
            meet(this, desktop)

        opening.Opening.meet = meet_and_watch  # type: ignore[method-assign]

    opener.unlock = unlock_from_file
    opener.Opener.go = go_and_watch  # type: ignore[method-assign]
    return real.main(chosen, line)


if __name__ == "__main__":
    snug._app = app  # type: ignore[assignment] # pyright: ignore[reportPrivateUsage]
    sys.argv = ["snug"]
    sys.exit(snug.main())
