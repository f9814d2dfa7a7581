"""``snug --selftest``: one line for each part, and a status that scripts can rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import paths
from desktop.child.seal import places

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["program", "packages", "keychain", "database", "window", "engine", "courier"]


def selftest(home: Path, *before: str) -> tuple[int, list[dict[str, object]], str]:
    """A real run on a machine without a keychain: status, what was found, and what was said beside it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    at_home = {name: str(home) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")}
    environment = {**kept, **at_home, "PYTHONPATH": str(ROOT)}
    program = f"import sys; sys.argv = ['snug', '--selftest', '--json']; {'; '.join(before)}"
    program += "\nfrom desktop import __main__\nsys.exit(__main__.main())"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=home, env=environment, capture_output=True, text=True, timeout=120
    )
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.model
@pytest.mark.timeout(120)
def test_every_part_is_tried_and_nothing_is_left_behind(tmp_path: Path) -> None:
    status, found, said = selftest(tmp_path)
    assert [each["name"] for each in found] == PARTS, said
    assert (status, [each for each in found if not each["works"]]) == (0, [])
    assert [path for path in tmp_path.rglob("*") if "snug" in path.name] == []


@pytest.mark.timeout(120)
def test_what_is_missing_is_named_and_the_others_are_tried_all_the_same(tmp_path: Path) -> None:
    no_model = "from desktop import paths; paths.starter_model = lambda: paths.Path('/nowhere.gguf')"
    status, found, _ = selftest(tmp_path, no_model)
    assert status == 1
    assert {each["name"]: each["works"] for each in found} == {part: part != "engine" for part in PARTS}
    assert "the starter model is not there" in [each["words"] for each in found]


class TestWherePortableDataLies:
    @pytest.fixture(autouse=True)
    def frozen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(paths.DATA_DIR_VARIABLE, raising=False)
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "snug"))
        self.folder = tmp_path

    def test_beside_the_program_where_the_marker_says_so(self) -> None:
        (self.folder / paths.PORTABLE).touch()
        assert paths.data_dir(None) == self.folder / "data"

    def test_in_the_systems_place_without_a_marker(self) -> None:
        assert self.folder not in paths.data_dir(None).parents

    def test_beside_an_appimage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        image = self.folder / "carried" / "snug.AppImage"
        image.parent.mkdir()
        (image.parent / paths.PORTABLE).touch()
        monkeypatch.setenv("APPIMAGE", str(image))
        monkeypatch.setenv("APPDIR", str(self.folder))
        assert paths.data_dir(None) == image.parent / "data"
        # Another program's: it only started this one.
        monkeypatch.setenv("APPDIR", str(image.parent))
        assert image.parent not in paths.data_dir(None).parents

    def test_and_never_for_a_checkout(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (self.folder / paths.PORTABLE).touch()
        monkeypatch.delattr(sys, "frozen")
        assert self.folder not in paths.data_dir(None).parents

    def test_a_folder_that_was_asked_for_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (self.folder / paths.PORTABLE).touch()
        monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(self.folder / "other"))
        assert paths.data_dir(None) == self.folder / "other"

    def test_and_the_engine_may_read_the_program_but_not_what_lies_beside_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "_MEIPASS", str(self.folder / "_internal"), raising=False)
        readable = places.to_run()
        assert {self.folder / "snug", self.folder / "_internal"} <= set(readable)
        assert not {self.folder, self.folder / "data"} & set(readable)
