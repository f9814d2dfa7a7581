"""Locking the real app: the processes that held the chats are gone, and nothing of them is left in memory."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from desktop.domain.chat import Part, PartKind
from desktop.paths import Paths
from desktop.storage.glance import LAST_CHAT
from desktop.vault.keys import Vault
from tests.e2e.memory import found_in, spellings
from tests.fixtures.keychains import NoKeychain
from tests.fixtures.profiles import PASSPHRASE, make_profile, open_profile

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60
MARKERS = 500

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root may look into other processes"
)


class Snug:
    """The app as it is started from the desktop, with a passphrase and a chat full of markers."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        make_profile(self.data)
        self.key = Vault(Paths(self.data), NoKeychain()).open_with(PASSPHRASE)
        self.markers = [f"marker{secrets.token_hex(8)}" for _ in range(MARKERS)]
        stores = open_profile(self.data)
        leaf = chat = None
        for start in range(0, MARKERS, 50):
            words = " ".join(self.markers[start : start + 50])
            made, _, answer = stores.conversations.add_turn(
                chat, leaf, (Part(PartKind.TEXT, words),), model_name="", model_key="", writer="", title="A chat"
            )
            chat, leaf = made.id, answer.id
        stores.options.put(LAST_CHAT, chat)
        stores.database.close()
        passphrase = folder / "passphrase"
        passphrase.write_text(PASSPHRASE)
        self.environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "SNUG_DATA_DIR": str(self.data),
            "SNUG_PASSPHRASE_FILE": str(passphrase),
        }
        self._porter = subprocess.Popen([sys.executable, "-m", "desktop"], cwd=ROOT, env=self.environment)
        self.porter = psutil.Process(self._porter.pid)

    def app(self) -> psutil.Process | None:
        children = self.porter.children()
        return children[0] if children else None

    def everyone(self) -> list[int]:
        return [self.porter.pid, *(child.pid for child in self.porter.children(recursive=True))]

    def words(self) -> list[bytes]:
        return [spelling for marker in self.markers for spelling in spellings(marker)]

    def keys(self) -> list[bytes]:
        return [self.key, self.key.hex().encode(), PASSPHRASE.encode(), PASSPHRASE.encode("utf-16-le")]

    def lock(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "desktop", "vault", "lock"]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=WAIT_S)

    def end(self) -> None:
        self._porter.terminate()
        self._porter.wait(timeout=WAIT_S)


@pytest.fixture
def snug(tmp_path: Path) -> Iterator[Snug]:
    snug = Snug(tmp_path)
    yield snug
    snug.end()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_after_lock_no_word_and_no_key_is_in_the_memory_of_any_process(snug: Snug) -> None:
    until(lambda: (app := snug.app()) is not None and len(found_in(app.pid, snug.words())) >= MARKERS)
    first = snug.app()
    assert first is not None
    assert found_in(first.pid, snug.keys()), "the same look has to find the key while it is open"
    before = snug.everyone()
    until(lambda: snug.lock().returncode == 0)  # the window listens a moment after it was painted
    until(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE)
    until(lambda: (app := snug.app()) is not None and app.pid != first.pid and _shows_lock_screen(app.pid))
    after = snug.everyone()
    assert set(before) & set(after) == {snug.porter.pid}, "the app and its engine ended"
    left = {pid: found_in(pid, snug.words() + snug.keys()) for pid in after}
    assert not any(left.values()), {pid: len(hits) for pid, hits in left.items()}


def _shows_lock_screen(pid: int) -> bool:
    # Its title is drawn from a text that nothing else has.
    return bool(found_in(pid, spellings("Snug is locked")[1:])) and not re.search(
        "engine", " ".join(part for child in psutil.Process(pid).children() for part in child.cmdline())
    )
