"""What one process of the start tells the other arrives as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import told
from desktop.domain.branches import Tree
from desktop.domain.chat import (
    AtLimit,
    Chat,
    FinishReason,
    Message,
    Node,
    Part,
    PartKind,
    Role,
    Statistics,
    Status,
    TitleOrigin,
)
from desktop.domain.context import Note
from desktop.domain.folders import Folder, Rule
from desktop.domain.glance import Glance, Opened
from desktop.errors import AppError
from desktop.told import Unlocked

numbers, times = st.integers(0, 1 << 50), st.floats(0, 1e6)
chats = st.builds(
    Chat,
    numbers,
    st.text(),
    st.sampled_from(TitleOrigin),
    st.floats(0, 1e10),
    st.floats(0, 1e10),
    st.booleans(),
    st.none() | numbers,
    st.text(),
    st.sampled_from(AtLimit),
    st.none() | numbers,
)
folders = st.builds(
    Folder, numbers, st.text(), st.builds(Rule, st.none() | numbers, st.booleans()), st.booleans(), st.none() | numbers
)
parts = st.builds(Part, st.sampled_from(PartKind), st.text(), st.lists(numbers).map(tuple))
messages = st.builds(
    Message,
    numbers,
    numbers,
    st.none() | numbers,
    st.sampled_from(Role),
    st.lists(parts, max_size=3).map(tuple),
    st.sampled_from(Status),
    st.floats(0, 1e10),
    st.text(),
    st.text(),
    st.none() | st.sampled_from(FinishReason),
    st.none() | st.builds(Statistics, numbers, numbers, numbers, times, times, times, numbers, numbers),
    st.text(),
    st.booleans(),
)
notes = st.builds(Note, numbers, st.text(), st.text(), st.booleans())


@given(
    st.binary(min_size=32, max_size=32),
    st.lists(chats, max_size=3),
    st.none() | chats,
    st.lists(messages, max_size=3),
    st.text(),
    st.lists(notes, max_size=2),
    st.lists(folders, max_size=2),
)
def test_a_key_and_what_was_seen(
    key: bytes,
    listed: list[Chat],
    chat: Chat | None,
    shown: list[Message],
    draft: str,
    noted: list[Note],
    kept: list[Folder],
) -> None:
    nodes = [Node(at, at - 1 or None, role) for at, role in enumerate(Role, 1)]
    glance = Glance(listed, 7, Opened(chat, Tree(nodes), [1, 2, 3], shown, draft, noted), kept)
    heard = told.understood(told.line_of(Unlocked(key, glance)))
    assert heard.key == key
    assert heard.seen is not None
    assert heard.seen.opened.tree.nodes() == nodes
    same = glance.opened.tree
    assert heard.seen._replace(opened=heard.seen.opened._replace(tree=same)) == glance
    for listed_chat in heard.seen.chats:
        assert type(listed_chat.at_limit) is AtLimit
    for message in heard.seen.opened.messages:
        assert (type(message.role), type(message.status)) == (Role, Status)
        assert all(type(part) is Part and type(part.kind) is PartKind for part in message.parts)


def test_a_key_without_a_glance() -> None:
    assert told.understood(told.line_of(Unlocked(b"k" * 32, None))) == Unlocked(b"k" * 32, None)


def test_a_refusal() -> None:
    with pytest.raises(AppError) as refused:
        told.understood(told.line_of(AppError("CODE", "It happened.", "All is safe.", "Do this.", "detail")))
    assert (refused.value.code, refused.value.sentence) == ("CODE", "It happened. All is safe. Do this.")
    assert refused.value.detail == "detail"
