"""The list of chats as rows: group labels and chats, newest first. Knows values only, no widget."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain.chat import Chat

UNTITLED = "New chat"

_Index = QModelIndex | QPersistentModelIndex
_NONE = QModelIndex()


class Heading(NamedTuple):
    """The label of a group."""

    text: str


def title_of(chat: Chat) -> str:
    """The title for people. Line breaks and the like in it would break a row."""
    return " ".join(chat.title.split()) or UNTITLED


def rows_of(chats: list[Chat], now: float) -> list[Chat | Heading]:
    """Chats under their groups' labels; within a group the newest is first."""
    rows: list[Chat | Heading] = []
    midnight, yesterday = _midnight(now, 0), _midnight(now, 1)
    groups: dict[str, list[Chat]] = {"Pinned": [], "Today": [], "Yesterday": [], "Earlier": []}
    for chat in sorted(chats, key=_newest_first):
        at = chat.updated_at
        # Comparing with two midnights instead of making 10,000 dates.
        name = "Pinned" if chat.pinned else "Today" if at >= midnight else "Yesterday" if at >= yesterday else "Earlier"
        groups[name].append(chat)
    for name, members in groups.items():
        if members:
            rows.append(Heading(name))
            rows.extend(members)
    return rows


class ChatModel(QAbstractListModel):
    """Rows for the sidebar. Labels can be neither selected nor reached with the arrow keys."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Chat | Heading] = []
        self._places: dict[int, int] = {}
        self._expected = 0

    def set_chats(self, chats: list[Chat], now: float | None = None) -> bool:
        """Show these chats; False if nothing changed."""
        rows = rows_of(chats, time.time() if now is None else now)
        if rows == self._rows and not self._expected:
            return False
        same_places = len(rows) == len(self._rows) and all(
            type(new) is type(old) and getattr(new, "id", None) == getattr(old, "id", None)
            for new, old in zip(rows, self._rows, strict=True)
        )
        if same_places and not self._expected:
            # Only titles changed: no reset, so that nothing scrolls and no rename is cut short.
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return True
        self.beginResetModel()
        self._rows, self._expected = rows, 0
        self._places = {row.id: place for place, row in enumerate(rows) if isinstance(row, Chat)}
        self.endResetModel()
        return True

    def expect(self, more: int) -> None:
        """Empty rows behind the others, for chats that are still being read; ``set_chats`` takes them away."""
        if more > 0:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + more - 1)
            self._expected = more
            self.endInsertRows()

    def chat(self, index: _Index) -> Chat | None:
        """The chat of a row; None for a label."""
        row = self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None
        return row if isinstance(row, Chat) else None

    def index_of(self, chat_id: int) -> QModelIndex:
        place = self._places.get(chat_id)
        return self.index(place) if place is not None else QModelIndex()

    def nearest(self, row: int) -> QModelIndex:
        """The chat in this row, or in the next one above or below that has one."""
        if row < 0:
            return QModelIndex()
        below = range(row, len(self._rows))
        above = range(min(row, len(self._rows)) - 1, -1, -1)
        for at in (*below, *above):
            if isinstance(self._rows[at], Chat):
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: _Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows) + self._expected

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.chat(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.row() >= len(self._rows):
            return "" if role == Qt.ItemDataRole.DisplayRole else None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.text if isinstance(row, Heading) else title_of(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, Chat):
            return "Pinned chat" if row.pinned else "Chat"
        return None


def _midnight(now: float, days_before: int) -> float:
    """When a day began, in seconds since the epoch."""
    today = time.localtime(now)
    return time.mktime((today.tm_year, today.tm_mon, today.tm_mday - days_before, 0, 0, 0, 0, 0, -1))


def _newest_first(chat: Chat) -> tuple[float, int]:
    return (-chat.updated_at, -chat.id)
