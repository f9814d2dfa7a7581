"""Walking the tree of a chat: the path that is shown, and the versions beside each message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from desktop.domain.chat import Node, Role

_ROLES = {role.value: role for role in Role}


class Tree:
    """The messages of one chat, by parent, without their words. Children are in the order they were written.

    Kept in columns: the tree of a long chat is made before the window is there, and three lists are made in no time
    where ten thousand nodes are not.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        in_order = sorted(nodes)
        self._parents = {node.id: node.parent_id for node in in_order}
        self._roles = {node.id: node.role for node in in_order}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        for message_id, parent_id in self._parents.items():
            self._children[parent_id].append(message_id)

    @classmethod
    def of_columns(cls, ids: Sequence[int], parents: Sequence[int | None], roles: Sequence[str]) -> Tree:
        """The same from ids in the order they were written, their parents and their roles (values of ``Role``)."""
        tree = cls()
        tree._parents = dict(zip(ids, parents, strict=True))
        tree._roles = dict(zip(ids, map(_ROLES.__getitem__, roles), strict=True))
        for message_id, parent_id in tree._parents.items():
            tree._children[parent_id].append(message_id)
        return tree

    def columns(self) -> tuple[list[int], list[int | None], list[Role]]:
        """Ids, parents and roles, for ``of_columns``."""
        return list(self._parents), list(self._parents.values()), list(self._roles.values())

    def __contains__(self, message_id: int) -> bool:
        return message_id in self._parents

    def __len__(self) -> int:
        return len(self._parents)

    def add(self, node: Node) -> None:
        """Hang a new message under its parent."""
        self._parents[node.id], self._roles[node.id] = node.parent_id, node.role
        self._children[node.parent_id].append(node.id)

    def nodes(self) -> list[Node]:
        """In the order they were written."""
        return list(map(Node, *self.columns()))

    def role(self, message_id: int) -> Role:
        return self._roles[message_id]

    def path(self, leaf: int | None) -> list[int]:
        """Messages from the first to ``leaf``. A loop or a missing parent ends the path instead of hanging."""
        upwards: dict[int, None] = {}
        at = leaf
        while at is not None and at in self._parents and at not in upwards:
            upwards[at] = None
            at = self._parents[at]
        return list(reversed(upwards))

    def versions(self, message_id: int) -> list[int]:
        """This message and its siblings of the same role, oldest first."""
        role = self._roles[message_id]
        return [other for other in self._children[self._parents[message_id]] if self._roles[other] is role]

    def newest_leaf(self, message_id: int | None) -> int | None:
        """The leaf reached from here by always taking the newest child; the message itself if it has none."""
        at = message_id
        while children := self._children.get(at):
            at = children[-1]
        return at
