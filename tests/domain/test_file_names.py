"""Which names of other people's files may stand on this disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.file_names import LONGEST, NameRefused, local_name, unfinished


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B-Q4_K_M.gguf"),
        ("Q4_K_M/big-00001-of-00003.gguf", "big-00001-of-00003.gguf"),
        ("a (new) model, v1.5.GGUF", "a (new) model, v1.5.GGUF"),
        ("console.gguf", "console.gguf"),
    ],
)
def test_ordinary_names_stay_as_they_are(path: str, name: str) -> None:
    assert local_name(path) == name


@pytest.mark.parametrize(
    "path",
    [
        *("", "../x.gguf", "a/../x.gguf", "/x.gguf", "a//x.gguf", "./x.gguf", "a/", "..", "x.gguf/.."),
        *("x\0.gguf", "x\n.gguf", "x\\y.gguf", "c:x.gguf", "x?.gguf", "x|y.gguf", "-rf.gguf", " x.gguf", ".x.gguf"),
        *("CON.gguf", "nul.gguf", "Aux.tar.gguf", "LPT9.gguf", "con .gguf"),
        *("x" * 300 + ".gguf", "a/" * 1000 + "x.gguf"),
        *(
            "\u0445.gguf",
            "ｘ.gguf",
            "x\u202efugg.gguf",
            "e\u0301.gguf",
            "x\u200b.gguf",
            "model.bin",
            "x.gguf ",
            "x.gguf.",
        ),
    ],
)
def test_names_that_could_do_harm_are_refused(path: str) -> None:
    with pytest.raises(NameRefused):
        local_name(path)


@given(st.text(max_size=300))
def test_whatever_is_let_through_is_one_plain_name_in_its_folder(text: str) -> None:
    try:
        name = local_name(text + ".gguf")
    except NameRefused:
        return
    target = Path("/models", name)
    assert target.resolve().parent == Path("/models").resolve()
    assert name.isascii()
    assert max(len(each.name) for each in unfinished(target)) < LONGEST + 20
