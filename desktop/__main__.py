"""Which process is this? The porter by default; imports nothing heavy.

``--engine`` and ``--app`` are for Snug itself: the porter and the app start their children with them.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the process that the first argument names. Ctrl+C in the middle of an import is no bug and says nothing."""
    try:
        return _run()
    except KeyboardInterrupt:
        return 130


def _run() -> int:
    role = sys.argv[1] if len(sys.argv) > 1 else ""
    if role == "--engine":
        from desktop.engine import worker

        return worker.main()
    if role == "--app":
        return _app(sys.argv[2:])
    from desktop import porter

    return porter.main(sys.argv[1:], _app)


def _app(arguments: list[str]) -> int:
    from desktop import app

    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
