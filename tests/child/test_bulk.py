"""Bytes in bulk between two sides: whole, or known not to be."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.child import bulk
from desktop.child.bulk import BLOCK, Broken, Bulk


def both() -> tuple[Bulk, Bulk]:
    """Two sides in one process."""
    ours, ends = bulk.pair()
    reads, writes = map(os.dup, ends._ends)
    ends.close()
    return ours, Bulk(reads, writes)


def beside(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


@given(st.lists(st.binary(max_size=200), max_size=6), st.lists(st.binary(max_size=200), max_size=6))
def test_what_is_sent_arrives_one_thing_after_the_other(first: list[bytes], second: list[bytes]) -> None:
    ours, theirs = both()
    ours.write(first)
    ours.write(second)
    assert b"".join(theirs.read()) == b"".join(first)
    assert b"".join(theirs.read()) == b"".join(second)


def test_more_than_a_pipe_holds_goes_through_both_ways() -> None:
    ours, theirs = both()
    data = os.urandom(3 * BLOCK + 17)
    for one, other in ((ours, theirs), (theirs, ours)):
        sending = beside(lambda one=one: one.write([data[:100], bytearray(data[100:])]))
        assert b"".join(other.read()) == data
        sending.join()


def test_a_source_that_fails_is_told_to_the_other_side_which_goes_on_hearing() -> None:
    def fails() -> Iterator[bytes]:
        yield b"some"
        raise ValueError

    ours, theirs = both()
    with pytest.raises(ValueError):  # noqa: PT011
        ours.write(fails())
    ours.give_up()
    ours.write([b"next"])
    for _ in range(2):
        with pytest.raises(Broken):
            list(theirs.read())
    assert list(theirs.read()) == [b"next"]


def test_a_side_that_is_gone_breaks_it() -> None:
    ours, theirs = both()
    ours.write([b"half"])
    del ours
    assert list(theirs.read()) == [b"half"]
    with pytest.raises(Broken):
        list(theirs.read())
    with pytest.raises(Broken):
        theirs.write([b"anything"])


def test_a_child_without_one_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bulk.VARIABLE, raising=False)
    assert Bulk.inherited() is None


def test_a_child_finds_its_ends_and_passes_them_on_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, ends = bulk.pair()
    for name, value in ends.environment().items():
        monkeypatch.setenv(name, value)
    theirs = Bulk.inherited()
    assert theirs is not None
    assert bulk.VARIABLE not in os.environ
    assert not any(os.get_inheritable(end) for end in ends._ends)
    ours.write([b"hello"])
    assert list(theirs.read()) == [b"hello"]
