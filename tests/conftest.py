"""Guard rails of every test: no network but this machine, never the real profile, no unexpected warning in the log."""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop import paths
from tests.fixtures.keychains import NoKeychain

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# llama.cpp's threads wait for each other without working: on a machine that does something else as well, that takes
# most of its time. For this process and for the engines it starts (``engine.worker`` leaves what is set alone).
os.environ.setdefault("GOMP_SPINCOUNT", "200")
COLLECT_ABOVE = 50_000
"""New objects since the last time."""


@pytest.fixture(autouse=True)
def _profile_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SNUG_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.fixture(autouse=True)
def _this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and str(address[0]) not in ("127.0.0.1", "::1"):  # type: ignore[index]
            raise AssertionError(f"a test connects to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _garbage_is_looked_for_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Between tests, and on this thread: windows that a test leaves behind are destroyed by the thread that happens to
    look for garbage, and Qt does not survive that on another one than its own."""
    gc.disable()
    monkeypatch.setattr(gc, "enable", _not_now)
    yield
    gc.unfreeze()
    if gc.get_count()[0] > COLLECT_ABOVE:
        gc.collect()


def _not_now() -> None:
    return


@pytest.fixture(autouse=True)
def _quiet_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning that a test does not expect is a failure; ``caplog.clear()`` says that it was expected."""
    yield
    if request.node.get_closest_marker("noisy"):
        return
    loud = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud, f"unexpected log: {loud}"


@pytest.fixture(scope="session")
def starter() -> Path:
    """The starter model; the set-up has put it there."""
    model = paths.starter_model()
    assert model.exists(), "the starter model is missing: run make test, which does the set-up"
    return model


@pytest.fixture
def no_keychain() -> NoKeychain:
    return NoKeychain()


Waiter = Callable[[Callable[[], bool]], None]
