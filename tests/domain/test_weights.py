"""Where weights belong: to a layer, to the beginning or to the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.gguf import read_header
from desktop.domain.weights import LIMIT_LAYERS, WeightsCount
from tests.fixtures.architectures import KINDS, write_model


@pytest.mark.parametrize("kind", KINDS)
def test_no_byte_is_lost_and_none_is_counted_twice(kind: str, tmp_path: Path) -> None:
    header = read_header(write_model(tmp_path / "m.gguf", kind))
    assert header.weights.total == sum(header.kinds.values())
    assert len(header.weights.layers) == header.layers


def test_experts_are_part_of_their_layer(tmp_path: Path) -> None:
    weights = read_header(write_model(tmp_path / "m.gguf", "mixture")).weights
    assert all(0 < experts < layer for experts, layer in zip(weights.experts, weights.layers, strict=True))
    assert not any(read_header(write_model(tmp_path / "d.gguf", "dense")).weights.experts)


def test_a_table_that_is_used_at_both_ends_is_known(tmp_path: Path) -> None:
    tied = read_header(write_model(tmp_path / "tied.gguf", "dense", tied=True)).weights
    apart = read_header(write_model(tmp_path / "apart.gguf", "dense")).weights
    assert tied.tied == tied.input == apart.input
    assert apart.tied == 0
    assert apart.output > tied.output


@given(st.dictionaries(st.text(max_size=40) | st.from_regex(r"blk\.[0-9]{1,9}\.\w{1,9}"), st.integers(0, 1 << 50)))
def test_names_of_any_kind_are_counted_once(tensors: dict[str, int]) -> None:
    count = WeightsCount()
    for name, size in tensors.items():
        count.add(name, size)
    assert count.total().total == sum(tensors.values())
    assert len(count.total().layers) <= LIMIT_LAYERS
