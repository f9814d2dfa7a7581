"""A computer that takes something away: no disk, no rights, no screen, no keychain, another version's file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.house import Stores
from tests.cli.conftest import Snug, read_lines
from tests.fixtures.profiles import PASSPHRASE, open_profile

NOBODY = 65534
needs_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="takes the rights of root to give up")


@pytest.fixture
def talked(snug: Snug, tiny: str) -> Snug:
    """A profile with one chat."""
    snug.ask("Where do hedgehogs sleep?", "--model", tiny, "--max-tokens", "3")
    return snug


def stores_of(snug: Snug) -> Stores:
    return open_profile(snug.data)


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- what was typed


@pytest.mark.parametrize("typed", ["", "   \n\t "])
def test_an_empty_question_is_refused_and_stored_nowhere(snug: Snug, typed: str) -> None:
    assert "the question is empty" in snug.run("ask", typed).refusal()
    assert "the question is empty" in snug.run("ask", "-", stdin=typed).refusal()
    assert snug.chats() == []


def test_bytes_that_are_no_text_and_a_terminal_that_knows_few_letters_are_no_reason_to_fail(
    snug: Snug, tiny: str
) -> None:
    snug.environment["PYTHONIOENCODING"] = "ascii:strict"
    process = snug.start("ask", "-", "--model", tiny, "--max-tokens", "20", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.buffer.write(b"caf\xc3\xa9 \xff\xfe")
    process.stdin.close()
    process.stdin = None
    result = snug.finish(process)
    assert (result.code, result.err) == (0, "")
    [chat] = snug.chats()
    assert snug.messages(chat["chat"])[0]["text"].startswith("caf")


# --- the data folder


def test_a_file_in_the_place_of_the_data_folder_is_left_alone(snug: Snug) -> None:
    shutil.rmtree(snug.data)
    snug.data.write_text("mine")
    for command in (["chats", "list"], ["ask", "Hello"]):
        sentence = snug.run(*command).refusal()
        assert sentence.startswith(f"Snug cannot write to its data folder, {snug.data}.")
        assert "--data-dir" in sentence
    assert snug.data.read_text() == "mine"


@needs_root
def test_a_data_folder_that_is_read_only_is_refused_in_words(talked: Snug, tmp_path: Path) -> None:
    for folder in (*tmp_path.parents, talked.home):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    for folder, _, files in os.walk(talked.data):
        Path(folder).chmod(0o555)
        for name in files:
            (Path(folder) / name).chmod(0o444)
    before = fingerprint(talked.data / "snug.db")
    talked.before = give_up_root
    for command in (["chats", "list"], ["ask", "Hello"]):
        sentence = talked.run(*command).refusal()
        assert "data folder" in sentence or "read-only" in sentence
        assert "Choose another" in sentence or "choose another" in sentence
    assert fingerprint(talked.data / "snug.db") == before


def give_up_root() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


# --- the database


def test_a_damaged_database_is_refused_and_left_as_it_is(talked: Snug) -> None:
    path = talked.data / "snug.db"
    content = bytearray(path.read_bytes())
    for at in range(5000, len(content), 700):
        content[at] ^= 255
    path.write_bytes(content)
    before = fingerprint(path)
    for command in (["chats", "list"], ["ask", "Hello"]):
        sentence = talked.run(*command).refusal()
        assert sentence.startswith("The file that holds your chats is damaged. Nothing was changed")
    assert fingerprint(path) == before


def test_a_lost_database_is_not_replaced_by_an_empty_one(talked: Snug) -> None:
    path = talked.data / "snug.db"
    kept = path.read_bytes()
    path.unlink()
    assert "is gone. No new, empty one was made" in talked.run("ask", "Hello").refusal()
    assert not path.exists()
    path.write_bytes(kept)
    assert len(talked.chats()) == 1


def test_a_newer_database_is_refused_and_not_touched(talked: Snug) -> None:
    stores = stores_of(talked)
    with stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    stores.database.close()
    before = {path.name: fingerprint(path) for path in talked.data.glob("snug.*")}
    for command in (["chats", "list"], ["ask", "Hello"]):
        sentence = talked.run(*command).refusal()
        assert sentence.startswith("Your chats were written by a newer Snug. This version did not touch them.")
    assert {name: fingerprint(talked.data / name) for name in before} == before


# --- the passphrase


def test_chats_that_were_locked_stay_locked_where_nobody_can_be_asked(talked: Snug) -> None:
    del talked.environment["SNUG_PASSPHRASE_FILE"]
    sentence = talked.run("chats", "list").refusal()
    assert sentence.startswith("Snug is locked. Your chats are encrypted on this computer.")
    assert "SNUG_PASSPHRASE_FILE" in sentence


def test_a_first_start_without_a_keychain_asks_for_a_passphrase(snug: Snug) -> None:
    shutil.rmtree(snug.data)
    passphrase = snug.environment.pop("SNUG_PASSPHRASE_FILE")
    assert "Choose a passphrase" in snug.run("chats", "list").refusal() or not (snug.data / "snug.db").exists()
    snug.environment["SNUG_PASSPHRASE_FILE"] = passphrase
    assert snug.chats() == []
    assert "argon2id" in (snug.data / "snug.header.json").read_text()
    assert not (snug.data / "snug.key").exists()


@pytest.mark.parametrize(("content", "sentence"), [("not the passphrase", "not the passphrase"), (None, "cannot be")])
def test_a_wrong_passphrase_file_is_refused(talked: Snug, content: str | None, sentence: str) -> None:
    place = Path(talked.environment["SNUG_PASSPHRASE_FILE"])
    place.unlink()
    if content:
        place.write_text(content)
    refusal = talked.run("chats", "list").refusal()
    assert sentence in refusal
    assert "Your chats are untouched" in refusal


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_at_a_terminal_it_is_asked_for_and_never_shown(talked: Snug) -> None:
    del talked.environment["SNUG_PASSPHRASE_FILE"]
    child, terminal = os.forkpty()
    if child == 0:
        os.chdir(talked.home)
        os.execve(sys.executable, [sys.executable, "-m", "desktop", "chats", "list"], talked.environment)
    shown = read_until(terminal, "recovery key): ")
    os.write(terminal, b"wrong guess\n")
    shown += read_until(terminal, "recovery key): ")
    assert "That is not the passphrase" in shown
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    shown += read_until(terminal, "hedgehogs")
    assert PASSPHRASE not in shown
    assert "wrong guess" not in shown
    os.close(terminal)
    os.waitpid(child, 0)


def read_until(terminal: int, words: str) -> str:
    """What a terminal shows, up to these words."""
    shown = ""
    while words not in shown:
        shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown


# --- a full disk

MOUNT = 'mount -t tmpfs -o size=$1 tmpfs "$2" && shift 2 && exec "$@"'


@pytest.fixture
def small_disk(snug: Snug, monkeypatch: pytest.MonkeyPatch) -> Iterator[Snug]:
    """Snug on a disk of 1 MB that exists for its process only."""
    command = ["unshare", "-m", "sh", "-c", MOUNT, "sh", "1m"]
    shutil.rmtree(snug.data)
    snug.data.mkdir()
    probe = [*command, str(snug.data), "true"]
    if sys.platform != "linux" or not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("this system lets us make no small disk")
    popen = subprocess.Popen

    def on_small_disk(arguments: list[str], **options: object) -> subprocess.Popen[str]:
        return popen([*command, str(snug.data), *arguments], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", on_small_disk)
    yield snug
    monkeypatch.undo()


@pytest.mark.model
@pytest.mark.timeout(150)
def test_a_disk_that_fills_in_mid_answer_is_told_and_costs_a_second_at_most(small_disk: Snug) -> None:
    process = small_disk.start("chat", "--json", "--max-tokens", "120", stdin=subprocess.PIPE)
    assert process.stdin is not None
    disk = Path(f"/proc/{process.pid}/root{small_disk.data}")
    process.stdin.write("Tell me a very long story about a hedgehog.\n")
    process.stdin.flush()
    read_lines(process, lambda line: '"event": "token"' in line)
    fill(disk / "filling")
    lines = read_lines(process, lambda line: '"event": "error"' in line)
    assert "The disk is full." in lines[-1]
    (disk / "filling").unlink()
    process.stdin.write("And then?\n")
    process.stdin.flush()
    lines = read_lines(process, lambda line: '"event": "done"' in line)
    assert '"complete"' in lines[-1]
    result = small_disk.finish(process)
    assert result.code == 0
    assert result.err.startswith("snug: The disk is full.")


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return


def test_a_disk_that_is_full_at_the_start_is_told_in_words(snug: Snug) -> None:
    # A limit on the size of files works on every system that is not Windows.
    resource = pytest.importorskip("resource")
    snug.before = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    sentence = snug.run("chats", "list").refusal()
    assert sentence.startswith("The disk ")
    assert "try again" in sentence
    assert not (snug.data / "snug.db").exists()
    snug.before = None
    assert snug.chats() == []


# --- the rest of the computer


def test_without_a_screen_the_window_says_what_to_do_instead(snug: Snug) -> None:
    sentence = snug.run().refusal()
    assert "no screen" in sentence
    assert "snug chat" in sentence


@pytest.mark.parametrize("variables", [{"DISPLAY": ":7654"}, {"WAYLAND_DISPLAY": "wayland-7654"}, {"DISPLAY": ":"}])
def test_a_screen_that_is_named_and_not_there_is_none(snug: Snug, variables: dict[str, str]) -> None:
    snug.environment |= variables
    assert "no screen" in snug.run().refusal()


def test_the_doctor_says_how_the_chats_are_opened(talked: Snug) -> None:
    result = talked.run("doctor")
    assert result.code == 0
    assert "Only your passphrase or your recovery key opens them" in result.out
