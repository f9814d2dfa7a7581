"""The way to the window: in which order, what it leaves alone, and what it does not load."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import unlocking
from desktop.child.seal import filters
from desktop.opener import Opener
from desktop.paths import Paths
from desktop.services.instance import WindowLock
from desktop.ui import opening, start
from desktop.vault.keychain import Reply
from tests.fixtures.keychains import NoKeychain
from tests.fixtures.programs import printed_by


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.enable()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The start without what cannot be undone or does not end: what is done, in its order."""
    done: list[str] = []

    class Lock(WindowLock):
        def take(self, files: Sequence[str] = ()) -> bool:
            done.append("lock")
            return super().take(files)

    class Asked(NoKeychain):
        def get(self, entry: str) -> Reply:
            done.append("keychain")
            return super().get(entry)

    class Reached(QApplication):
        def __new__(cls, _: list[str]) -> object:
            done.append("screen")
            return QApplication.instance()

    monkeypatch.setattr("desktop.services.instance.WindowLock", Lock)
    monkeypatch.setattr("PySide6.QtWidgets.QApplication", Reached)
    monkeypatch.setattr(unlocking, "SystemKeychain", Asked)
    monkeypatch.setattr(filters, "seal_app", lambda: done.append("seal"))

    def until_unlocked(paths: Paths, settings: object, lock: WindowLock, unlocked: object, *_: object) -> int:
        done.append("window")
        lock.release()
        return 0

    class Here(Opener):
        """Looks on this process's thread: what it does is seen, and it is waited for."""

        def __init__(self, paths: Paths, **_: object) -> None:
            super().__init__(paths, forks=False)

        def go(self) -> None:
            super().go()
            assert self.unlocked.exception(20) is not None

    monkeypatch.setattr(start, "Opener", Here)
    monkeypatch.setattr(opening, "run", until_unlocked)
    return done


def test_the_key_is_looked_for_when_the_window_lock_is_held(steps: list[str], tmp_path: Path) -> None:
    assert start.run(tmp_path / "data", [], None) == 0
    assert steps == ["lock", "keychain", "window"]


def test_a_second_start_leaves_the_keychain_alone(
    steps: list[str], tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    first = WindowLock(unlocking.prepare(tmp_path / "data").locks)
    assert first.take()
    assert start.run(tmp_path / "data", [], None) == 0
    assert steps == ["lock"]
    assert "open already" in capsys.readouterr().err
    first.release()


@pytest.mark.skipif(sys.platform != "linux", reason="X11")
def test_a_screen_on_another_computer_is_reached_then_sealed_off_and_then_the_key_is_looked_for(
    steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", "far.example:0")
    assert start.run(tmp_path / "data", [], None) == 0
    assert steps == ["lock", "screen", "seal", "keychain", "window"]


def test_the_window_waits_for_neither_sqlalchemy_nor_the_engine_nor_formulas() -> None:
    program = """
    import sys
    import desktop.ui.start, desktop.ui.opening
    heavy = ["sqlalchemy", "alembic", "keyring", "cryptography", "llama_cpp", "msgspec", "multiprocessing", "asyncio"]
    heavy += ["ziamath", "ziafont", "latex2mathml"]
    print([name for name in heavy if name in sys.modules])
    """
    assert printed_by(program) == "[]"
