"""The first thing that every process does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from desktop.__main__ import have_streams, speak_utf8


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the language is no variable")
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, {"LC_CTYPE": "C.UTF-8"}),
        ({"LANG": "C"}, {"LANG": "C.UTF-8"}),
        ({"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, {"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}),
        ({"LANG": "de_DE.UTF-8"}, {"LANG": "de_DE.UTF-8"}),
        ({"LC_CTYPE": "de_DE.UTF-8", "LANG": "C"}, {"LC_CTYPE": "de_DE.UTF-8", "LANG": "C"}),
    ],
)
def test_text_is_in_utf8_where_nobody_said_so(
    said: dict[str, str], kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    speak_utf8()
    assert {name: os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if name in os.environ} == kept


def test_a_command_says_nothing_of_a_language_that_is_not_there() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("LC_CTYPE", "LANG")}
    program = (
        "from desktop.__main__ import speak_utf8; speak_utf8(); from PySide6.QtCore import QCoreApplication as A; A([])"
    )
    environment |= {"LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stderr) == (0, "")
