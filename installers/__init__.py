"""What makes Snug something that can be installed: see RELEASE.md. Standard library only."""

from pathlib import Path

BUNDLE = Path(__file__).resolve().parent.parent / "build" / "package"
_PROGRAMS = ("Snug.app/Contents/MacOS/snug", "snug/snug-cli.exe", "snug/snug")


def program() -> Path:
    """The bundle's program, as a terminal runs it on this system."""
    return next((BUNDLE / each for each in _PROGRAMS if (BUNDLE / each).exists()), BUNDLE / _PROGRAMS[-1])
