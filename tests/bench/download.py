"""Downloads: how fast beside curl, and what a hundred cuts cost.

Speed is with the fingerprint and with everything on the disk (fsync), which curl gets by ``sync``. The cuts are of four
kinds, at random places of one file after another; counted is what the file server sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from desktop.child.surroundings import environment
from desktop.child.wire import Decoder, encode
from desktop.courier import protocol
from desktop.domain.file_names import unfinished
from desktop.domain.hub import HubFailure
from tests.bench.figures import Figure, at_least, at_most, interleaved, middle_ratio
from tests.fixtures.hub import COMMIT, Answering, FakeHub, running

ROOT = Path(__file__).resolve().parents[2]
SIZE, ROUNDS = 1 << 30, 5
CUT_SIZE, CUTS, CUTS_OF_ONE = 48 << 20, 100, 5
REPO, FILE = "maker/Big-GGUF", "big.gguf"
MOST_AGAIN = 1 << 20
PATIENT, IMPATIENT = ("desktop", "--courier"), ("tests.fixtures.courier_process", "--sealed")
PACE_S = 0.001
"""Else a file is there before anybody can cut it."""


class Courier:
    """A courier process in lines, one thing after the other."""

    def __init__(self, endpoint: str, folder: Path, *arguments: str) -> None:
        told = environment({protocol.FOLDERS_VARIABLE: json.dumps([str(folder)]), "HF_ENDPOINT": endpoint})
        command = [sys.executable, "-m", *(arguments or IMPATIENT)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told, cwd=ROOT)
        self._decoder: Decoder[Any] = Decoder(protocol.Event)
        self._target = folder / FILE
        self.until(protocol.Hello)

    def say(self, command: protocol.Command) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(command))
        self.process.stdin.flush()

    def until(self, *kinds: type) -> Any:
        """The next event of these kinds; None: the process has ended."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            event = self._decoder.message(line.strip())
            if isinstance(event, kinds):
                return event
        return None

    def begin(self, size: int, sha256: str) -> None:
        self.say(protocol.Download(1, "Bench", "bench", REPO, COMMIT, FILE, size, sha256, str(self._target)))

    def end(self) -> Any:
        """What the download came to."""
        return self.until(protocol.Downloaded, protocol.Failed)

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as place:
        figures = _speed(Path(place)) if shutil.which("curl") else []
        return figures + _stops(Path(place)) + _cuts(Path(place))


# --- speed


def _speed(place: Path) -> list[Figure]:
    source, folder = place / "source.gguf", place / "models"
    folder.mkdir()
    block = b"GGUF" + random.Random(1).randbytes((1 << 20) - 4)
    digest = hashlib.sha256()
    with source.open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(block)
            digest.update(block)
    command = [sys.executable, "-m", "tests.bench.file_server", str(source)]
    with running() as hub, subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/{FILE}"
        hub.trouble("hub", lambda asked: asked.answer(302, Location=url))
        courier = Courier(hub.endpoint, folder, *PATIENT)

        def ours() -> float:
            began = time.perf_counter()
            courier.begin(SIZE, digest.hexdigest())
            assert isinstance(courier.end(), protocol.Downloaded)
            taken = time.perf_counter() - began
            (folder / FILE).unlink()
            return taken

        def theirs() -> float:
            target = place / "curl.gguf"
            began = time.perf_counter()
            subprocess.run(["curl", "-s", "-o", str(target), url], check=True)
            with target.open("rb") as file:
                os.fsync(file.fileno())
            taken = time.perf_counter() - began
            target.unlink()
            return taken

        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        own, curls = interleaved(ROUNDS, ours, theirs)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        curl = (after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) / ROUNDS
        before = Path(f"/proc/{courier.process.pid}/stat").read_text().rpartition(")")[2].split()
        courier.close()
        server.terminate()
    source.unlink()
    seconds = (int(before[11]) + int(before[12])) / os.sysconf("SC_CLK_TCK") / ROUNDS
    mib = SIZE / (1 << 20)
    return [
        Figure("download of 1 GiB on loopback, hashed and synced", mib / sorted(own)[ROUNDS // 2], "MiB/s"),
        Figure("the same by curl, synced and not hashed", mib / sorted(curls)[ROUNDS // 2], "MiB/s"),
        at_least("speed beside curl", middle_ratio(curls, own), "x", 0.9),
        Figure("processor time of the courier for 1 GiB", seconds, "s"),
        Figure("processor time of curl", curl, "s"),
    ]


# --- stops


def _stops(place: Path) -> list[Figure]:
    """How long a cancel takes where nothing comes any more: of the hub, and in the middle of the file."""
    data = b"GGUF" + bytes(1 << 20)
    taken: list[float] = []
    with running() as hub:
        hub.add(REPO, files={FILE: data})
        courier = Courier(hub.endpoint, place, *PATIENT)
        for where in ("hub", "files") * 10:
            hub.troubles.clear()
            gone = threading.Event()

            def wait(asked: Answering, gone: threading.Event = gone, where: str = where) -> None:
                if where == "files":
                    asked.file(data, most=100_000)
                gone.wait(30)

            hub.trouble("hub" if where == "hub" else "files", wait)
            courier.begin(len(data), hashlib.sha256(data).hexdigest())
            courier.until(protocol.Connection)
            time.sleep(0.1)
            began = time.perf_counter()
            courier.say(protocol.Cancel(1))
            assert courier.end().kind is HubFailure.STOPPED
            taken.append(time.perf_counter() - began)
            gone.set()
        courier.close()
    return [at_most("cancel where nothing comes, worst of 20", max(taken), "s", 1.0)]


# --- cuts


class Cuts:
    """One hub, one file at a time, and somebody who cuts."""

    def __init__(self, hub: FakeHub, folder: Path, seed: int) -> None:
        self.hub, self.folder = hub, folder
        self.chance = random.Random(seed)
        self.counts = dict.fromkeys(("hub gone", "courier killed", "app gone", "disk full"), 0)
        self.again: list[int] = []
        """Bytes that were sent twice, for each cut."""
        self.whole = self.wrong = 0

    def file(self) -> None:
        """One download, cut so many times."""
        data = b"GGUF" + self.chance.randbytes(CUT_SIZE - 4)
        self.hub.repos.clear()
        self.hub.add(REPO, files={FILE: data})
        sha256, (part, _) = hashlib.sha256(data).hexdigest(), unfinished(self.folder / FILE)
        self.hub.sent = 0
        courier = Courier(self.hub.endpoint, self.folder)
        places = sorted(self.chance.sample(range(1 << 20, CUT_SIZE - (1 << 20)), CUTS_OF_ONE))
        for place in places:
            kind = self.chance.choice(list(self.counts))
            self.counts[kind] += 1
            if kind == "hub gone":
                self._leave(place)
                courier.begin(len(data), sha256)
                assert isinstance(courier.end(), protocol.Failed)
                self.hub.troubles.clear()
            elif kind == "disk full":
                resource.prlimit(courier.process.pid, resource.RLIMIT_FSIZE, (place, resource.RLIM_INFINITY))
                courier.begin(len(data), sha256)
                failed = courier.end()
                assert failed.kind is HubFailure.NO_SPACE, failed
                unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(courier.process.pid, resource.RLIMIT_FSIZE, unlimited)
            else:
                courier.begin(len(data), sha256)
                self._until(part, place)
                # The app's end is the end of stdin.
                (courier.kill if kind == "courier killed" else courier.close)()
                courier = Courier(self.hub.endpoint, self.folder)
        courier.begin(len(data), sha256)
        ended = courier.end()
        courier.close()
        good = isinstance(ended, protocol.Downloaded)
        good = good and hashlib.sha256((self.folder / FILE).read_bytes()).hexdigest() == sha256
        self.whole += good
        self.wrong += not good
        self.again.append(self.hub.sent - len(data))
        for left in self.folder.iterdir():
            left.unlink()

    def _leave(self, place: int) -> None:
        """The server goes away in the middle of the next answer, and stays away."""

        def answer(asked: Answering) -> None:
            first = (asked.wanted(CUT_SIZE) or (0, CUT_SIZE))[0]
            asked.file(asked.data(), most=max(place - first, 1))

        self.hub.trouble("files", answer, times=1)
        self.hub.trouble("files", lambda asked: asked.answer(503))

    def _until(self, part: Path, place: int) -> None:
        """Until there is so much of it. (Where it is faster than we look, a little later.)"""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if part.stat().st_size >= place:
                    return
            except FileNotFoundError:
                if (self.folder / FILE).exists():
                    return
            time.sleep(0.001)
        raise TimeoutError(f"{part} did not grow to {place}")


def _cuts(place: Path) -> list[Figure]:
    folder = place / "cuts"
    folder.mkdir()
    seed = int(os.environ.get("SNUG_SEED", "0")) or random.randrange(1 << 30)
    print(f"seed of the cuts: {seed}", file=sys.stderr)
    with running() as hub:
        hub.pace_s = PACE_S
        cuts = Cuts(hub, folder, seed)
        for _ in range(CUTS // CUTS_OF_ONE):
            cuts.file()
        worst = max(cuts.again) / CUTS_OF_ONE
    figures = [Figure(f"cuts: {name}", count, "") for name, count in cuts.counts.items()]
    return [
        *figures,
        at_least("files whole after five cuts each", cuts.whole, "", CUTS // CUTS_OF_ONE),
        at_most("files that were not", cuts.wrong, "", 0),
        Figure("bytes sent again for each cut, on average", sum(cuts.again) / CUTS / 1024, "KiB"),
        at_most("the same, worst file", worst / 1024, "KiB", MOST_AGAIN / 1024),
    ]
