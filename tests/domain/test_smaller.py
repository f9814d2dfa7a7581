"""Which smaller copies can be made of a model. That the sizes are llama.cpp's own, ``tests/quantiser`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.domain import gguf
from desktop.domain.fit import Room
from desktop.domain.fitness import Fitness
from desktop.domain.gguf import Tensor
from desktop.domain.models import FileKind, InstalledModel
from desktop.domain.smaller import TARGETS, possible, smaller_ones
from desktop.domain.trust import Check, Finding
from tests.fixtures.models import tiny_model

PLENTY = Room(8 << 30, 8 << 30)
FULL = InstalledModel(1, "/m-F16.gguf", "M", "F16", checked=Check(1.0))


@pytest.mark.parametrize("quant", ["F32", "BF16", "fp16", "Q8_0"])
def test_what_is_kept_in_full_can_be_made_smaller(quant: str) -> None:
    assert possible(FULL._replace(quant=quant))


@pytest.mark.parametrize("quant", ["Q6_K", "Q4_K_M", "MXFP4", ""])
def test_what_has_lost_more_already_is_left_alone(quant: str) -> None:
    assert not possible(FULL._replace(quant=quant))


def test_a_file_that_is_gone_doubtful_or_no_chat_model_is_left_alone() -> None:
    asks = Check(1.0, (Finding("X", "Look.", asks=True),))
    for other in ({"available": False}, {"checked": asks}, {"kind": FileKind.EMBEDDING}):
        assert not possible(FULL._replace(**other))


def test_the_copies_go_from_the_fullest_to_the_smallest_and_one_is_suggested(tmp_path: Path) -> None:
    tensors: list[Tensor] = []
    header = gguf.read_model(tiny_model(tmp_path / "m-F16.gguf", width=256, half=True), tensors)
    found = smaller_ones(header, tensors, PLENTY)
    assert [each.quant.name for each in found] == list(TARGETS)
    sizes = [header.size, *(each.size for each in found)]
    assert sizes == sorted(sizes, reverse=True)
    assert [each.quant.name for each in found if each.suggested] == ["Q4_K_M"]
    assert {each.judged.fitness for each in found} == {Fitness.GREAT}
    assert {each.judged.fitness for each in smaller_ones(header, tensors, Room(0, 1 << 20))} == {Fitness.TOO_BIG}
