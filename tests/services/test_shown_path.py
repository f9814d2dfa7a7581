"""The path that is shown: rows, versions, and what was not read yet."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.domain.branches import Tree
from desktop.domain.chat import Message, Node, Part, PartKind, Role, Statistics
from desktop.domain.context import Memory, Note
from desktop.services.shown_path import PAGE, Change, ShownPath


def message(id: int, parent: int | None, text: str = "", tokens: int = 0) -> Message:
    """Odd numbers are questions, even ones their answers."""
    cost = Statistics(tokens, 0, 10, 0.0, 0.0, 0.0) if tokens else None
    role = Role.USER if id % 2 else Role.ASSISTANT
    parts = (Part(PartKind.TEXT, text),) if text else ()
    return Message(id, 1, parent, role, parts, statistics=cost)


def tree_of(messages: Iterable[Message]) -> Tree:
    return Tree(Node(one.id, one.parent_id, one.role) for one in messages)


def shown(*messages: Message, leaf: int | None = None) -> ShownPath:
    tree = tree_of(messages)
    return ShownPath(tree, messages, tree.path(leaf if leaf is not None else messages[-1].id))


def ids(path: ShownPath) -> list[int]:
    return [path.id_at(row) for row in range(len(path))]


def test_a_new_chat_has_no_rows() -> None:
    path = ShownPath()
    assert (len(path), path.last(), path.tokens()) == (0, None, 0)


def test_a_message_behind_the_last_one_is_a_new_row() -> None:
    path = shown(message(1, None), message(2, 1))
    assert path.hang(message(3, 2)) is Change.GROWN
    assert (ids(path), path.row_of(3), path.last()) == ([1, 2, 3], 2, 3)


def test_a_message_that_is_there_has_another_text() -> None:
    path = shown(message(1, None), message(2, 1, "One"))
    assert path.hang(message(2, 1, "One and two")) is Change.TEXT
    assert path.message(1) == message(2, 1, "One and two")


def test_a_message_beside_another_one_is_another_path() -> None:
    path = shown(message(1, None), message(2, 1), message(3, 2))
    assert path.hang(message(4, 1)) is Change.PATH
    assert (ids(path), path.versions(1), path.row_of(2)) == ([1, 4], (1, 2), None)


def test_another_version_comes_with_what_followed_it() -> None:
    path = shown(message(1, None), message(2, 1), message(3, 2), message(4, 1), leaf=4)
    assert path.switch(1, -1) == 3
    assert ids(path) == [1, 2, 3]
    assert path.switch(1, -1) is None
    assert ids(path) == [1, 2, 3]


def test_messages_that_were_not_read_are_asked_for_once_and_a_page_at_a_time() -> None:
    everything = [message(id, id - 1 or None) for id in range(1, 301)]
    path = ShownPath(tree_of(everything), everything[-10:], range(1, 301))
    assert path.message(100) is None
    assert path.role(100) is Role.USER
    wanted = path.wanted_around(100)
    assert wanted == list(range(51, 51 + PAGE))
    assert path.wanted_around(100) == []
    assert path.arrived(wanted, [one for one in everything if one.id in wanted]) == (50, 50 + PAGE - 1)
    assert path.message(100) == everything[100]


def test_the_answer_follows_what_is_before_it_and_itself_where_it_goes_on() -> None:
    empty, begun = message(2, 1), message(2, 1, "Once")
    assert shown(message(1, None), empty).until(empty) == [1]
    assert shown(message(1, None), begun).until(begun) == [1, 2]


def test_the_next_prompt_begins_with_what_the_last_answer_saw_and_wrote() -> None:
    path = shown(message(1, None), message(2, 1, tokens=40), message(3, 2), message(4, 3, tokens=90), message(5, 4))
    assert path.tokens() == 100


def test_what_was_read_again_is_compared_with_what_is_known() -> None:
    first, second = message(1, None, "Hello"), message(2, 1, "Hi")
    path = shown(first, second)
    assert path.is_same(tree_of([first, second]), [second])
    assert not path.is_same(tree_of([first, second]), [message(2, 1, "Hello")])
    assert not path.is_same(tree_of([first, second, message(3, 2)]), [second])


def turns(count: int) -> list[Message]:
    return [message(at, at - 1 or None) for at in range(1, 2 * count + 1)]


def saw(one: Message, begins: int, unseen: int) -> Message:
    return one._replace(statistics=Statistics(10, begins=begins, unseen=unseen))


def path_with(messages: list[Message], *notes: Note, read: list[Message] | None = None) -> ShownPath:
    tree = tree_of(messages)
    return ShownPath(tree, messages if read is None else read, tree.path(messages[-1].id), notes)


def test_what_the_last_answer_saw_is_what_the_model_sees() -> None:
    *earlier, before, question, answer = turns(4)
    assert path_with([*earlier, before, question, answer]).memory() == Memory()
    path = path_with([*earlier, saw(before, 2, 2), question, saw(answer, 4, 3)])
    assert path.memory() == Memory(4, 3)


def test_of_an_answer_that_was_not_read_nothing_is_known() -> None:
    messages = [*turns(3)[:-1], saw(turns(3)[-1], 4, 4)]
    assert path_with(messages, read=messages[:4]).memory() == Memory()


def test_memory_begins_behind_what_the_note_stands_for() -> None:
    note = Note(4, "of the first two turns")
    path = path_with(turns(4), Note(2, "of the first turn"), note)
    assert path.memory() == Memory(4, 4, note)
    kept = [one._replace(pinned=one.id == 2) for one in turns(4)]
    assert path_with(kept, note).memory() == Memory(4, 2, note)
    path.remove_note(note)
    assert path.memory().begins == 2


def test_what_was_left_out_behind_a_note_counts_too() -> None:
    note = Note(2, "of the first turn")
    messages = turns(4)
    messages[-1] = saw(messages[-1], 4, 4)
    assert path_with(messages, note).memory() == Memory(4, 4, note)


def test_a_note_of_another_branch_says_nothing_here() -> None:
    first = turns(2)
    other = [*first, message(6, 1)]
    tree = tree_of(other)
    assert ShownPath(tree, other, tree.path(6), [Note(2, "of the other")]).memory() == Memory()
    # Nor does one behind which there is nothing yet.
    assert path_with(turns(2), Note(4, "of everything")).memory() == Memory()
