"""The first thing that every process does."""

from __future__ import annotations

import os
import sys

import pytest

from desktop.__main__ import have_streams


def test_a_program_without_a_console_may_say_something(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    have_streams()
    with sys.stdin, sys.stdout, sys.stderr:
        print("Nobody hears this.")
        print("Nor this: ü.", file=sys.stderr)
        assert sys.stderr.name == os.devnull
        assert sys.stdin.read() == ""


def test_streams_that_are_there_stay() -> None:
    before = (sys.stdin, sys.stdout, sys.stderr)
    have_streams()
    assert (sys.stdin, sys.stdout, sys.stderr) == before
