"""What computes: linked into a checkout's llama.cpp, lying beside libllama in one that is installed."""

from __future__ import annotations

import ctypes
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.models import FailureKind, LoadOptions
from desktop.engine import devices, failure, ggml
from desktop.engine.client import EngineClient


def test_a_build_that_has_its_own_loads_no_others() -> None:
    before = devices.pointers()
    assert before
    ggml.load_back_ends()
    assert devices.pointers() == before


def test_one_that_has_none_looks_in_its_own_folder_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def function(name: str, *_: object) -> object:
        found = {"ggml_backend_reg_count": lambda: 0, "ggml_backend_load_all_from_path": asked.append}
        return found.get(name, lambda _: 1)

    monkeypatch.setattr(ggml, "function", function)
    ggml.load_back_ends()
    [folder] = asked
    assert (Path(folder.decode()) / Path(library()).name).exists()


def test_where_nothing_computes_on_the_processor_there_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    function = ggml.function

    def without_processor(name: str, *types: Any) -> Any:
        return (lambda _: None) if name == "ggml_backend_dev_by_type" else function(name, *types)

    monkeypatch.setattr(ggml, "function", without_processor)
    with pytest.raises(OSError, match="no back end"):
        ggml.load_back_ends()


@pytest.mark.parametrize(
    ("library", "built"), [("libggml-vulkan.so", True), ("ggml-cuda.dll", True), ("libggml-cpu-haswell.so", False)]
)
def test_a_build_for_cards_is_one_also_where_nothing_drives_them(
    library: str, built: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / library).touch()
    monkeypatch.setattr(ggml, "_folder", lambda: tmp_path)
    assert devices.built_for_cards() is built


@pytest.mark.parametrize("damaged", [False, True])
def test_an_engine_without_its_libraries_says_what_to_do(damaged: bool, tmp_path: Path, qtbot: QtBot) -> None:
    package = Path(library()).parent.parent
    shutil.copytree(package, tmp_path / "llama_cpp", ignore=shutil.ignore_patterns("lib", "__pycache__"))
    (tmp_path / "llama_cpp/lib").mkdir()
    if damaged:
        (tmp_path / "llama_cpp/lib" / Path(library()).name).write_bytes(b"half a library")
    program = "import sys; sys.path.insert(0, sys.argv[1]); from desktop.engine import worker; sys.exit(worker.main())"
    client = EngineClient(lambda: (sys.executable, ["-c", program, str(tmp_path)]))
    with qtbot.waitSignal(client.failed, timeout=30_000) as heard:
        client.load(str(tmp_path / "model.gguf"), LoadOptions(), "")
    [failed] = heard.args or []
    assert failed.kind is FailureKind.MISSING_BACKEND
    told = failure.sentence(failed, "Some model")
    assert "Some model" not in told.happened
    assert told.safe
    assert "Install Snug again" in told.todo
    client.shut()


def library() -> str:
    """The file of libllama that this process has open."""
    import llama_cpp

    loaded: ctypes.CDLL = llama_cpp.llama_cpp._lib  # pyright: ignore[reportPrivateUsage]
    return loaded._name  # pyright: ignore[reportPrivateUsage]
