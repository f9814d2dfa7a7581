"""What the vault costs: opening with a key, checking a passphrase, an encrypted database in the middle of a chat."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from desktop.storage import connection
from desktop.storage.database import Database
from desktop.vault import typed
from desktop.vault.attempts import Attempts
from desktop.vault.header import Header, key_check
from tests.bench.figures import Figure, at_most, interleaved, middle_ratio

ROUNDS, OPENINGS = 7, 30
PAUSE_S = 1.0
"""The other engine reads ahead what its next turn begins with: it has to be done before this one is asked."""
QUESTION = "Tell me something about the sea."
KEY = bytes(range(32))


class Chat:
    """``chat_driver`` in a process of its own."""

    def __init__(self, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.chat_driver", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        self._line()

    def ask(self) -> float:
        assert self._process.stdin is not None
        time.sleep(PAUSE_S)
        self._process.stdin.write(QUESTION + "\n")
        self._process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        self._process.communicate(timeout=60)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run() -> list[Figure]:
    return [*opening(), *passphrase(), *chatting()]


def opening() -> list[Figure]:
    """The first query of a database with a key, against the same database without one."""
    with TemporaryDirectory() as folder:
        keyed, plain = Path(folder) / "keyed.db", Path(folder) / "plain.db"
        Database.open(keyed, KEY, backups=Path(folder), expect_existing=False).close()
        bare = connection.driver.connect(str(plain), isolation_level=None)
        bare.execute("CREATE TABLE chat (id INTEGER PRIMARY KEY)")
        bare.close()

        def with_key() -> float:
            began = time.perf_counter()
            raw = connection.connect(keyed, KEY, query_only=True)
            raw.execute("SELECT count(*) FROM chat").fetchone()
            seconds = time.perf_counter() - began
            raw.close()
            return seconds

        def without() -> float:
            began = time.perf_counter()
            raw = connection.driver.connect(f"file:{plain}?mode=rw", uri=True, isolation_level=None)
            raw.execute("SELECT count(*) FROM chat").fetchone()
            seconds = time.perf_counter() - began
            raw.close()
            return seconds

        ours, theirs = interleaved(OPENINGS, with_key, without)
    more = median(ours) - median(theirs)
    return [at_most("vault: opening with a key costs", more * 1000, "ms", 5)]


def passphrase() -> list[Figure]:
    """From Enter on the lock screen to the key."""
    header = Header(key_check(KEY), passphrase=typed.way_of_passphrase(KEY, "quiet corner"))
    with TemporaryDirectory() as folder:
        attempts = Attempts(Path(folder) / "attempts")

        def unlock() -> float:
            began = time.perf_counter()
            assert typed.key_of(header, "quiet corner", attempts, recovery=False) == KEY
            return time.perf_counter() - began

        [seconds] = interleaved(5, unlock)
    return [at_most("vault: checking a passphrase", median(seconds), "s", 2)]


def chatting() -> list[Figure]:
    """A whole turn with the starter model: question stored, answer streamed and checkpointed, all on disk."""
    keyed, unkeyed = Chat("keyed"), Chat("unkeyed")
    try:
        keyed.ask()
        unkeyed.ask()
        ours, theirs = interleaved(ROUNDS, keyed.ask, unkeyed.ask)
    finally:
        keyed.close()
        unkeyed.close()
    return [
        Figure("vault: a turn, encrypted", median(ours) * 1000, "ms"),
        at_most("vault: a turn, ratio to no encryption", middle_ratio(ours, theirs), "", 1.05),
    ]
