"""The list of chats as rows: group labels, folders and chats, newest first. Knows values only, no widget."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain.chat import Chat
from desktop.domain.folders import Folder
from desktop.translation import tr, tr_count, tr_later
from desktop.ui.parts.tooltip import plain

UNTITLED = tr_later("New chat")
PINNED, TODAY, YESTERDAY, EARLIER = _GROUPS = (
    tr_later("Pinned"),
    tr_later("Today"),
    tr_later("Yesterday"),
    tr_later("Earlier"),
)

_Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()


class Heading(NamedTuple):
    """The label of a group."""

    text: str


class Hint(NamedTuple):
    """A remark below an open folder that shows no chat."""

    text: str


Row = Chat | Folder | Heading | Hint
Key = tuple[type[Row], int]


def key_of(row: Chat | Folder) -> Key:
    """What names a row, whatever its words are by now."""
    return type(row), row.id


def title_of(chat: Chat) -> str:
    """The title for people. Line breaks and the like in it would break a row."""
    return " ".join(chat.title.split()) or tr(UNTITLED)


def rows_of(chats: list[Chat], now: float, folders: Sequence[Folder] = ()) -> list[Row]:
    """Chats under their groups' labels, and folders between those that are pinned and the others, with their chats if
    they are open. Within a group the newest is first; each chat is there once at most."""
    midnight, yesterday = _midnight(now, 0), _midnight(now, 1)
    groups: dict[str, list[Chat]] = {name: [] for name in _GROUPS}
    filed: dict[int | None, list[Chat]] = {folder.id: [] for folder in folders}
    for chat in sorted(chats, key=_newest_first):
        if chat.folder_id in filed and not chat.pinned:
            filed[chat.folder_id].append(chat)
            continue
        at = chat.updated_at
        # Comparing with two midnights instead of making 10,000 dates.
        name = PINNED if chat.pinned else TODAY if at >= midnight else YESTERDAY if at >= yesterday else EARLIER
        groups[name].append(chat)
    rows: list[Row] = []
    for name, members in groups.items():
        if members:
            rows.append(Heading(tr(name)))
            rows.extend(members)
        if name == PINNED and folders:
            rows.append(Heading(tr("Folders")))
            for folder in folders:
                rows.extend(_folder_rows(folder, filed[folder.id]))
    return rows


def _folder_rows(folder: Folder, chats: list[Chat]) -> list[Row]:
    shown = folder._replace(number=len(chats) if folder.number is None else folder.number)
    if not folder.is_open:
        return [shown]
    nothing = Hint(tr("No chats in it yet") if folder.rule.store else tr("Chats in it are not kept"))
    return [shown, *chats] if chats else [shown, nothing]


class ChatModel(QAbstractListModel):
    """Rows for the sidebar. Labels can be neither selected nor reached with the arrow keys."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._places: dict[Key, int] = {}
        self._closed: dict[int, int] = {}
        self._filed: set[int | None] = set()
        self._expected = 0

    def set_chats(self, chats: list[Chat], folders: Sequence[Folder] = (), now: float | None = None) -> bool:
        """Show these chats and folders; False if nothing changed."""
        rows = rows_of(chats, time.time() if now is None else now, folders)
        self._filed = {folder.id for folder in folders}
        closed = {folder.id for folder in folders if not folder.is_open}
        self._closed = {chat.id: chat.folder_id for chat in chats if chat.folder_id in closed and not chat.pinned}
        if rows == self._rows and not self._expected:
            return False
        same_places = len(rows) == len(self._rows) and all(
            type(new) is type(old) and getattr(new, "id", None) == getattr(old, "id", None)
            for new, old in zip(rows, self._rows, strict=True)
        )
        if same_places and not self._expected:
            # Only words changed: no reset, so that nothing scrolls and no rename is cut short.
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return True
        self.beginResetModel()
        self._rows, self._expected = rows, 0
        self._places = {key_of(row): place for place, row in enumerate(rows) if isinstance(row, (Chat, Folder))}
        self.endResetModel()
        return True

    def expect(self, more: int) -> None:
        """Empty rows behind the others, for chats that are still being read; ``set_chats`` takes them away."""
        if more > 0:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + more - 1)
            self._expected = more
            self.endInsertRows()

    def row(self, index: _Index) -> Chat | Folder | None:
        """What a row holds; None for a label."""
        row = self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None
        return row if isinstance(row, (Chat, Folder)) else None

    def chat(self, index: _Index) -> Chat | None:
        """The chat of a row."""
        row = self.row(index)
        return row if isinstance(row, Chat) else None

    def folder(self, index: _Index) -> Folder | None:
        """The folder of a row."""
        row = self.row(index)
        return row if isinstance(row, Folder) else None

    def is_inside(self, index: _Index) -> bool:
        """Whether a row stands in an open folder."""
        row = self._rows[index.row()] if index.row() < len(self._rows) else None
        if isinstance(row, Chat):
            return not row.pinned and row.folder_id in self._filed
        return isinstance(row, Hint)

    def folders(self) -> list[Folder]:
        """All folders, in order."""
        return [row for row in self._rows if isinstance(row, Folder)]

    def index_of(self, chat_id: int) -> QModelIndex:
        return self._index(Chat, chat_id)

    def index_of_folder(self, folder_id: int | None) -> QModelIndex:
        return self._index(Folder, folder_id)

    def index_of_row(self, row: Chat | Folder) -> QModelIndex:
        """Where a row is now."""
        return self._index(type(row), row.id)

    def around(self, chat_id: int | None) -> QModelIndex:
        """The closed folder that a chat is in, if it is in one."""
        return self.index_of_folder(self._closed.get(chat_id)) if chat_id is not None else QModelIndex()

    def nearest(self, row: int) -> QModelIndex:
        """The chat or folder in this row, or in the next one above or below that has one."""
        if row < 0:
            return QModelIndex()
        below = range(row, len(self._rows))
        above = range(min(row, len(self._rows)) - 1, -1, -1)
        for at in (*below, *above):
            if isinstance(self._rows[at], (Chat, Folder)):
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: _Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows) + self._expected

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.row(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.row() >= len(self._rows):
            return "" if role == Qt.ItemDataRole.DisplayRole else None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return title_of(row) if isinstance(row, Chat) else row.name if isinstance(row, Folder) else row.text
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._described(index, row)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, Folder):
            return plain(f"{row.name}. {row.rule.sentence}.")
        return None

    def _index(self, kind: type[Row], number: int | None) -> QModelIndex:
        place = self._places.get((kind, number)) if number is not None else None
        return self.index(place) if place is not None else QModelIndex()

    def _described(self, index: _Index, row: Row) -> str | None:
        """What a screen reader says behind the words of a row."""
        if isinstance(row, Folder):
            state = tr("Open") if row.is_open else tr("Closed")
            number = tr_count(row.number or 0, "1 chat", "%n chats")
            folder = tr("{state} folder, {number}.").format(state=state, number=number)
            return f"{folder} {row.rule.sentence}"
        if isinstance(row, Chat):
            return tr("Pinned chat") if row.pinned else tr("Chat in a folder") if self.is_inside(index) else tr("Chat")
        return None


def _midnight(now: float, days_before: int) -> float:
    """When a day began, in seconds since the epoch."""
    today = time.localtime(now)
    return time.mktime((today.tm_year, today.tm_mon, today.tm_mday - days_before, 0, 0, 0, 0, 0, -1))


def _newest_first(chat: Chat) -> tuple[float, int]:
    return (-chat.updated_at, -chat.id)
