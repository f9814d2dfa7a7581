"""Files behind ``snug``: what is taken for one, and where it lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.cli import arguments, files

posix = pytest.mark.skipif(os.name == "nt", reason="paths as Unix writes them")


@posix
@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/models/a.gguf", "/models/a.gguf"),
        ("/models/folder", "/models/folder"),
        ("file:///models/a%20b%23.gguf", "/models/a b#.gguf"),
        ("file://localhost/models/a.gguf", "/models/a.gguf"),
        ("file:/models/a.gguf", "/models/a.gguf"),
        ("FILE.GGUF", str(Path.cwd() / "FILE.GGUF")),
        ("./ask", str(Path.cwd() / "ask")),
        ("file://far.example/models/a.gguf", str(Path.cwd() / "file:/far.example/models/a.gguf")),
        ("file:///models/a%00.gguf", str(Path.cwd() / "file:/models/a%00.gguf")),
        ("file://[", str(Path.cwd() / "file:/[")),
        ("/models/--selftest.gguf", "/models/--selftest.gguf"),
    ],
)
def test_a_path_or_a_url_is_a_file_to_open(typed: str, path: str) -> None:
    chosen = arguments.parse([typed])
    assert (chosen.command, chosen.files) == (None, [path])


def test_without_anything_no_file_is_opened() -> None:
    assert arguments.parse([]).files == []
    assert arguments.parse(["doctor"]).files == []


def test_a_thousand_files_come_in_their_order(tmp_path: Path) -> None:
    typed = [str(tmp_path / f"{number}.gguf") for number in range(1000)]
    assert arguments.parse(typed).files == typed


def test_where_data_lives_can_be_said_beside_files(tmp_path: Path) -> None:
    for typed in (["--data-dir", str(tmp_path), "a.gguf"], ["a.gguf", "--data-dir", str(tmp_path)]):
        chosen = arguments.parse(typed)
        assert (chosen.data_dir, [Path(each).name for each in chosen.files]) == (str(tmp_path), ["a.gguf"])


def test_names_like_options_are_files_behind_two_dashes() -> None:
    chosen = arguments.parse(["--", "--selftest.gguf", "--json"])
    assert chosen.command is None
    assert chosen.json is False
    assert [Path(each).name for each in chosen.files] == ["--selftest.gguf", "--json"]


@pytest.mark.parametrize("typed", [["asks"], ["--selftest.gguf"], ["asks", "a.gguf"], ["a.gguf", "--no-such"], ["--"]])
def test_what_is_neither_command_nor_file_is_refused(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments.parse(typed)
    assert ended.value.code == 2
    assert "snug" in capsys.readouterr().err


def test_a_question_with_a_path_in_it_is_still_a_question() -> None:
    chosen = arguments.parse(["ask", "What is /etc/hosts?"])
    assert (chosen.command, chosen.prompt, chosen.files) == ("ask", "What is /etc/hosts?", [])


def test_a_name_that_is_no_text_stays_one_file() -> None:
    assert files.path_of("/models/\udcff.gguf").endswith("\udcff.gguf")
    assert arguments.parse(["file:///models/%FF.gguf"]).files != []
