"""A child that does one thing and is waited for: what it says, how it ends, and that it can be ended at once."""

from __future__ import annotations

import signal
import sys
from typing import Any

import psutil
import pytest

from desktop.child.errand import Errand
from desktop.child.process import Ending
from desktop.child.wire import Decoder
from desktop.quantiser.protocol import Event, Made, Make, Progress

ORDER = Make(1, "/m.gguf", "/m.part", "Q4_K_M")


def run(code: str, heard: list[Any]) -> Ending:
    decoder: Decoder[Any] = Decoder(Event)
    command = (sys.executable, ["-c", f"import os, signal, sys, time\n{code}"])
    return Errand(command, decoder, {"ASKED": "yes"}).run(ORDER, heard.append)


def test_it_is_told_what_to_do_and_heard_to_its_end() -> None:
    heard: list[Any] = []
    code = """
assert os.environ["ASKED"] == "yes" and '"quant":"Q4_K_M"' in sys.stdin.readline()
print('{"type":"progress","id":1,"written":7}\\n{"type":"made","id":1}', flush=True)"""
    ending = run(code, heard)
    assert [event for event in heard if event] == [Progress(1, 7), Made(1)]
    assert (ending.code, ending.crashed, ending.protocol_error) == (0, False, "")


def test_how_it_ended_and_its_last_words_are_known() -> None:
    ending = run("print('so it is', file=sys.stderr); sys.exit(3)", [])
    assert (ending.code, ending.crashed, ending.said) == (3, False, "so it is")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_signal_that_ended_it_is_known() -> None:
    ending = run("os.kill(os.getpid(), signal.SIGKILL)", [])
    assert (ending.code, ending.crashed) == (signal.SIGKILL, True)


def test_one_that_talks_nonsense_is_ended() -> None:
    ending = run("print('hello', flush=True); time.sleep(60)", [])
    assert ending.protocol_error


def test_a_message_from_the_future_is_passed_over() -> None:
    heard: list[Any] = []
    run("""print('{"type":"later","id":1}\\n{"type":"made","id":1}', flush=True)""", heard)
    assert [event for event in heard if event] == [Made(1)]


def test_whoever_hears_it_can_end_it_at_once() -> None:
    class Enough(Exception):
        pass

    def hear(event: object) -> None:
        raise Enough

    decoder: Decoder[Any] = Decoder(Event)
    before = set(psutil.Process().children())
    with pytest.raises(Enough):
        Errand((sys.executable, ["-c", "import time; time.sleep(60)"]), decoder, {}).run(ORDER, hear)
    assert set(psutil.Process().children()) == before
