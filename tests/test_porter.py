"""The porter: it answers the app's lines, seals itself when it is told to, and starts the app again when it asks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from desktop import porter
from tests.fixtures.programs import printed_by

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
            again = os.environ.get(porter.AGAIN, "-")
            file.write(f"{os.getppid()} {line.ask('seal') if runs.stat().st_size else '-'} {again}\\n")
        if len(runs.read_text().splitlines()) < 3:
            return porter.EXIT_AGAIN
        print(runs.read_text())
        return 0
    """
    first, second, third = run(app).split("\n")[:3]
    assert first.split()[0] == second.split()[0] == third.split()[0]
    assert second.split()[1] == third.split()[1] == "sealed"
    # What the first was to open with is not opened again.
    assert [each.split()[2] for each in (first, second, third)] == ["-", "1", "1"]


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
            answers.extend(line.ask("dance" if turn % 2 else "seal") for turn in range(50))
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
    says, end = socket.socketpair()
    line = porter.Line(end)
    assert line.ask("seal") == ""
    says.sendall(b"sealed\n")
    assert line.ask("probe") == "", "a late answer is none to another question"
    says.close()
    end.close()


COURIER = """
import json
def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
"""


def with_courier(body: str) -> str:
    return COURIER + "\ndef app(line):\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n    return 0\n"


def test_a_sealed_app_gets_a_courier_that_is_not_sealed_like_it() -> None:
    app = with_courier(
        """
        from desktop.child.seal import filters
        assert not filters.seal_app()
        models = Path(os.environ["HOME"], "models")
        models.mkdir()
        ends = line.courier([str(models)])
        hello = os.read(ends.stdout, 4096)
        said = json.loads(hello)
        print(said["type"], said["pid"] == ends.pid, filtered(os.getppid()))
        os.write(ends.stdin, b'{"type": "probe", "id": 1}\\n')
        answer = b""
        while not answer.endswith(b"\\n"):
            answer += os.read(ends.stdout, 65536)
        print(all(refused for _, refused, _ in json.loads(answer)["attempts"]))
        os.close(ends.stdin)
        print(os.read(ends.stdout, 10), line.dismiss(ends.pid), running(ends.pid))
        """
    )
    first, second, third = run(app).splitlines()
    assert (first, second, third) == ("hello True False", "True", "b'' 0 False")


def test_a_porter_whose_way_out_is_closed_starts_no_courier() -> None:
    assert run(with_courier("print(line.courier([]))"), offline=True) == "None\n"


def test_closing_the_way_out_ends_the_courier_at_once() -> None:
    app = with_courier(
        """
        ends = line.courier([])
        os.read(ends.stdout, 4096)
        print(repr(line.seal()), running(ends.pid), os.read(ends.stdout, 10), line.courier([]))
        """
    )
    assert run(app) == "'' False b'' None\n"


def test_a_courier_ends_with_its_app() -> None:
    app = with_courier(
        """
        ends = line.courier([])
        os.read(ends.stdout, 4096)
        place = Path(os.environ["HOME"], "courier")
        if not place.exists():
            place.write_text(str(ends.pid))
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    home = Path(os.environ["HOME"])
    run(app, expect=128 + signal.SIGKILL)
    assert not Path("/proc", (home / "courier").read_text()).exists()


def test_a_second_courier_takes_the_place_of_the_first() -> None:
    app = with_courier(
        """
        first, second = line.courier([]), line.courier([])
        dismissed = line.dismiss(first.pid)
        print(running(first.pid), dismissed, json.loads(os.read(second.stdout, 4096))["pid"] == second.pid)
        """
    )
    assert run(app) == "False 0 True\n"


def test_a_courier_gets_the_names_of_folders_from_the_app_and_nothing_else() -> None:
    app = with_courier(
        """
        os.environ["LD_PRELOAD"] = "/tmp/evil.so"
        print(line.ask('courier {"LD_PRELOAD": "/tmp/evil.so"}').split()[0])
        print(line.ask("courier nothing").split()[0] == "started")
        """
    )
    started, other = run(app).splitlines()
    assert (started, other) == ("started", "False")


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_a_ctrl_c_that_came_before_the_app_was_there_reaches_it() -> None:
    program = """
    import os, signal
    from desktop import porter

    def app(line):
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.alarm(20)
        signal.pause()
        return 0

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.kill(os.getpid(), signal.SIGINT)
    print(porter.main([], app, offline=False))
    """
    assert printed_by(program) == "130"
