"""Parts and token ids survive their way through bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chat import Part, PartKind
from desktop.storage.parts import pack, storable, tokens_from_bytes, tokens_to_bytes, unpack

IDS = st.lists(st.integers(-(2**31), 2**31 - 1)).map(tuple)
PARTS = st.lists(st.builds(Part, st.sampled_from(PartKind), st.text(), IDS)).map(tuple)


@given(PARTS)
def test_parts_come_back(parts: tuple[Part, ...]) -> None:
    assert unpack(pack(parts)) == parts


@given(IDS)
def test_ids_come_back(ids: tuple[int, ...]) -> None:
    assert tokens_from_bytes(tokens_to_bytes(ids)) == ids


def test_ids_are_small_ends_first() -> None:
    assert tokens_to_bytes((1, 256)) == bytes([1, 0, 0, 0, 0, 1, 0, 0])
    assert tokens_to_bytes(()) is None


@given(st.text(alphabet=st.characters(categories=["Cs", "L"])))
def test_any_text_can_be_stored(text: str) -> None:
    storable(text).encode()


@given(st.text())
def test_whole_text_is_left_as_it_is(text: str) -> None:
    assert storable(text) == text
