"""The key is looked for beside the window's start: in another process where there are forks, on a thread elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from desktop import opener as openers
from desktop import unlocking
from desktop.errors import AppError
from desktop.opener import Opener
from desktop.paths import Paths
from desktop.vault import refusals
from tests.fixtures.keychains import FileKeychain, NoKeychain

ROOT = Path(__file__).resolve().parents[1]
WAIT = 30
linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(unlocking, "SystemKeychain", lambda: FileKeychain(tmp_path / "keychain"))
    return Paths(tmp_path / "data")


@pytest.mark.parametrize("forks", [pytest.param(True, marks=linux), False])
def test_the_key_is_found(paths: Paths, forks: bool) -> None:
    opener = Opener(paths, forks=forks)
    opener.go()
    assert opener.unlocked.result(WAIT).key == unlocking.unlock(paths).key


@pytest.mark.parametrize("forks", [pytest.param(True, marks=linux), False])
def test_a_refusal_arrives_word_for_word(paths: Paths, forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlocking, "SystemKeychain", NoKeychain)
    opener = Opener(paths, forks=forks)
    opener.go()
    error = opener.unlocked.exception(WAIT)
    assert isinstance(error, AppError)
    known = refusals.refusal(refusals.CHOOSE_PASSPHRASE)
    assert (error.code, error.sentence) == (known.code, known.sentence)


@linux
def test_without_a_word_from_the_other_process_it_is_looked_for_here(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, real = os.getpid(), openers.unlock

    def dies_elsewhere(paths: Paths) -> object:
        if os.getpid() != ours:
            os._exit(3)
        return real(paths)

    monkeypatch.setattr(openers, "unlock", dies_elsewhere)
    opener = Opener(paths)
    opener.go()
    assert opener.unlocked.result(WAIT).key == unlocking.unlock(paths).key


@linux
def test_the_other_process_ends_with_a_start_that_never_says_go(tmp_path: Path) -> None:
    program = f"""
    from pathlib import Path
    from desktop.opener import Opener
    from desktop.paths import Paths
    print(Opener(Paths(Path({str(tmp_path / "data")!r})))._process)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,  # held open by both: this returns when both have ended
        text=True,
        timeout=WAIT,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert int(done.stdout) > 0
    assert not (tmp_path / "data").exists()
