"""The messages of a chat along the path that is shown, by row. Values only: it reads nothing and tells nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from desktop.domain import context
from desktop.domain.branches import Tree
from desktop.domain.chat import Message, Node, Role
from desktop.domain.context import Memory, Note

PAGE = 100
"""Messages that are read together when one of them is asked for."""


class Change(IntEnum):
    """What a new message does to the rows; the larger one tells the smaller one too."""

    TEXT = 0
    GROWN = 1
    PATH = 2


class ShownPath:
    """The tree of one chat, the path through it, and those of its messages that were read."""

    def __init__(
        self,
        tree: Tree | None = None,
        messages: Iterable[Message] = (),
        path: Sequence[int] = (),
        notes: Iterable[Note] = (),
    ) -> None:
        """``path``: the ids from the first message to the active leaf. ``notes``: those of the whole chat."""
        self._tree = Tree() if tree is None else tree
        self._messages = {message.id: message for message in messages}
        self._notes = {note.message_id: note for note in notes}
        self._asked: set[int] = set()
        self._path: list[int] = []
        self._row_of: dict[int, int] = {}
        self._follow(path)

    def __len__(self) -> int:
        return len(self._path)

    # --- looking

    def id_at(self, row: int) -> int:
        return self._path[row]

    def ids(self) -> list[int]:
        """The messages of the path, oldest first."""
        return list(self._path)

    def row_of(self, message_id: int) -> int | None:
        return self._row_of.get(message_id)

    def last(self) -> int | None:
        """The message that the next one follows."""
        return self._path[-1] if self._path else None

    def role(self, row: int) -> Role:
        """Known also where the message itself was not read yet."""
        return self._tree.role(self._path[row])

    def message(self, row: int) -> Message | None:
        """None: not read yet."""
        return self._messages.get(self._path[row])

    def versions(self, row: int) -> tuple[int, int]:
        """Which version of the message is shown (from 0), and how many there are."""
        ids = self._tree.versions(self._path[row])
        return ids.index(self._path[row]), len(ids)

    def is_same(self, tree: Tree, messages: Iterable[Message], notes: Sequence[Note] = ()) -> bool:
        """Whether what was read again is what is known already."""
        same = self.notes() == sorted(notes)
        return same and len(tree) == len(self._tree) and all(self._messages.get(new.id) == new for new in messages)

    def tokens(self) -> int:
        """Tokens that the next prompt begins with: those of the newest answer whose figures are known."""
        for message_id in reversed(self._path):
            message = self._messages.get(message_id)
            if message is None:
                return 0
            if message.statistics is not None:
                return message.statistics.prompt_tokens + message.statistics.generated_tokens
        return 0

    def notes(self) -> list[Note]:
        """What stands in prompts in the place of what the model no longer sees, on every branch."""
        return sorted(self._notes.values())

    def memory(self) -> Memory:
        """What of the chat the model saw when it answered last, as far as that is known, and will see by a note."""
        ends = [self._row_of[note.message_id] for note in self.notes() if note.message_id in self._row_of]
        start = max((row + 1 for row in ends if row + 1 < len(self)), default=0)
        note = self._notes[self._path[start - 1]] if start else None
        begins, unseen = self._last_seen()
        if begins > start or not start:
            return Memory(begins, unseen, note)
        known = [self._messages.get(message_id) for message_id in self._path]
        loaded = [message for message in known if message is not None]
        return Memory(start, len(self) - len(context.kept(loaded, start)) if len(loaded) == len(self) else start, note)

    def _last_seen(self) -> tuple[int, int]:
        for message_id in reversed(self._path):
            message = self._messages.get(message_id)
            if message is None:
                break
            if message.statistics is not None:
                return message.statistics.begins, message.statistics.unseen
        return 0, 0

    # --- reading what is missing

    def wanted_around(self, row: int) -> list[int]:
        """Messages near a row that were neither read nor asked for; they count as asked for now."""
        first = max(0, row - PAGE // 2)
        wanted = [one for one in self.missing(self._path[first : first + PAGE]) if one not in self._asked]
        self._asked.update(wanted)
        return wanted

    def arrived(self, wanted: Iterable[int], messages: Sequence[Message]) -> tuple[int, int] | None:
        """What was asked for was read; first and last row that have a message now."""
        self._asked.difference_update(wanted)
        self.keep(messages)
        rows = [self._row_of[message.id] for message in messages if message.id in self._row_of]
        return (min(rows), max(rows)) if rows else None

    def missing(self, ids: Iterable[int]) -> list[int]:
        return [message_id for message_id in ids if message_id not in self._messages]

    def keep(self, messages: Iterable[Message]) -> None:
        """These were read, or are other ones now."""
        self._messages.update((message.id, message) for message in messages)

    def set_note(self, note: Note) -> None:
        """It stands in prompts from now on."""
        self._notes[note.message_id] = note

    def remove_note(self, note: Note) -> None:
        self._notes.pop(note.message_id, None)

    def until(self, message: Message) -> list[int]:
        """Messages that an answer follows; it is one of them where it is only carried on with."""
        return self._path[: self._row_of[message.id] + bool(message.parts)]

    def known(self, ids: Iterable[int]) -> list[Message]:
        """The messages of these ids, all of which were read."""
        return [self._messages[message_id] for message_id in ids]

    # --- changing

    def hang(self, message: Message) -> Change:
        """Hang a message into the tree and the path, behind its parent."""
        self._messages[message.id] = message
        if message.id not in self._tree:
            self._tree.add(Node(message.id, message.parent_id, message.role))
        if message.id in self._row_of:
            return Change.TEXT
        row = self._row_of.get(message.parent_id, -1) + 1 if message.parent_id is not None else 0
        if row < len(self._path):
            self._follow(self._tree.path(message.id))
            return Change.PATH
        self._path.append(message.id)
        self._row_of[message.id] = row
        return Change.GROWN

    def switch(self, row: int, step: int) -> int | None:
        """Show another version of a message, and what followed it; the new leaf, or None: there is no such version."""
        ids = self._tree.versions(self._path[row])
        at = ids.index(self._path[row]) + step
        if not 0 <= at < len(ids):
            return None
        leaf = self._tree.newest_leaf(ids[at])
        self._follow(self._tree.path(leaf))
        return leaf

    def _follow(self, path: Iterable[int]) -> None:
        self._path = list(path)
        self._row_of = {message_id: row for row, message_id in enumerate(self._path)}
