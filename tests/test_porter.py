"""The porter: it answers the app's lines, seals itself when it is told to, and starts the app again when it asks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from desktop import porter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the porter does not fork")
ROOT = Path(__file__).resolve().parents[1]

PROLOGUE = """
import os, signal, sys
from pathlib import Path
from desktop import porter

def filtered(pid):
    return "Seccomp:\\t2" in Path(f"/proc/{pid}/status").read_text()
"""


def run(app: str, *, offline: bool = False, expect: int = 0) -> str:
    """A porter in a process of its own with this app; what the app printed."""
    ending = f"\nsys.exit(porter.main([], app, offline={offline}))\n"
    process = subprocess.run(
        [sys.executable, "-c", PROLOGUE + textwrap.dedent(app) + ending],
        capture_output=True,
        text=True,
        timeout=50,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd="/",
    )
    assert (process.returncode, process.stderr) == (expect, "")
    return process.stdout


def test_the_apps_exit_status_is_the_porters() -> None:
    assert run("def app(line): return 3", expect=3) == ""
    assert run("def app(line): os.kill(os.getpid(), signal.SIGKILL)", expect=128 + signal.SIGKILL) == ""


def test_an_app_that_asks_for_it_is_started_again() -> None:
    app = """
    def app(line):
        runs = Path(os.environ["HOME"], "runs")
        with runs.open("a") as file:
            file.write(f"{os.getppid()} {line.ask('seal') if runs.stat().st_size else '-'}\\n")
        if len(runs.read_text().splitlines()) < 3:
            return porter.EXIT_AGAIN
        print(runs.read_text())
        return 0
    """
    first, second, third = run(app).split("\n")[:3]
    assert first.split()[0] == second.split()[0] == third.split()[0]
    assert second.split()[1] == third.split()[1] == "sealed"


def test_online_the_porter_is_sealed_on_the_spot_when_it_is_asked_to() -> None:
    app = """
    def app(line):
        print(filtered(os.getppid()), repr(line.seal()), filtered(os.getppid()), filtered(os.getpid()))
        return 0
    """
    assert run(app).split() == ["False", "''", "True", "False"]


def test_offline_the_porter_seals_itself_before_the_app_and_the_app_is_born_sealed() -> None:
    app = """
    def app(line):
        print(filtered(os.getppid()), filtered(os.getpid()), repr(line.seal()))
        return 0
    """
    assert run(app, offline=True).split() == ["True", "True", "''"]


def test_a_word_that_it_does_not_know_is_answered_too_and_many_words_are_answered_in_order() -> None:
    app = """
    def app(line):
        import threading
        answers = []
        def ask():
            answers.extend(line.ask("courier" if turn % 2 else "seal") for turn in range(50))
        threads = [threading.Thread(target=ask) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print(answers.count("unknown"), answers.count("sealed"))
        return 0
    """
    assert run(app).split() == ["100", "100"]


def test_without_a_porter_the_way_out_is_not_said_to_be_closed() -> None:
    app = """
    def app(line):
        os.kill(os.getppid(), signal.SIGKILL)
        print(line.seal(), flush=True)
        return 0
    """
    assert run(app, expect=-signal.SIGKILL) == "the porter does not answer\n"


def test_a_porter_that_says_nothing_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(porter, "ANSWER_S", 0.05)
    hears, asks = os.pipe()
    answers, says = os.pipe()
    line = porter.Line(asks, answers)
    assert line.ask("seal") == ""
    os.write(says, b"sealed\n")
    assert line.ask("probe") == "", "a late answer is none to another question"
    for end in (hears, asks, answers, says):
        os.close(end)
