"""Which process is this? The porter by default; imports nothing heavy.

``--engine``, ``--courier``, ``--quantiser`` and ``--app`` are for Snug itself: the porter and the app start their
children with them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from desktop.porter import Line


def main() -> int:
    """Run the process that the first argument names. Ctrl+C in the middle of an import is no bug and says nothing."""
    have_streams()
    speak_utf8()
    try:
        return _run()
    except KeyboardInterrupt:
        return 130


def have_streams() -> None:
    """Windows gives a program without a console none: what is said there goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def speak_utf8() -> None:
    """Where nobody has said which language this is (a service, a bare shell), text is in UTF-8 all the same: of any
    other Qt complains. Python does this by itself, but not in the bundle."""
    if sys.platform == "linux":
        deciding = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "LC_CTYPE")
        if os.environ.get(deciding) in (None, "", "C", "POSIX"):
            os.environ[deciding] = "C.UTF-8"


def _run() -> int:
    role = sys.argv[1] if len(sys.argv) > 1 else ""
    if role == "--engine":
        from desktop.engine import worker

        return worker.main()
    if role == "--courier":
        from desktop.courier import worker as courier

        return courier.main()
    if role == "--quantiser":
        from desktop.quantiser import worker as quantiser

        return quantiser.main()

    from desktop.cli import arguments

    if role == "--app":
        return _app(arguments.parse(sys.argv[2:]), None)
    from desktop import porter

    chosen = arguments.parse(sys.argv[1:])
    return porter.main(sys.argv[1:], lambda line: _app(chosen, line), offline=_offline(chosen))


def _offline(chosen: Namespace) -> bool:
    """Whether the porter is to seal itself at once: not before a screen on another computer was reached, nor where a
    courier is to be tried."""
    from desktop import paths, screens
    from desktop.settings import SettingsFile

    if chosen.command == "selftest" or (chosen.command is None and screens.is_over_tcp()):
        return False
    return bool(SettingsFile(paths.Paths(paths.data_dir(chosen.data_dir)).settings).get("offline"))


def _app(chosen: Namespace, line: Line | None) -> int:
    from desktop import app

    return app.main(chosen, line)


if __name__ == "__main__":
    sys.exit(main())
