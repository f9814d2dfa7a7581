"""How fast things end: Stop in the middle of a prompt, and the engine when its app is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from desktop.domain.chat import PartKind, Role, Sampling
from desktop.engine import protocol
from desktop.engine.client import Request
from tests.bench.figures import Figure, at_most
from tests.bench.ours import Ours, a_house, starter

TRIES = 10
ROOT = Path(__file__).resolve().parents[2]


def run() -> list[Figure]:
    with a_house() as ours:
        stops = [stop_in_mid_prompt(ours, number) for number in range(TRIES)]
    ends = [child_after_kill(number) for number in range(TRIES)]
    return [
        Figure("stop in mid-prompt: tokens of the prompt", stops[0][1], ""),
        at_most("stop in mid-prompt: median", median(ms for ms, _ in stops), "ms", 200),
        at_most("stop in mid-prompt: worst of 10", max(ms for ms, _ in stops), "ms", 200),
        at_most("engine gone after kill -9 of the app: median", median(ends), "ms", 100),
        at_most("engine gone after kill -9 of the app: worst of 10", max(ends), "ms", 100),
    ]


def stop_in_mid_prompt(ours: Ours, number: int) -> tuple[float, int]:
    """Milliseconds from Stop to the end of the request, and how long the prompt was."""
    engine = ours.house.models.engine
    reading: list[protocol.Prefill] = []
    ended: list[float] = []
    request = Request(0, on_prefill=reading.append, on_done=lambda _: ended.append(time.perf_counter()))
    text = f"{number} " + "word salad again and again " * 590
    message = protocol.PromptMessage(Role.USER, [protocol.PromptPart(PartKind.TEXT, text)])
    asked = engine.generate([message], Sampling(), request)
    # A different moment within a step each time.
    ours.until(lambda: bool(reading) and reading[-1].done > 0)
    wait_until = time.perf_counter() + 0.03 * number
    ours.until(lambda: time.perf_counter() >= wait_until)
    assert reading[-1].done < reading[-1].total
    started = time.perf_counter()
    engine.stop(asked)
    ours.until(lambda: bool(ended))
    return (ended[0] - started) * 1000, reading[-1].total


def child_after_kill(number: int) -> float:
    """Milliseconds from kill -9 of an app that has its engine read a long prompt to the end of the engine."""
    with TemporaryDirectory() as folder:
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.driver", str(Path(folder) / "data"), starter(), "1000"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert driver.stdout is not None
        pid = 0
        for line in driver.stdout:
            if '"engine"' in line:
                pid = int(line.rpartition('"pid":')[2].strip(" }\n"))
            if '"got"' in line:
                break
        time.sleep(0.013 * number)
        handle = os.pidfd_open(pid)
        started = time.perf_counter()
        driver.send_signal(signal.SIGKILL)
        import select

        select.select([handle], [], [], 10)
        elapsed = time.perf_counter() - started
        os.close(handle)
        driver.wait()
        driver.stdout.close()
        return elapsed * 1000
