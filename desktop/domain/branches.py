"""Walking the tree of a chat: the path that is shown, and the versions beside each message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from desktop.domain.chat import Node


class Tree:
    """The messages of one chat, by parent. Children are in the order they were written."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        in_order = sorted(nodes)
        self._nodes = {node.id: node for node in in_order}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        for message_id, parent_id, _ in in_order:
            self._children[parent_id].append(message_id)

    def __contains__(self, message_id: int) -> bool:
        return message_id in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, node: Node) -> None:
        """Hang a new message under its parent."""
        self._nodes[node.id] = node
        self._children[node.parent_id].append(node.id)

    def node(self, message_id: int) -> Node:
        return self._nodes[message_id]

    def path(self, leaf: int | None) -> list[int]:
        """Messages from the first to ``leaf``. A loop or a missing parent ends the path instead of hanging."""
        upwards: dict[int, None] = {}
        at = leaf
        while at is not None and at in self._nodes and at not in upwards:
            upwards[at] = None
            at = self._nodes[at].parent_id
        return list(reversed(upwards))

    def versions(self, message_id: int) -> list[int]:
        """This message and its siblings of the same role, oldest first."""
        node = self._nodes[message_id]
        return [other for other in self._children[node.parent_id] if self._nodes[other].role is node.role]

    def newest_leaf(self, message_id: int | None) -> int | None:
        """The leaf reached from here by always taking the newest child; the message itself if it has none."""
        at = message_id
        while children := self._children.get(at):
            at = children[-1]
        return at
