"""The set-up of a checkout, where the Python that runs it is not the one that it wants or had."""

from __future__ import annotations

import ast
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from scripts import setup

SCRIPT = Path(setup.__file__)


@pytest.mark.parametrize("minor", [8, 9, 10])
def test_a_python_that_is_too_old_is_told_so_in_one_sentence(minor: int, tmp_path: Path) -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, minor))
    pretend = (
        f"import runpy, sys; sys.version_info = (3, {minor}, 18, 'final', 0); sys.argv = ['setup.py'];"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    told = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert told.returncode == 1
    assert told.stdout == ""
    wanted = f"Snug needs Python 3.11 or newer; this is 3.{minor}.18. Try: make run PYTHON=python3.11"
    assert told.stderr == f"Set-up stopped: {wanted}\n"
    assert list(tmp_path.iterdir()) == []


class TestTheVirtualEnvironment:
    @pytest.fixture(autouse=True)
    def elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = tmp_path / ".venv"
        self.python = self.folder / setup.PYTHON.relative_to(setup.VENV)
        monkeypatch.setattr(setup, "VENV", self.folder)
        monkeypatch.setattr(setup, "PYTHON", self.python)
        # What pip would add is not needed here and takes its time.
        monkeypatch.setattr(
            setup.venv, "create", lambda folder, with_pip, clear: venv.EnvBuilder(clear=clear).create(folder)
        )

    def stamp(self) -> Path:
        stamp = self.folder / ".app"
        stamp.write_text("installed")
        return stamp

    def pretend(self, version: str) -> None:
        (self.folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")

    def test_is_made_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        setup.make_environment()
        stamp = self.stamp()
        setup.make_environment()
        assert stamp.exists()
        assert capsys.readouterr().out == "  Making the virtual environment\n"

    def test_of_another_python_that_is_new_enough_is_kept(self) -> None:
        setup.make_environment()
        stamp = self.stamp()
        self.pretend("3.99.1")
        setup.make_environment()
        assert stamp.exists()

    def test_whose_python_is_gone_is_made_anew(self, capsys: pytest.CaptureFixture[str]) -> None:
        setup.make_environment()
        stamp = self.stamp()
        self.python.unlink()
        self.python.symlink_to("/nowhere/python3.99")
        setup.make_environment()
        assert self.python.exists()
        assert not stamp.exists(), "the packages would be thought to be there"
        assert "is gone: making it anew" in capsys.readouterr().out

    def test_of_a_python_that_is_too_old_is_made_anew(self, capsys: pytest.CaptureFixture[str]) -> None:
        setup.make_environment()
        stamp = self.stamp()
        self.pretend("3.9.18")
        setup.make_environment()
        assert not stamp.exists()
        assert setup.environment_version() == sys.version_info[:2]
        assert "too old: making it anew" in capsys.readouterr().out
