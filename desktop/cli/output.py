"""How the command line speaks: plain text for people, one JSON object a line for programs. Errors go to stderr."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time

from desktop.errors import AppError

_ICON_ERROR = 0x10


def prepare(*, as_json: bool) -> None:
    """No character that a terminal or a pipe does not know ends a command; JSON is always UTF-8."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="replace")


class ReaderGone(Exception):
    """Nobody reads our stdout any more. Raised once: what is written after it goes nowhere."""


def event(event_name: str, /, **values: object) -> None:
    """One line of JSON with its ``event``."""
    line(json.dumps({"event": event_name, **values}, ensure_ascii=False))


def line(text: str = "") -> None:
    write(text + "\n")


def write(text: str) -> None:
    """Text for stdout, at once.

    Raises:
        ReaderGone: it was a pipe, and its reader has ended (``| head``).
    """
    try:
        sys.stdout.write(_printable(text))
        sys.stdout.flush()
    except OSError as error:
        # Windows says of some pipes without a reader that they are invalid.
        if not isinstance(error, BrokenPipeError) and (os.name != "nt" or error.errno != errno.EINVAL):
            raise
        # What is still buffered must not complain once more at the end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise ReaderGone from None


def note(text: str) -> None:
    """Something about what is going on, beside the answer."""
    sys.stderr.write(_printable(text) + "\n")
    sys.stderr.flush()


def refuse(error: AppError, *, as_json: bool) -> None:
    """A refusal: a sentence on stderr, or where there is none in a box, and for programs an ``error`` event as well."""
    if as_json:
        event("error", code=error.code, message=error.sentence, detail=error.detail)
    note(f"snug: {error.sentence}")
    if sys.platform == "win32" and sys.stderr.name == os.devnull:
        # Started by a double click: nobody would ever hear of it.
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, error.sentence, "Snug", _ICON_ERROR)


def when(seconds: float) -> str:
    """A time for people, in their own time zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def size(count: int) -> str:
    """Bytes for people."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"


def _printable(text: str) -> str:
    """Without control characters: what a model or a file says must not drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or (char >= " " and not "\x7f" <= char <= "\x9f"))
