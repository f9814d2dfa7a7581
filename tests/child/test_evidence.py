"""Evidence: what is believed is what the kernel says and what came of trying, and never more than that."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from desktop.child import evidence
from desktop.child.evidence import Attempt, Facts, Process

FILTERED = {"Seccomp": "2", "Seccomp_filters": "1", "NoNewPrivs": "1"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc")


def refusing(process: Process, **but: bool | None) -> list[Attempt]:
    """Attempts that were all refused, but for these."""
    names = {Process.ENGINE: ["internet", "local", "execute", "write_home", "read_home"]}.get(process, ["internet"])
    return [Attempt(name, but.get(name, True), "EPERM") for name in names]


@linux
@pytest.mark.parametrize("process", [each for each in Process if each is not Process.COURIER])
def test_a_process_that_is_filtered_and_refused_everything_is_enforced(process: Process) -> None:
    found = evidence.judge(process, 7, Facts(FILTERED), refusing(process))
    assert (found.process, found.pid, found.enforced) == (process.value, 7, True)
    assert "refuses it every connection" in found.sentence


@linux
@pytest.mark.parametrize("process", [each for each in Process if each is not Process.COURIER])
@pytest.mark.parametrize(
    ("known", "but", "enforced"),
    [
        (Facts({"Seccomp": "0"}), {}, False),
        (Facts({}), {}, None),
        (Facts(FILTERED), {"internet": False}, False),
        (Facts(FILTERED), {"internet": None}, None),
        (Facts(FILTERED, outside_sockets=1), {}, False),
    ],
    ids=["no filter", "no words of the kernel", "one way open", "failed otherwise", "a socket from before"],
)
def test_anything_less_is_not(process: Process, known: Facts, but: dict[str, bool | None], enforced: bool) -> None:
    found = evidence.judge(process, 7, known, refusing(process, **but))
    assert found.enforced is enforced
    assert "refuses it every connection" not in found.sentence


@linux
def test_an_engine_that_can_reach_files_is_told_apart() -> None:
    found = evidence.judge(Process.ENGINE, 7, Facts(FILTERED), refusing(Process.ENGINE, write_home=False))
    assert found.enforced is False
    assert found.sentence.endswith("does not close your files to it.")


@linux
@pytest.mark.parametrize(
    ("known", "but", "enforced"),
    [
        (Facts(FILTERED), {}, True),
        (Facts(FILTERED, outside_sockets=2), {}, True),
        (Facts({"Seccomp": "0"}), {}, False),
        (Facts({}), {}, None),
        (Facts(FILTERED), {"execute": False}, False),
        (Facts(FILTERED), {"read_home": False}, False),
        (Facts(FILTERED), {"serve": None}, None),
    ],
)
def test_a_courier_may_connect_and_nothing_else(known: Facts, but: dict[str, bool | None], enforced: bool) -> None:
    names = ("io_uring", "serve", "execute", "write_home", "read_home")
    tried = [Attempt(name, but.get(name, True), "EPERM") for name in names]
    found = evidence.judge(Process.COURIER, 7, known, tried)
    assert found.enforced is enforced
    assert found.sentence.startswith("It may connect")
    assert ("refuses it every program and every file but the models" in found.sentence) is bool(enforced)


def test_a_process_that_could_not_be_asked_is_unknown() -> None:
    assert evidence.judge(Process.PORTER, 7, Facts(FILTERED), []).enforced is None


@linux
def test_the_kernels_words_are_of_the_process_that_was_asked_for() -> None:
    own, parents = evidence.facts(), evidence.facts(os.getppid())
    assert own.status["NStgid"].split()[-1] == str(os.getpid())
    assert own.status.keys() == {"NStgid", "CoreDumping", "NoNewPrivs", "Seccomp", "Seccomp_filters"}
    assert parents.status["NStgid"] != own.status["NStgid"]
    assert own.readable_memory is True
    assert evidence.facts(2**22 + 1) == Facts(landlock_abi=own.landlock_abi)


@linux
def test_sockets_that_lead_outside_are_counted_whatever_they_are_doing() -> None:
    before = evidence.facts().outside_sockets
    assert before is not None
    local = socket.socketpair()
    with local[0], local[1], socket.socket(socket.AF_INET), socket.create_server(("127.0.0.1", 0)):
        assert evidence.facts().outside_sockets == before + 2
    assert evidence.facts().outside_sockets == before


def test_trying_leaves_nothing_behind_and_works_here(tmp_path: os.PathLike[str]) -> None:
    """This process is not sealed: what the engine is refused works, so a refusal means something."""
    results = {attempt.what: attempt.refused for attempt in evidence.attempts(Process.ENGINE)}
    if sys.platform != "linux":
        assert results == {"connect": False}
        return
    surely = ("internet", "local", "pair", "execute", "write_home", "read_home")
    assert {results[what] for what in surely} == {False}
    assert os.listdir(os.environ["HOME"]) == []  # noqa: PTH208
