"""Which messages fit into the context."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chat import Role
from desktop.domain.context import fit

S, U, A = Role.SYSTEM, Role.USER, Role.ASSISTANT


def hundred_each(roles: list[Role]) -> Callable[[int], int]:
    return lambda dropped: 100 * (len(roles) - dropped)


def test_nothing_goes_while_everything_fits() -> None:
    roles = [U, A, U]
    assert fit(roles, hundred_each(roles), 400) == (0, 300)


def test_whole_turns_go_oldest_first() -> None:
    roles = [U, A, U, A, U]
    assert fit(roles, hundred_each(roles), 500) == (2, 300)


def test_room_for_an_answer_is_made_when_something_has_to_go() -> None:
    roles = [U, A] * 10 + [U]
    dropped, tokens = fit(roles, hundred_each(roles), 2000)
    assert tokens + 500 <= 2000
    assert dropped % 2 == 0


def test_the_system_prompt_stays() -> None:
    roles = [S, U, A, U]
    dropped, _ = fit(roles, lambda gone: 100 + 100 * (3 - gone), 300)
    assert dropped == 2


def test_the_last_question_is_never_left_out() -> None:
    assert fit([U, A, U], lambda gone: 10_000 - gone, 500) == (2, 9998)


def test_an_answer_that_is_carried_on_keeps_its_question() -> None:
    roles = [U, A, U, A]
    assert fit(roles, hundred_each(roles), 250) == (2, 200)


@given(st.integers(1, 30), st.integers(1, 5000), st.integers(0, 300))
def test_what_is_left_begins_with_a_question(turns: int, limit: int, each: int) -> None:
    roles = [U, A] * turns + [U]
    dropped, tokens = fit(roles, lambda gone: each * (len(roles) - gone), limit)
    assert roles[dropped] is U
    assert tokens == each * (len(roles) - dropped)
