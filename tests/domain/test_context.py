"""What of a chat fits into the context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chat import Role
from desktop.domain.context import ROOM_SHARE, Said, end_of_summary, fit, fits, kept


class Line(NamedTuple):
    role: Role
    pinned: bool = False


S, U, A = Line(Role.SYSTEM), Line(Role.USER), Line(Role.ASSISTANT)
PINNED = Line(Role.USER, True)


def hundred_each(messages: Sequence[Said]) -> Callable[[int], int]:
    return lambda begins: 100 * len(kept(messages, begins))


def test_nothing_goes_while_everything_fits() -> None:
    messages = [U, A, U]
    assert fit(messages, hundred_each(messages), 400) == (0, 300)


def test_whole_turns_go_oldest_first() -> None:
    messages = [U, A, U, A, U]
    assert fit(messages, hundred_each(messages), 500) == (2, 300)


def test_room_for_an_answer_is_made_when_something_has_to_go() -> None:
    messages = [U, A] * 10 + [U]
    begins, tokens = fit(messages, hundred_each(messages), 2000)
    assert tokens + 500 <= 2000
    assert begins % 2 == 0


def test_the_system_prompt_stays() -> None:
    messages = [S, U, A, U]
    begins, _ = fit(messages, hundred_each(messages), 300)
    assert kept(messages, begins) == [0, 3]


def test_the_turn_of_a_pinned_message_stays() -> None:
    messages = [S, U, A, PINNED, A, U, A, U]
    begins, _ = fit(messages, hundred_each(messages), 500)
    assert kept(messages, begins) == [0, 3, 4, 7]


def test_a_pinned_answer_keeps_its_question() -> None:
    messages = [U, Line(Role.ASSISTANT, True), U, A, U]
    begins, _ = fit(messages, hundred_each(messages), 400)
    assert kept(messages, begins) == [0, 1, 4]


def test_the_last_question_is_never_left_out() -> None:
    assert fit([U, A, U], lambda begins: 10_000 - begins, 500) == (2, 9998)


def test_an_answer_that_is_carried_on_keeps_its_question() -> None:
    messages = [U, A, U, A]
    assert fit(messages, hundred_each(messages), 250) == (2, 200)


def test_a_cut_holds_as_long_as_there_is_a_little_room() -> None:
    messages = [U, A] * 6 + [U]
    assert fit(messages, hundred_each(messages), 1000) == (6, 700)
    assert fit(messages, hundred_each(messages), 1000, since=4) == (4, 900)
    assert fit(messages, hundred_each(messages), 1000, since=2) == (6, 700)


def test_a_larger_context_sees_more_again() -> None:
    messages = [U, A] * 6 + [U]
    assert fit(messages, hundred_each(messages), 2000, since=8) == (0, 1300)
    assert fit(messages, hundred_each(messages), 1300, since=10) == (4, 900)


turns = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30)


def chat_of(drawn: list[tuple[bool, bool, int]], system: bool) -> list[Line]:
    """Turns with up to three answers (someone may have been interrupted), and a last question."""
    messages = [S] if system else []
    for question, answer, answers in drawn:
        messages += [Line(Role.USER, question), *[Line(Role.ASSISTANT, answer)] * answers]
    return [*messages, U]


@given(turns, st.booleans(), st.data())
def test_what_is_left_is_in_order_whole_and_fits(
    drawn: list[tuple[bool, bool, int]], system: bool, data: st.DataObject
) -> None:
    messages = chat_of(drawn, system)
    sizes = data.draw(st.lists(st.integers(1, 300), min_size=len(messages), max_size=len(messages)))
    limit, since = data.draw(st.integers(1, 5000)), data.draw(st.integers(0, len(messages)))
    begins, tokens = fit(messages, lambda at: sum(sizes[index] for index in kept(messages, at)), limit, since)
    left = kept(messages, begins)
    assert left == sorted(set(left))
    assert tokens == sum(sizes[index] for index in left)
    gone = set(range(len(messages))) - set(left)
    assert not any(messages[index].pinned or messages[index].role is Role.SYSTEM for index in gone)
    assert len(messages) - 1 in left
    assert begins == 0 or messages[begins].role is Role.USER
    # What is left begins with a question, and every answer has its own.
    for before, after in zip([None, *left], left, strict=False):
        assert messages[after].role is not Role.ASSISTANT or before == after - 1
    must_stay = kept(messages, len(messages) - 1)
    if sum(sizes[index] for index in must_stay) + limit // ROOM_SHARE <= limit:
        assert fits(tokens, limit)


@given(turns, st.booleans(), st.floats(0, 1), st.data())
def test_a_summary_ends_where_a_turn_begins(
    drawn: list[tuple[bool, bool, int]], system: bool, share: float, data: st.DataObject
) -> None:
    messages = chat_of(drawn, system)
    sizes = data.draw(st.lists(st.integers(1, 300), min_size=len(messages), max_size=len(messages)))
    end = end_of_summary(messages, sizes, 0, share)
    assert end == 0 or messages[end].role is Role.USER
    assert end < len(messages)
    if any(index not in kept(messages, len(messages) - 1) for index in range(len(messages))):
        assert end > 0


def test_a_summary_leaves_the_share_that_may_stay() -> None:
    messages = [U, A] * 5 + [U]
    assert end_of_summary(messages, [100] * 11, 0, 0.5) == 6
    assert end_of_summary(messages, [100] * 11, 6, 0.5) == 10
    assert end_of_summary([U], [100], 0, 0.5) == 0
