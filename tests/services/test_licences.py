"""The licences of all that comes with Snug: everything has its text, and the text is whole."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from desktop.services.licences import Paper, papers

ROOT = Path(__file__).resolve().parents[2]


def test_everything_that_comes_along_has_a_licence_and_its_text() -> None:
    for paper in papers():
        assert paper.licence not in ("", "see its papers"), paper.name
        assert len(paper.text()) > 250, paper.name


def test_every_package_that_snug_asks_for_is_there_and_what_only_the_tests_want_is_not() -> None:
    names = {re.sub(r"[-_.]+", "-", paper.name).lower() for paper in papers()}
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements/app.txt").read_text(), re.MULTILINE)
    installed = {re.sub(r"[-_.]+", "-", each.name).lower() for each in metadata.distributions()}
    assert {name.lower() for name in pinned} & installed <= names
    assert "llama-cpp-python" in names
    assert not {"pytest", "ruff", "pyinstaller"} & names


def test_what_is_no_package_is_there_too() -> None:
    names = {paper.name for paper in papers()}
    assert {"Snug", "Python", "Qt 6", "llama.cpp", "SQLCipher", "OpenSSL", "Lucide", "JetBrains Mono"} <= names


def test_a_text_that_others_share_follows_where_it_is_referred_to(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Its text is in /usr/share/common-licenses/LGPL-3.\nSo is that of common-licenses/unknown.")
    text = Paper("It", "1", "LGPL-3.0-only", (note,)).text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert text.startswith("Its text is in")


def test_qt_comes_with_both_texts_of_its_licence() -> None:
    [qt] = [paper for paper in papers() if paper.name == "Qt 6"]
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt.text()
    assert "GNU GENERAL PUBLIC LICENSE" in qt.text()
