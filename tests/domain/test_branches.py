"""The tree of a chat: paths, versions, leaves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.branches import Tree
from desktop.domain.chat import Node, Role

USER, ASSISTANT = Role.USER, Role.ASSISTANT


def chat() -> Tree:
    """Question 1, answers 2 and 3; after 3 question 4 with answer 5, and beside it question 6."""
    return Tree(
        [
            Node(1, None, USER),
            Node(2, 1, ASSISTANT),
            Node(3, 1, ASSISTANT),
            Node(4, 3, USER),
            Node(5, 4, ASSISTANT),
            Node(6, 3, USER),
        ]
    )


def test_a_path_goes_from_the_first_message_to_the_leaf() -> None:
    assert chat().path(5) == [1, 3, 4, 5]
    assert chat().path(2) == [1, 2]


def test_a_chat_without_messages_has_an_empty_path() -> None:
    assert Tree().path(None) == []


def test_versions_are_siblings_of_the_same_role_oldest_first() -> None:
    assert chat().versions(3) == [2, 3]
    assert chat().versions(4) == [4, 6]
    assert chat().versions(1) == [1]


def test_the_newest_leaf_follows_the_newest_child() -> None:
    assert chat().newest_leaf(1) == 6
    assert chat().newest_leaf(4) == 5
    assert chat().newest_leaf(2) == 2


def test_a_loop_in_a_damaged_tree_ends_the_path() -> None:
    assert Tree([Node(1, 2, USER), Node(2, 1, USER)]).path(1) == [2, 1]


def test_a_missing_parent_ends_the_path() -> None:
    assert Tree([Node(5, 4, USER)]).path(5) == [5]


@given(st.lists(st.integers(0, 30), max_size=40))
def test_every_message_is_on_the_path_of_the_newest_leaf_below_it(parents: list[int]) -> None:
    tree = Tree([Node(at, min(parent, at - 1) or None, USER) for at, parent in enumerate(parents, 1)])
    for at in range(1, len(parents) + 1):
        assert at in tree.path(tree.newest_leaf(at))
