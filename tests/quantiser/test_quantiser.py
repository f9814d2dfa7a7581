"""The real quantiser in its own process: what it makes, and every way it can end."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from desktop.domain import gguf
from desktop.domain.fit import Room
from desktop.domain.fitness import Judged
from desktop.domain.gguf import Tensor
from desktop.domain.models import InstalledModel
from desktop.domain.quants import Quant
from desktop.domain.smaller import TARGETS, Smaller, size_as
from desktop.domain.trust import Check
from desktop.errors import AppError
from desktop.quantiser import client
from desktop.quantiser.protocol import Make
from desktop.services import intake, shrinking
from desktop.services.file_work import Stopped
from tests.fixtures.architectures import KINDS, Shape, write_model
from tests.fixtures.models import tiny_model

ROOM = Room(8 << 30, 8 << 30)
NEW_KEYS = 256
"""Bytes that llama.cpp may add to a head, to say what it did."""


def silent(_: int) -> None: ...


def known(path: Path, quant: str = "F16") -> InstalledModel:
    return InstalledModel(
        1, str(path), "Harbour", quant, publisher="Acme", licence="apache-2.0", checked=Check(1.0), size_bytes=1
    )


def copy_in(model: InstalledModel, quant: str) -> Smaller:
    return next(each for each in shrinking.copies_of(model, ROOM).copies if each.quant == Quant(quant))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def made(source: Path, target: Path, quant: str) -> Path:
    target.touch()
    client.make(Make(1, str(source), str(target), quant), "Harbour", silent)
    return target


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows that every kind of tensor can have, and layers enough for all of llama.cpp's rules."""
    folder = tmp_path_factory.mktemp("full")
    return tiny_model(folder / "Harbour-F16.gguf", width=256, layers=9, half=True)


@pytest.mark.parametrize("quant", ["Q8_0", "Q6_K", "Q4_K_M", "Q3_K_M"])
def test_the_size_that_was_promised_is_the_size_that_is_made(full: Path, tmp_path: Path, quant: str) -> None:
    tensors: list[Tensor] = []
    expected = size_as(gguf.read_model(full, tensors), tensors, quant)
    copy = made(full, tmp_path / "copy.part", quant)
    assert 0 <= copy.stat().st_size - expected <= NEW_KEYS
    assert gguf.read_model(copy).quant == quant


@pytest.mark.parametrize("quant", ["Q5_K_M", "Q3_K_M"])
def test_so_it_is_with_rows_that_a_kind_cannot_have_and_weights_used_twice(tmp_path: Path, quant: str) -> None:
    source = tiny_model(tmp_path / "m.gguf", width=96, tied=True)
    tensors: list[Tensor] = []
    expected = size_as(gguf.read_model(source, tensors), tensors, quant)
    assert 0 <= made(source, tmp_path / "copy.part", quant).stat().st_size - expected <= NEW_KEYS


@pytest.mark.parametrize("kind", KINDS)
def test_so_it_is_with_every_architecture(tmp_path: Path, kind: str) -> None:
    source = write_model(tmp_path / "m.gguf", kind, Shape(width=256, layers=2, inner=256, head=64))
    tensors: list[Tensor] = []
    expected = size_as(gguf.read_model(source, tensors), tensors, "Q3_K_M")
    assert 0 <= made(source, tmp_path / "copy.part", "Q3_K_M").stat().st_size - expected <= NEW_KEYS


def test_a_copy_gets_its_name_when_it_is_whole_and_the_model_stays_as_it_was(full: Path, tmp_path: Path) -> None:
    before = digest(full)
    model = known(full)
    path, origin = shrinking.shrunk(model, copy_in(model, "Q4_K_M"), tmp_path, silent)
    assert path == tmp_path / "Harbour-Q4_K_M.gguf"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert (origin.made_from, origin.publisher, origin.licence) == ("Harbour F16", "Acme", "apache-2.0")
    source, copy = intake.read(full), intake.read(path)
    assert (copy.parameters, copy.layers) == (source.parameters, source.layers)
    assert copy.text("tokenizer.chat_template") == source.text("tokenizer.chat_template")
    assert digest(full) == before


def test_a_second_copy_does_not_take_the_place_of_the_first(full: Path, tmp_path: Path) -> None:
    (tmp_path / "Harbour-Q8_0.gguf").write_bytes(b"mine")
    model = known(full)
    path, _ = shrinking.shrunk(model, copy_in(model, "Q8_0"), tmp_path, silent)
    assert (tmp_path / "Harbour-Q8_0.gguf").read_bytes() == b"mine"
    assert path.parent == tmp_path / "Harbour-Q8_0 2"


def test_of_eight_bits_less_can_be_made(full: Path, tmp_path: Path) -> None:
    eight = made(full, tmp_path / "Harbour-Q8_0.gguf", "Q8_0")
    model = known(eight, "Q8_0")
    assert [each.quant.name for each in shrinking.copies_of(model, ROOM).copies] == list(TARGETS[1:])
    path, _ = shrinking.shrunk(model, copy_in(model, "Q6_K"), tmp_path, silent)
    assert intake.read(path).quant == "Q6_K"


def test_a_split_model_becomes_one_file(tmp_path: Path) -> None:
    first = tiny_model(tmp_path / "Big-F16-00001-of-00003.gguf", half=True, tensors_in_a_file=8)
    assert first.exists()
    model = known(first)
    path, _ = shrinking.shrunk(model, copy_in(model, "Q8_0"), tmp_path / "out", silent)
    assert path.name == "Big-Q8_0.gguf"
    assert intake.read(path).parameters == intake.read(first).parameters


def test_a_file_of_another_program_gets_a_name_that_people_know() -> None:
    blob = known(Path("/ollama/blobs/sha256-abab"))._replace(name="qwen3: 4b/ältere")
    assert shrinking.file_name(blob, "Q4_K_M") == "qwen3--4b--ltere-Q4_K_M.gguf"


def test_a_disk_with_no_room_is_found_out_before(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.services.file_work.free_space", lambda _: 1000)
    model = known(full)
    with pytest.raises(AppError, match=r"not enough room.*Harbour is as it was.*Make room") as refused:
        shrinking.shrunk(model, copy_in(model, "Q8_0"), tmp_path, silent)
    assert refused.value.code == "DISK_FULL"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="a device that is always full")
def test_a_disk_that_fills_up_meanwhile_is_a_refusal(full: Path) -> None:
    with pytest.raises(AppError) as refused:
        client.make(Make(1, str(full), "/dev/full", "Q8_0"), "Harbour", silent)
    assert refused.value.code == "NOT_MADE"


def test_what_llama_cpp_does_not_know_is_a_refusal_with_its_words(tmp_path: Path) -> None:
    source = tiny_model(tmp_path / "odd-F16.gguf", half=True)
    source.write_bytes(source.read_bytes().replace(b"llama", b"lhama"))
    model = known(source)
    copy = Smaller(Quant("Q8_0"), 1000, Judged())
    with pytest.raises(AppError) as refused:
        shrinking.shrunk(model, copy, tmp_path / "out", silent)
    assert refused.value.code == "NOT_MADE"
    assert "lhama" in refused.value.detail
    assert not list((tmp_path / "out").iterdir())


def during(full: Path, folder: Path, act: Callable[[], None]) -> AppError | None:
    """Do something while a copy is being made; how that ended."""
    acted: list[bool] = []

    def step(_: int) -> None:
        if not acted:
            acted.append(True)
            act()

    model = known(full)
    try:
        shrinking.shrunk(model, copy_in(model, "Q4_K_M"), folder, step)
    except AppError as error:
        return error
    finally:
        assert acted
    return None


def test_a_copy_that_is_stopped_leaves_nothing(full: Path, tmp_path: Path) -> None:
    def stop() -> None:
        assert len(list(tmp_path.glob("*.part"))) == 1
        raise Stopped

    before = digest(full)
    with pytest.raises(Stopped):
        during(full, tmp_path, stop)
    assert not list(tmp_path.iterdir())
    assert psutil.Process().children() == []
    assert digest(full) == before


def test_nor_does_one_whose_name_was_taken(full: Path, tmp_path: Path) -> None:
    def stop() -> None:
        assert len(list(tmp_path.glob("*/*.part"))) == 1
        raise Stopped

    (tmp_path / "Harbour-Q4_K_M.gguf").write_bytes(b"mine")
    with pytest.raises(Stopped):
        during(full, tmp_path, stop)
    assert [each.name for each in tmp_path.iterdir()] == ["Harbour-Q4_K_M.gguf"]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_process_that_is_killed_leaves_nothing_and_a_sentence(full: Path, tmp_path: Path) -> None:
    def kill() -> None:
        psutil.Process().children()[0].kill()

    error = during(full, tmp_path, kill)
    assert error is not None
    assert error.code == "OUT_OF_MEMORY"
    assert "The system ended the work on Harbour" in error.sentence
    assert not list(tmp_path.iterdir())
