"""What the kernel says about the processes of a Snug that was started as people start it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop.child import evidence
from tests.cli.conftest import Snug
from tests.fixtures.models import tiny_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is Linux's")
WAIT_S = 45


@pytest.fixture
def snug(tmp_path: Path) -> Iterator[Snug]:
    home = tmp_path / "home"
    home.mkdir()
    snug = Snug(tmp_path / "data", home)
    snug.data.mkdir(mode=0o700)
    (snug.data / "settings.json").write_text('{"offline": true, "welcomed": true}')
    yield snug
    snug.end()


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.gguf"))


def family(porter: int) -> list[psutil.Process]:
    """Porter, app and engine, as soon as all three are there and the engine has had its first line."""
    ends = time.monotonic() + WAIT_S
    while time.monotonic() < ends:
        below = psutil.Process(porter).children(recursive=True)
        # What looks for the key is a child for a moment as well, and may end while it is looked at.
        with contextlib.suppress(psutil.Error, OSError):
            if len(below) == 2 and "--engine" in below[1].cmdline() and filtered(below[1].pid):
                return [psutil.Process(porter), *below]
        time.sleep(0.02)
    raise AssertionError("the engine did not start")


def filtered(pid: int) -> bool:
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


def core_limits(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[4:6] for line in lines if line.startswith("Max core file size"))


def every_thread_is_filtered(pid: int) -> bool:
    return all("Seccomp:\t2" in status.read_text() for status in Path(f"/proc/{pid}/task").glob("*/status"))


@pytest.mark.parametrize("arguments", [["chat"], []], ids=["terminal", "window"])
def test_porter_app_and_engine_are_sealed(snug: Snug, tiny: str, arguments: list[str]) -> None:
    snug.environment["QT_QPA_PLATFORM"] = "offscreen"
    snug.run("models", "add", tiny)
    process = snug.start(*arguments, *(["--model", tiny] if arguments else []), stdin=subprocess.PIPE)
    for each in family(process.pid):
        assert every_thread_is_filtered(each.pid), each.cmdline()
        assert core_limits(each.pid) == ["0", "0"]


def test_online_the_porter_is_not_but_app_and_engine_are(snug: Snug, tiny: str) -> None:
    (snug.data / "settings.json").write_text('{"offline": false}')
    process = snug.start("chat", "--model", tiny, stdin=subprocess.PIPE)
    porter, app, engine = family(process.pid)
    assert (filtered(porter.pid), filtered(app.pid), filtered(engine.pid)) == (False, True, True)
    assert core_limits(porter.pid) == ["0", "0"]


def test_the_doctor_tells_what_holds_of_each_process(snug: Snug) -> None:
    found = {event["process"]: event for event in snug.run("doctor", "--json").of("process")}
    assert [(name, each["enforced"]) for name, each in found.items()] == [
        ("porter", True),
        ("app", True),
        ("engine", True),
    ]
    assert len({each["pid"] for each in found.values()}) == 3
    assert "kernel: other programs of yours cannot read its memory" in found["engine"]["details"]
    assert not any("it worked" in line for each in found.values() for line in each["details"])
    assert not list(snug.home.glob(".snug*"))
    words = snug.run("doctor").out
    assert "The system refuses it every connection, every program and every file but the model." in words


def test_the_doctor_says_when_the_porter_could_connect(snug: Snug) -> None:
    (snug.data / "settings.json").write_text('{"offline": false}')
    porter, app, engine = snug.run("doctor", "--json").of("process")
    assert (porter["enforced"], app["enforced"], engine["enforced"]) == (False, True, True)
    assert any("internet socket (IPv4): it worked" in line for line in porter["details"])


@pytest.mark.model
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_a_question_and_its_answer_do_not_even_try_to_open_an_internet_socket(snug: Snug, starter: Path) -> None:
    log = snug.home / "calls"
    calls = "trace=socket,socketpair,connect,io_uring_setup,seccomp"
    command = [sys.executable, "-m", "desktop", "ask", "--json", "--max-tokens", "4", "--model", str(starter), "Hello"]
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", str(log), "-e", calls, *command],
        env=snug.environment,
        cwd=snug.home,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    if "ptrace" in done.stderr:
        pytest.skip("nobody may be traced here")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "done"
    heard = log.read_text()
    # Porter, app and engine were watched: each sealed itself.
    assert len(set(re.findall(r"^(\d+) .*seccomp\(SECCOMP_SET_MODE_FILTER.*= 0$", heard, re.MULTILINE))) == 3
    assert [line for line in heard.splitlines() if "AF_INET" in line or "io_uring" in line] == []


class Forwarding:
    """A screen at the end of a TCP connection to this computer, as ``ssh -X`` makes one."""

    def __init__(self) -> None:
        self._reads, writes = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writes), "-nolisten", "tcp", "-screen", "0", "1280x1024x24"],
            pass_fds=[writes],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writes)
        number = int(os.read(self._reads, 16))
        self._local = f"/tmp/.X11-unix/X{number}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.display = f"127.0.0.1:{self._listener.getsockname()[1] - 6000}"
        threading.Thread(target=self._accept, daemon=True).start()

    def end(self) -> None:
        self._listener.close()
        self._server.terminate()
        self._server.wait()
        os.close(self._reads)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._local)
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        source.close()


@pytest.fixture
def far_screen() -> Iterator[str]:
    forwarding = Forwarding()
    yield forwarding.display
    forwarding.end()


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb")
def test_a_screen_on_another_computer_is_reached_and_then_the_way_out_is_closed(
    snug: Snug, tiny: str, far_screen: str
) -> None:
    snug.run("models", "add", tiny)
    # The server takes the other end of the line for a neighbour, and would share memory with it.
    snug.environment |= {"DISPLAY": far_screen, "QT_XCB_NO_MITSHM": "1"}
    process = snug.start()
    porter, app, engine = family(process.pid)
    assert [every_thread_is_filtered(each.pid) for each in (porter, app, engine)] == [True, True, True]
    # The one connection of the app is its screen; the others have none.
    assert [evidence.facts(each.pid).outside_sockets for each in (porter, app, engine)] == [0, 1, 0]
