"""The command line as somebody at a terminal has it: a real process, started the way a shell starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.profiles import PASSPHRASE, make_profile

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 50


@dataclass(slots=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """What ``--json`` printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == name]

    def refusal(self) -> str:
        """The one sentence of a command that was refused."""
        assert self.code == 1, (self.code, self.out, self.err)
        assert self.out == ""
        [line] = self.err.splitlines()
        assert line.startswith("snug: ")
        return line.removeprefix("snug: ")


@dataclass(slots=True)
class Snug:
    """The command ``snug`` over one data folder, on a machine with neither screen nor keychain. A file holds the
    passphrase."""

    data: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None
    """Done in the new process before it becomes Snug, to take something away from it."""
    started: list[subprocess.Popen[str]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "XDG_RUNTIME_DIR": str(self.home),
            "SNUG_DATA_DIR": str(self.data),
            "SNUG_PASSPHRASE_FILE": str(self.home / "passphrase"),
            **self.environment,
        }
        self.home.mkdir(exist_ok=True)
        (self.home / "passphrase").write_text(PASSPHRASE + "\n")

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """A command in a process group of its own, as a shell makes one for each line."""
        process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "desktop", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=self.environment,
            cwd=self.home,
            start_new_session=True,
            preexec_fn=self.before,  # noqa: PLW1509 (one short call, and no threads that matter to it)
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """A command from its start to its end."""
        process = self.start(*arguments, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        return self.finish(process, stdin)

    def finish(self, process: subprocess.Popen[str], stdin: str | None = None) -> Result:
        """Wait for the end. Nothing it prints may be a traceback."""
        out, err = process.communicate(stdin, timeout=WAIT_S)
        assert "Traceback" not in err, err
        return Result(process.returncode, out, err)

    def end(self) -> None:
        """Nothing of it outlives its test."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def ask(self, prompt: str, *options: str) -> list[dict[str, Any]]:
        """A question that is answered; the events."""
        result = self.run("ask", "--json", *options, prompt)
        assert result.code == 0, result.err
        return result.events

    def chats(self) -> list[dict[str, Any]]:
        result = self.run("chats", "list", "--json")
        assert result.code == 0, result.err
        return result.events

    def messages(self, chat: int) -> list[dict[str, Any]]:
        result = self.run("chats", "show", str(chat), "--json")
        assert result.code == 0, result.err
        return result.events


def press_ctrl_c(process: subprocess.Popen[str]) -> None:
    """What a terminal does: SIGINT to everything in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def read_lines(process: subprocess.Popen[str], until: Callable[[str], bool]) -> list[str]:
    """Lines of stdout up to the first one that ``until`` likes."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not until(lines[-1]):
        line = process.stdout.readline()
        assert line, f"it ended early: {lines[-3:]}"
        lines.append(line)
    return lines


def text_of(events: Sequence[dict[str, Any]]) -> str:
    """The answer as it streamed."""
    return "".join(event["text"] for event in events if event["event"] == "token" and event["kind"] == "text")


@pytest.fixture
def snug(tmp_path: Path) -> Iterator[Snug]:
    home = tmp_path / "home"
    home.mkdir()
    make_profile(tmp_path / "data")
    snug = Snug(tmp_path / "data", home)
    yield snug
    snug.end()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that loads at once and writes nonsense."""
    return str(tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf"))
