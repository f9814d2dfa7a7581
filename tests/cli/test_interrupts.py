"""Ctrl+C at every moment, and a reader that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import Snug, press_ctrl_c, read_lines

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a terminal's process groups")

ROUNDS = 8


@pytest.mark.model
def test_ctrl_c_in_mid_answer_keeps_what_was_written(snug: Snug) -> None:
    process = snug.start("ask", "--json", "--max-tokens", "2000", "Tell me a very long story")
    lines = read_lines(process, lambda line: '"event": "token"' in line)
    lines += read_lines(process, lambda line: '"event": "token"' in line)
    press_ctrl_c(process)
    result = snug.finish(process)
    assert result.code == 130
    done = result.of("done")[0]
    assert done["status"] == "stopped"
    assert done["text"]
    answer = snug.messages(done["chat"])[1]
    assert (answer["status"], answer["text"]) == ("stopped", done["text"])


@pytest.mark.model
def test_ctrl_c_in_the_middle_of_reading_a_prompt_keeps_the_question(snug: Snug) -> None:
    process = snug.start("ask", "-", "--json", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write("word salad again and again " * 1000)
    process.stdin.close()
    process.stdin = None
    read_lines(process, lambda line: '"event": "prefill"' in line)
    press_ctrl_c(process)
    result = snug.finish(process)
    assert result.code == 130
    done = result.of("done")[0]
    assert (done["status"], done["text"]) == ("stopped", "")
    assert [message["role"] for message in snug.messages(done["chat"])] == ["user", "assistant"]


def test_ctrl_c_at_any_moment_before_the_answer_ends_quietly(snug: Snug, tiny: str) -> None:
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    interpreter = 2 * (time.monotonic() - started)
    started = time.monotonic()
    snug.ask("The first question", "--model", tiny, "--max-tokens", "1")
    whole = time.monotonic() - started
    codes: list[int] = []
    for number in range(ROUNDS):
        process = snug.start("ask", f"question {number}", "--model", tiny, "--max-tokens", "1")
        # The interpreter itself cannot be interrupted quietly until it runs our first line.
        time.sleep(interpreter + whole * number / ROUNDS)
        press_ctrl_c(process)
        result = snug.finish(process)
        codes.append(result.code)
        assert "snug:" not in result.err, result.err
    # Before Python hears signals they end it as they end any program; a shell calls that 130 as well.
    codes = [130 if code == -signal.SIGINT else code for code in codes]
    assert set(codes) <= {130, 0}
    # Some may come too late to interrupt anything, on a computer that is busy the first ones too.
    assert 130 in codes, codes
    for chat in snug.chats():
        question, _ = snug.messages(chat["chat"])
        assert "question" in question["text"]


def test_ctrl_c_at_the_prompt_of_the_loop_leaves(snug: Snug, tiny: str) -> None:
    process = snug.start("chat", "--model", tiny, stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(2) == "> "
    # A prompt is written some microseconds before it is waited at; no finger is as fast as that.
    time.sleep(0.3)
    press_ctrl_c(process)
    assert process.wait(timeout=20) == 130
    assert snug.finish(process).code == 130


def test_a_reader_that_goes_away_ends_the_answer_quietly(snug: Snug, tiny: str) -> None:
    process = snug.start("ask", "Tell me", "--json", "--model", tiny, "--max-tokens", "150")
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=20) in (0, 1)
    process.stderr.close()
    [chat] = snug.chats()
    assert [message["role"] for message in snug.messages(chat["chat"])] == ["user", "assistant"]


def test_a_list_whose_reader_goes_away_is_quiet_too(snug: Snug, tiny: str) -> None:
    process = snug.start("models", "list")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=20)
