"""Heads of model files: what they say, and every way in which a file can be no model."""

from __future__ import annotations

import contextlib
import random
import struct
from pathlib import Path

import pytest
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain import gguf, gguf_kinds
from desktop.domain.choice import choice_of
from desktop.domain.memory import estimate
from desktop.domain.models import LoadOptions
from desktop.domain.trust import findings_of
from tests.fixtures.models import tiny_model
from tests.fixtures.mutants import mutants


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "tiny.gguf")


def test_a_head_tells_what_the_model_is(starter: Path) -> None:
    head = gguf.read_header(starter)
    assert head.architecture == "llama"
    assert head.quant == "Q4_1"
    assert head.layers == 30
    assert head.context_length == 8192
    assert 134_000_000 < head.parameters < 135_000_000
    assert head.has_template
    assert head.size == starter.stat().st_size


def test_the_fingerprint_is_of_the_file_not_of_its_place(tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "renamed.bin"
    other.write_bytes(tiny.read_bytes())
    assert gguf.read_header(other).key == gguf.read_header(tiny).key


def test_our_table_of_tensor_kinds_is_the_formats_own() -> None:
    for kind, (block, size) in GGML_QUANT_SIZES.items():
        if int(kind) in gguf_kinds.TENSOR_KINDS:
            assert gguf_kinds.TENSOR_KINDS[int(kind)][1:] == (block, size), kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"GGUF", "too short"),
        (b"<html>captive portal</html>" * 10, "not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 0), "makes no sense"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**64 - 1), "makes no sense"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**63), "longer than the file"),
    ],
)
def test_what_is_no_model_is_refused_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(gguf.BadModelFile, match=words):
        gguf.read_header(path)


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(gguf.BadModelFile, match="folder"):
        gguf.read_header(tmp_path)


def test_a_file_cut_anywhere_is_refused(tiny: Path, tmp_path: Path) -> None:
    whole = tiny.read_bytes()
    cut = tmp_path / "cut.gguf"
    for length in random.Random(1).sample(range(24, len(whole) - 1), 50):
        cut.write_bytes(whole[:length])
        with pytest.raises(gguf.BadModelFile):
            gguf.read_header(cut)


def test_a_tensor_beyond_the_end_of_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "beyond.gguf"
    name = b"w"
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0)
    path.write_bytes(head + struct.pack("<Q", 1) + name + struct.pack("<IQIQ", 1, 32, 0, 1 << 40) + b"\0" * 256)
    with pytest.raises(gguf.BadModelFile, match="not whole"):
        gguf.read_header(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_head_raises_nothing_but_our_own_error(tiny: Path, flips: list[tuple[int, int]]) -> None:
    data = bytearray(tiny.read_bytes())
    for at, value in flips:
        data[at % min(len(data), 4096)] = value
    path = tiny.with_name("damaged.gguf")
    path.write_bytes(data)
    with contextlib.suppress(gguf.BadModelFile):
        header = gguf.read_header(path)
        found = estimate(header, choice_of(header, LoadOptions()))
        assert min(found.main) >= 0


def test_mutants_are_opened_or_refused_and_never_anything_else(tiny: Path) -> None:
    whole = tiny.read_bytes()
    path = tiny.with_name("mutant.gguf")
    opened = 0
    for data in mutants(whole, head=7_000, count=1_000, seed=11):
        path.write_bytes(data)
        with contextlib.suppress(gguf.BadModelFile):
            findings_of(gguf.read_model(path), {})
            opened += 1
    assert 50 < opened < 950


def test_words_without_end_are_refused_before_they_are_counted(tmp_path: Path) -> None:
    # 64 MB of zeros: eight million texts of no length, each of which would be stepped over.
    path = tmp_path / "long.gguf"
    head = struct.pack("<4sIQQQ", b"GGUF", 3, 0, 1, 1) + b"k" + struct.pack("<IIQ", 9, 8, 8_000_000)
    path.write_bytes(head + bytes(64_000_000))
    with pytest.raises(gguf.BadModelFile, match="more words"):
        gguf.read_header(path)


def test_a_split_model_is_read_as_one(tmp_path: Path) -> None:
    parts = [tmp_path / f"m-0000{number}-of-00002.gguf" for number in (1, 2)]
    for number, part in enumerate(parts):
        tiny_model(part, seed=number)
    one, both = gguf.read_header(parts[0]), gguf.read_model(parts[0])
    assert (both.size, both.tensors, both.parameters) == (2 * one.size, 2 * one.tensors, 2 * one.parameters)
    assert both.weights.total == 2 * one.weights.total
    parts[1].unlink()
    with pytest.raises(gguf.BadModelFile, match="part 2 of 2 is missing"):
        gguf.read_model(parts[0])


def test_a_model_without_a_template_says_so(tmp_path: Path) -> None:
    assert not gguf.read_header(tiny_model(tmp_path / "plain.gguf", template="")).has_template


def test_the_kind_that_most_bytes_have_stands_in_for_a_missing_file_type(tmp_path: Path) -> None:
    path = tmp_path / "untyped.gguf"
    writer = GGUFWriter(path, "llama")
    import numpy

    writer.add_tensor("w", numpy.zeros((4, 4), dtype=numpy.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert gguf.read_header(path).quant == "F16"


def test_an_array_that_may_tell_layers_apart_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "arrays.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_array("llama.attention.head_count_kv", [0, 2, 0, 4])
    writer.add_array("llama.attention.sliding_window_pattern", [True, False])
    writer.add_array("llama.scales", [0.5, 0.25])
    writer.add_array("tokenizer.ggml.tokens", ["a", "b", "c"])
    writer.add_array("llama.long", list(range(gguf.LIMIT_KEPT + 1)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    head = gguf.read_header(path)
    assert head.of_model("attention.head_count_kv") == (0, 2, 0, 4)
    assert head.sizes_of_model("attention.head_count_kv", 6) == (0, 2, 0, 4, 0, 0)
    assert head.sizes_of_model("attention.sliding_window_pattern", 2) == (1, 0)
    assert head.of_model("scales") == 2
    assert head.number("tokenizer.ggml.tokens") == 3
    assert head.of_model("long") == gguf.LIMIT_KEPT + 1


def test_arrays_without_end_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.gguf"
    writer = GGUFWriter(path, "llama")
    for number in range(2 * gguf.LIMIT_KEPT_IN_ALL // gguf.LIMIT_KEPT):
        writer.add_array(f"llama.a{number}", [1] * gguf.LIMIT_KEPT)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    kept = [value for value in gguf.read_header(path).metadata.values() if isinstance(value, tuple)]
    assert sum(map(len, kept)) == gguf.LIMIT_KEPT_IN_ALL


def test_a_number_of_a_layer_is_never_negative(tmp_path: Path) -> None:
    head = gguf.Header(0, "", {"general.architecture": "llama", "llama.a": -1, "llama.b": (-3, 4), "llama.c": "x"})
    assert head.size_of_model("a") == 0
    assert head.sizes_of_model("b", 2) == (0, 4)
    assert head.size_of_model("c", 7) == head.size_of_model("nothing", 7) == 7
