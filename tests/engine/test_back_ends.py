"""What computes: linked into a checkout's llama.cpp, lying beside libllama in one that is installed."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from desktop.engine import devices, ggml


def test_a_build_that_has_its_own_loads_no_others() -> None:
    before = devices.pointers()
    assert before
    ggml.load_back_ends()
    assert devices.pointers() == before


def test_one_that_has_none_looks_in_its_own_folder_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def function(name: str, *_: object) -> object:
        return {"ggml_backend_reg_count": lambda: 0, "ggml_backend_load_all_from_path": asked.append}[name]

    monkeypatch.setattr(ggml, "function", function)
    ggml.load_back_ends()
    [folder] = asked
    assert (Path(folder.decode()) / Path(library()).name).exists()


def library() -> str:
    """The file of libllama that this process has open."""
    import llama_cpp

    loaded: ctypes.CDLL = llama_cpp.llama_cpp._lib  # pyright: ignore[reportPrivateUsage]
    return loaded._name  # pyright: ignore[reportPrivateUsage]
