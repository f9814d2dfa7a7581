"""Lines of JSON between processes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.child.wire import Decoder, ProtocolError, UnknownMessage, encode


class Say(msgspec.Struct, tag="say"):
    id: int
    text: str


class Stop(msgspec.Struct, tag="stop"):
    id: int


def decoder(limit: int = 1000) -> Decoder[Say | Stop]:
    return Decoder(Say | Stop, limit)


@given(st.text(), st.integers(1, 9))
def test_a_message_arrives_however_the_bytes_are_cut(text: str, step: int) -> None:
    data, reader = encode(Say(1, text)) + encode(Stop(2)), decoder(100_000)
    lines = [line for at in range(0, len(data), step) for line in reader.lines(data[at : at + step])]
    assert [reader.message(line) for line in lines] == [Say(1, text), Stop(2)]


def test_text_with_line_ends_stays_one_line() -> None:
    assert encode(Say(1, "a\nb\u2028c")).count(b"\n") == 1


def test_a_line_over_the_limit_is_a_failure_before_it_ends() -> None:
    with pytest.raises(ProtocolError, match="longer"):
        decoder(10).lines(b"x" * 11)


def test_a_complete_line_over_the_limit_is_a_failure_too() -> None:
    with pytest.raises(ProtocolError, match="longer"):
        decoder(10).lines(b"x" * 11 + b"\n")


@pytest.mark.parametrize("line", [b"not json", b"[]", b'{"type":"say","id":"one","text":""}', b'{"id":1}', b"\xff"])
def test_what_is_no_message_is_a_failure(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decoder().message(line)


def test_a_message_from_the_future_is_told_apart_from_garbage() -> None:
    with pytest.raises(UnknownMessage):
        decoder().message(b'{"type":"sing","id":1}')
