"""``snug models search|show|pull|licence`` of a hub: real processes, a hub on this computer."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import WAIT_S, Snug, press_ctrl_c
from tests.fixtures.hub import Answering, FakeHub, running
from tests.fixtures.models import tiny_model

REPO, FILE = "maker/Tiny-GGUF", "tiny-Q4_0.gguf"
HALF = 100_000


@pytest.fixture(scope="module")
def the_hub() -> Iterator[FakeHub]:
    with running() as hub:
        yield hub


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tiny_model(tmp_path_factory.mktemp("made") / FILE).read_bytes()


@pytest.fixture
def hub(the_hub: FakeHub, data: bytes) -> FakeHub:
    the_hub.repos.clear()
    the_hub.seen.clear()
    the_hub.troubles.clear()
    the_hub.add(REPO, files={FILE: data, "tiny-Q8_0.gguf": data + bytes(64), "LICENSE": b"Do as you like."})
    return the_hub


@pytest.fixture
def online(snug: Snug, hub: FakeHub) -> Snug:
    """Snug with a way out, to the hub of this file."""
    (snug.data / "settings.json").write_text('{"offline": false}')
    snug.environment["HF_ENDPOINT"] = hub.endpoint
    return snug


def hold(hub: FakeHub, data: bytes) -> threading.Event:
    """The server stops in the middle of the next file, until it is told to go on."""
    held = threading.Event()

    def answer(asked: Answering) -> bool | None:
        if asked.headers.get("Range") or asked.command == "HEAD":
            return False
        asked.file(data, most=HALF)
        held.wait(WAIT_S)
        return None

    hub.trouble("files", answer)
    return held


def part(snug: Snug) -> Path:
    [path] = (snug.data / "models" / "maker" / "Tiny-GGUF").glob("*.part")
    return path


def until_half_is_there(snug: Snug) -> None:
    ends = time.monotonic() + WAIT_S
    folder = snug.data / "models" / "maker" / "Tiny-GGUF"
    while not any(path.stat().st_size == HALF for path in folder.glob("*.part")):
        assert time.monotonic() < ends, "it did not begin"
        time.sleep(0.02)


def went_on(hub: FakeHub) -> bool:
    """Whether the last file that was asked for was asked for from its half on."""
    asked = [seen.headers.get("range", "") for seen in hub.seen if seen.where == "files"]
    return asked[-1].startswith(f"bytes={HALF}-")


def test_a_search_lists_what_the_hub_found_and_is_in_the_ledger(online: Snug, hub: FakeHub) -> None:
    hub.add("maker/Eye-GGUF", task="image-text-to-text", downloads=1234)
    found = online.run("models", "search", "eye", "--vision", "--json")
    assert [event["repo"] for event in found.of("found")] == ["maker/Eye-GGUF"]
    [line] = online.run("models", "search", "--sort", "downloads", "--limit", "1").out.splitlines()
    assert "1,234 a month" in line
    ledger = online.run("ledger", "--json").events
    assert [event["purpose"] for event in ledger] == ["Search for models"] * 2
    assert len(hub.seen) == 2


def test_show_tells_the_files_and_the_one_that_is_suggested(online: Snug) -> None:
    [event] = online.run("models", "show", REPO, "--json").events
    assert [(file["quant"], file["suggested"]) for file in event["files"]] == [("Q4_0", True), ("Q8_0", False)]
    words = online.run("models", "show", REPO).out
    assert "Apache 2.0, work use allowed" in words
    assert "Q4_0" in words
    assert "suggested" in words


def test_a_draft_is_pulled_with_its_model_where_that_is_wanted(online: Snug, hub: FakeHub, data: bytes) -> None:
    assert "no draft model" in online.run("models", "pull", REPO, "--draft").refusal()
    hub.add(REPO, files={FILE: data, "tiny-draft-Q4_0.gguf": data})
    assert "with --draft" in online.run("models", "show", REPO).out
    assert online.run("models", "pull", REPO).code == 0
    assert online.run("models", "pull", REPO, "--draft", "--json").of("done")
    names = {path.name for path in (online.data / "models" / "maker" / "Tiny-GGUF").iterdir()}
    assert names == {FILE, "tiny-draft-Q4_0.gguf"}


def test_a_model_is_pulled_checked_and_answers(online: Snug, hub: FakeHub, data: bytes) -> None:
    pulled = online.run("models", "pull", REPO, "--json")
    assert pulled.code == 0, pulled.err
    [done] = pulled.of("done")
    assert Path(done["path"]).read_bytes() == data
    assert online.ask("hello", "--model", done["name"], "--max-tokens", "2")[-1]["event"] == "done"
    assert "is here already" in online.run("models", "pull", f"{REPO}:q4_0").out
    hub.repos[REPO].files[FILE] = data + bytes(32)
    [event] = online.run("models", "check", done["name"], "--online", "--json").events
    assert event["standing"] == "replaced"


def test_a_quantization_can_be_named_and_one_that_is_not_there_is_refused(online: Snug) -> None:
    words = online.run("models", "pull", f"{REPO}:Q2_K").refusal()
    assert "It has: Q4_0, Q8_0." in words
    assert "no repository" in online.run("models", "pull", "tiny").refusal()
    assert online.run("models", "pull").code == 2


def test_offline_it_says_so_and_the_ledger_has_it_as_refused(snug: Snug, hub: FakeHub) -> None:
    (snug.data / "settings.json").write_text('{"offline": true}')
    snug.environment["HF_ENDPOINT"] = hub.endpoint
    for arguments in (("search", "tiny"), ("pull", REPO)):
        assert "Stay offline is on" in snug.run("models", *arguments).refusal()
    assert [event["result"] for event in snug.run("ledger", "--json").events] == ["refused"] * 2
    assert hub.seen == []


def test_terms_of_their_own_are_agreed_to_once(online: Snug, hub: FakeHub) -> None:
    hub.repos[REPO].tags = ["gguf", "license:gemma"]
    refused = online.run("models", "pull", REPO).refusal()
    assert "Gemma terms" in refused
    assert "--agree" in refused
    assert online.run("models", "licence", REPO).out == "Do as you like.\n"
    assert online.run("models", "pull", REPO, "--agree", "--json").of("done")
    assert online.run("models", "pull", f"{REPO}:Q8_0").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal's process groups")
def test_ctrl_c_keeps_what_is_there_and_the_same_command_goes_on(online: Snug, hub: FakeHub, data: bytes) -> None:
    held = hold(hub, data)
    process = online.start("models", "pull", REPO)
    until_half_is_there(online)
    press_ctrl_c(process)
    stopped = online.finish(process)
    assert stopped.code == 130
    assert "the same command goes on" in stopped.err
    held.set()
    assert part(online).stat().st_size == HALF
    assert online.run("models", "pull", REPO).code == 0
    assert went_on(hub)


@pytest.mark.skipif(sys.platform != "linux", reason="the porter's courier")
def test_after_kill_9_of_everything_it_goes_on_too(online: Snug, hub: FakeHub, data: bytes) -> None:
    held = hold(hub, data)
    process = online.start("models", "pull", REPO, "--json")
    until_half_is_there(online)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) == 2
    os.killpg(process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=WAIT_S)
    assert alive == []
    held.set()
    assert online.run("models", "pull", REPO, "--json").of("done")
    assert went_on(hub)


def test_two_at_once_are_one_and_a_sentence(online: Snug, hub: FakeHub, data: bytes) -> None:
    held = hold(hub, data)
    first = online.start("models", "pull", REPO, "--json")
    until_half_is_there(online)
    assert "is being downloaded already" in online.run("models", "pull", REPO).refusal()
    held.set()
    result = online.finish(first)
    assert (result.code, len(result.of("done"))) == (0, 1)


def test_a_token_opens_what_is_gated_for_one_download_and_is_kept_nowhere(online: Snug, hub: FakeHub) -> None:
    token = "hf_nobodyMayReadThis"
    hub.repos[REPO].gated, hub.repos[REPO].token = "manual", token
    refused = online.run("models", "pull", REPO).refusal()
    assert "only people in who have agreed" in refused
    assert "no keychain" in online.run("models", "token", stdin=f"{token}\n").refusal()
    assert "no access token" in online.run("models", "token", stdin="two words\n").refusal()
    pulled = online.run("models", "pull", REPO, "--token", "--json", stdin=f"{token}\n")
    assert pulled.of("done"), pulled.err
    assert {seen.headers.get("authorization") for seen in hub.seen if seen.where == "files"} == {None}
    written = [path for path in online.data.rglob("*") if path.is_file()]
    assert [path for path in written if token.encode() in path.read_bytes()] == []
    assert online.run("models", "token", "--forget").code == 0


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_the_ledger_has_every_connection_that_the_kernel_saw_of_any_process(online: Snug) -> None:
    log = online.home / "calls"
    command = [sys.executable, "-m", "desktop", "models", "pull", REPO, "--json"]
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", str(log), "-e", "trace=socket,connect,sendto,io_uring_setup", *command],
        env=online.environment,
        cwd=online.home,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    if "ptrace" in done.stderr:
        pytest.skip("nobody may be traced here")
    assert done.returncode == 0, done.stderr
    heard = log.read_text()
    seen = re.findall(r'connect\(.*sin6?_port=htons\((\d+)\).*"([\d.:a-f]+)"', heard)
    told = [(str(entry["port"]), entry["host"]) for entry in online.run("ledger", "--json").events]
    assert sorted(seen) == sorted(told)
    assert len(told) >= 3
    # Whoever is sealed would have been refused the socket: app and porter did not even try.
    assert [line for line in heard.splitlines() if "EPERM" in line or "io_uring" in line] == []
