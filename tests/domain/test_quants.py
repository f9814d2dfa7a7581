"""Quantizations in words, and which files of a repository are one model."""

import pytest

from desktop.domain.gguf_kinds import FILE_TYPES
from desktop.domain.models import FileKind
from desktop.domain.names import split_parts
from desktop.domain.quants import (
    Quant,
    RepoFile,
    draft_for,
    kind_of_name,
    projector_for,
    suggested,
    variants,
)


@pytest.mark.parametrize(
    ("name", "bars", "words"),
    [
        ("IQ2_M", 1, "Loses a lot"),
        ("Q3_K_M", 2, "Loses some detail"),
        ("Q4_K_M", 3, "Best balance"),
        ("UD-Q4_K_XL", 3, "Best balance"),
        ("Q5_K_M", 4, "Very close to full"),
        ("Q6_K", 4, "Nearly full"),
        ("Q8_0", 5, "As good as full"),
        ("F16", 5, "Full"),
        ("fp16", 5, "Full"),
        ("Q9_Z", 0, "Quality unknown"),
    ],
)
def test_a_quantization_has_bars_and_words(name: str, bars: int, words: str) -> None:
    assert Quant(name).quality == (bars, words)


def test_every_name_a_file_can_give_itself_has_words() -> None:
    assert [name for name in FILE_TYPES.values() if not Quant(name).quality.bars] == []


def test_more_bits_never_look_worse() -> None:
    known = sorted((Quant(name) for name in FILE_TYPES.values()), key=lambda each: each.bits)
    bars = [each.quality.bars for each in known]
    assert bars == sorted(bars)


def test_the_parts_of_a_split_file_are_one_variant() -> None:
    parts = [RepoFile(f"Big-Q4_K_M-{part:05}-of-00003.gguf", 10) for part in (3, 1, 2)]
    (only,) = variants([*parts, RepoFile("README.md", 5)])
    assert only.name == "Big-Q4_K_M-00001-of-00003.gguf"
    assert [file.name[-19:-14] for file in only.files] == ["00001", "00002", "00003"]
    assert (only.size, only.quant.name, only.whole) == (30, "Q4_K_M", True)


def test_a_split_file_that_lacks_a_part_is_not_whole_and_never_suggested() -> None:
    (only,) = variants([RepoFile("Big-Q4_K_M-00002-of-00002.gguf", 10)])
    assert not only.whole
    assert suggested([only]) is None


@pytest.mark.parametrize("name", ["a-99999-of-99999.gguf", "a-00004-of-00003.gguf", "a-00000-of-00000.gguf", "a.gguf"])
def test_a_name_that_makes_no_sense_is_one_file(name: str) -> None:
    assert split_parts(name) == (name,)


def test_variants_come_from_the_smallest_to_the_fullest_with_what_is_no_chat_model_behind() -> None:
    names = ["m-F16.gguf", "m-Q8_0.gguf", "mmproj-m-F16.gguf", "m-Q3_K_M.gguf", "m-draft-Q8_0.gguf", "m-Q4_K_M.gguf"]
    found = variants([RepoFile(name, 100) for name in names])
    assert [(each.quant.name, each.kind) for each in found] == [
        ("Q3_K_M", FileKind.CHAT),
        ("Q4_K_M", FileKind.CHAT),
        ("Q8_0", FileKind.CHAT),
        ("F16", FileKind.CHAT),
        ("F16", FileKind.PROJECTOR),
        ("Q8_0", FileKind.DRAFT),
    ]
    best = suggested(found)
    assert best is not None
    assert best.quant.name == "Q4_K_M"


def test_a_folder_for_each_quantization_names_it() -> None:
    (only,) = variants([RepoFile("Q5_K_M/model-00001-of-00001.gguf", 1)])
    assert only.quant.name == "Q5_K_M"


def test_the_draft_to_offer_is_the_smallest_that_is_a_model_of_its_own() -> None:
    names = {"a-draft-Q8_0.gguf": 80, "a-draft-Q4_0.gguf": 40, "a-eagle3-draft.gguf": 10, "a-mtp.gguf": 5}
    found = draft_for(variants(RepoFile(name, size) for name, size in names.items()))
    assert found is not None
    assert found.name == "a-draft-Q4_0.gguf"
    assert draft_for(()) is None


def test_the_projector_to_fetch_is_the_smallest_of_sixteen_bits() -> None:
    files = [RepoFile("mmproj-F32.gguf", 400), RepoFile("mmproj-F16.gguf", 200), RepoFile("mmproj-Q8_0.gguf", 100)]
    found = projector_for(variants(files))
    assert found is not None
    assert found.name == "mmproj-F16.gguf"
    assert projector_for(()) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("nomic-embed-text-v1.5.Q8_0.gguf", FileKind.EMBEDDING),
        ("bge-m3-F16.gguf", FileKind.EMBEDDING),
        ("mmproj-model-f16.gguf", FileKind.PROJECTOR),
        ("imatrix.gguf", FileKind.OTHER),
        ("Qwen3-8B-Eagle3.gguf", FileKind.DRAFT),
        ("bridge5-7b.Q4_K_M.gguf", FileKind.CHAT),
        ("drafter-novels-7b.Q4_K_M.gguf", FileKind.CHAT),
    ],
)
def test_a_name_says_what_a_file_is_for(name: str, kind: FileKind) -> None:
    assert kind_of_name(name) is kind
