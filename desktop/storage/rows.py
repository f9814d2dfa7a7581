"""From rows to the values of a conversation. Reads only; every function takes an open connection.

Knows nothing of SQLAlchemy: ``glance`` reads with these functions before it is imported.

Plain SQL where ten thousand rows are read at once. Lists of ids travel as one JSON value, so that no number of them
meets SQLite's limit of variables and the statement stays the same. The tree of a chat comes back as one, too: a row of
its own for each message would hand Python's lock back and forth ten thousand times, while the window waits for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, cast

from desktop.domain.branches import Tree
from desktop.domain.chat import AtLimit, Chat, FinishReason, Message, Part, Role, Statistics, Status, TitleOrigin
from desktop.domain.context import Note
from desktop.domain.folders import Folder, Rule, by_name
from desktop.storage.parts import kind_of, tokens_from_bytes, unpack

NEW_CHAT = 0
"""Where the draft of a chat is kept that does not exist yet."""

_ORIGINS = {origin.value: origin for origin in TitleOrigin}
_LIMITS = {limit.value: limit for limit in AtLimit}
_ROLES = {role.value: role for role in Role}
_STATUSES = {status.value: status for status in Status}
_REASONS: dict[str | None, FinishReason | None] = {None: None, **{reason.value: reason for reason in FinishReason}}

_CHAT = (
    "SELECT id, title, title_origin, created_at, updated_at, pinned, active_leaf, system_prompt, at_limit, folder_id"
    " FROM chat"
)
_FOLDER = "SELECT id, name, keep_days, store, is_open"
_STANDING = "(SELECT count(*) FROM chat WHERE folder_id = folder.id AND deleted_at IS NULL AND NOT pinned)"
_MESSAGE = (
    "SELECT id, chat_id, parent_id, role, status, created_at, model_name, model_key, finish_reason, statistics,"
    " failure, pinned FROM message"
)
_THESE = "IN (SELECT value FROM json_each(?))"


class Rows(Protocol):
    """What a statement gives back."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Reader(Protocol):
    """What of a connection is needed here; SQLAlchemy's has it."""

    def exec_driver_sql(self, statement: str, parameters: Any = ..., /) -> Rows: ...


def chats(connection: Reader) -> list[Chat]:
    """All chats that are not deleted, newest first."""
    rows = connection.exec_driver_sql(f"{_CHAT} WHERE deleted_at IS NULL ORDER BY sequence DESC").fetchall()
    return [_chat(row) for row in rows]


def first_chats(connection: Reader, number: int) -> list[Chat]:
    """What a list of chats begins with: the newest ``number`` of those in no folder and of each open folder, and every
    pinned one, newest first."""
    newest = "SELECT id FROM chat WHERE deleted_at IS NULL AND folder_id IS NULL ORDER BY sequence DESC LIMIT ?"
    pinned = "SELECT id FROM chat WHERE deleted_at IS NULL AND pinned"
    place = "row_number() OVER (PARTITION BY folder_id ORDER BY sequence DESC)"
    filed = (
        f"SELECT id FROM (SELECT chat.id AS id, {place} AS place FROM folder JOIN chat ON folder_id = folder.id"
        " WHERE is_open AND deleted_at IS NULL AND NOT pinned) WHERE place <= ?"
    )
    rows = connection.exec_driver_sql(
        f"{_CHAT} WHERE id IN (SELECT id FROM ({newest}) UNION {pinned} UNION {filed}) ORDER BY sequence DESC",
        (number, number),
    ).fetchall()
    return [_chat(row) for row in rows]


def folders(connection: Reader, *, counted: bool = False) -> list[Folder]:
    """All folders by name; ``counted`` with how many chats stand in each."""
    number = _STANDING if counted else "NULL"
    return by_name([_folder(row) for row in connection.exec_driver_sql(f"{_FOLDER}, {number} FROM folder").fetchall()])


def require_folder(connection: Reader, folder_id: int) -> Folder:
    """One folder.

    Raises:
        AppError: FOLDER_GONE.
    """
    from desktop.storage import failures

    row = connection.exec_driver_sql(f"{_FOLDER}, NULL FROM folder WHERE id = ?", (folder_id,)).fetchone()
    if row is None:
        raise failures.failure(failures.FOLDER_GONE)
    return _folder(row)


def number_of_chats(connection: Reader) -> int:
    """How many there are that are not deleted."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM chat WHERE deleted_at IS NULL").fetchone()[0])


def existing_chats(connection: Reader, ids: Iterable[int]) -> set[int]:
    """Those of these chats that there are and that are not deleted."""
    wanted = json.dumps(list(ids))
    rows = connection.exec_driver_sql(f"SELECT id FROM chat WHERE deleted_at IS NULL AND id {_THESE}", (wanted,))
    return {int(row[0]) for row in rows}


def chat(connection: Reader, chat_id: int) -> Chat | None:
    """One chat, unless it is deleted."""
    row = connection.exec_driver_sql(f"{_CHAT} WHERE id = ? AND deleted_at IS NULL", (chat_id,)).fetchone()
    return None if row is None else _chat(row)


def require_chat(connection: Reader, chat_id: int) -> Chat:
    """One chat.

    Raises:
        AppError: CHAT_GONE.
    """
    from desktop.storage import failures

    found = chat(connection, chat_id)
    if found is None:
        raise failures.failure(failures.CHAT_GONE)
    return found


def tree(connection: Reader, chat_id: int) -> Tree:
    """All messages of a chat without their words."""
    in_order = "SELECT id, parent_id, role FROM message WHERE chat_id = ? ORDER BY id"
    columns = "json_group_array(id), json_group_array(parent_id), json_group_array(role)"
    row = connection.exec_driver_sql(f"SELECT {columns} FROM ({in_order})", (chat_id,)).fetchone()
    return Tree.of_columns(*map(json.loads, row))


def messages(connection: Reader, ids: Sequence[int]) -> list[Message]:
    """Messages in the order asked for; ids that are not there are left out."""
    wanted = json.dumps(list(ids))
    rows = connection.exec_driver_sql(f"{_MESSAGE} WHERE id {_THESE}", (wanted,)).fetchall()
    parts = _parts(connection, wanted)
    if any(row[4] == Status.GENERATING for row in rows):
        running = connection.exec_driver_sql(
            f"SELECT message_id, parts FROM checkpoint WHERE message_id {_THESE}", (wanted,)
        )
        parts.update((message_id, unpack(blob)) for message_id, blob in running)
    found = {row[0]: _message(row, parts.get(row[0], ())) for row in rows}
    return [found[message_id] for message_id in ids if message_id in found]


def require_message(connection: Reader, message_id: int) -> Message:
    """One message.

    Raises:
        AppError: MESSAGE_GONE.
    """
    from desktop.storage import failures

    found = messages(connection, [message_id])
    if not found:
        raise failures.failure(failures.MESSAGE_GONE)
    return found[0]


def texts(connection: Reader, ids: Iterable[int]) -> dict[int, str]:
    """What messages say, without reasoning and attachments."""
    said: dict[int, str] = defaultdict(str)
    for message_id, text in connection.exec_driver_sql(
        f"SELECT message_id, text FROM part WHERE kind = 'text' AND message_id {_THESE} ORDER BY message_id, position",
        (json.dumps(list(ids)),),
    ):
        said[message_id] += text
    return said


def notes(connection: Reader, chat_id: int) -> list[Note]:
    """What stands in the prompts of a chat in the place of what the model no longer sees."""
    rows = connection.exec_driver_sql(
        "SELECT note.message_id, note.text, note.model_name, note.edited FROM note"
        " JOIN message ON message.id = note.message_id WHERE message.chat_id = ? ORDER BY note.message_id",
        (chat_id,),
    ).fetchall()
    return [Note(row[0], row[1], row[2], bool(row[3])) for row in rows]


def draft_of(connection: Reader, chat_id: int) -> str:
    """What was typed in a chat and not sent (``NEW_CHAT``: in the chat that does not exist yet)."""
    row = connection.exec_driver_sql("SELECT text FROM draft WHERE chat_id = ?", (chat_id,)).fetchone()
    return "" if row is None else str(row[0])


def statistics_text(statistics: Statistics | None) -> str | None:
    """Statistics as they are stored."""
    return None if statistics is None else json.dumps(statistics._asdict(), separators=(",", ":"))


def _parts(connection: Reader, wanted: str) -> dict[int, tuple[Part, ...]]:
    found: dict[int, list[Part]] = defaultdict(list)
    for message_id, kind, text, token_ids in connection.exec_driver_sql(
        f"SELECT message_id, kind, text, token_ids FROM part WHERE message_id {_THESE} ORDER BY message_id, position",
        (wanted,),
    ):
        found[message_id].append(Part(kind_of(kind), text, tokens_from_bytes(token_ids)))
    return {message_id: tuple(parts) for message_id, parts in found.items()}


def _chat(row: Sequence[Any]) -> Chat:
    chat_id, title, origin, created_at, updated_at, pinned, active_leaf, system_prompt, at_limit, folder_id = row
    return Chat(
        chat_id,
        title,
        _ORIGINS[origin],
        created_at,
        updated_at,
        bool(pinned),
        active_leaf,
        system_prompt,
        _LIMITS[at_limit],
        folder_id,
    )


def _folder(row: Sequence[Any]) -> Folder:
    folder_id, name, days, store, is_open, number = row
    return Folder(folder_id, name, Rule(days, bool(store)), bool(is_open), number)


def _message(row: Sequence[Any], parts: tuple[Part, ...]) -> Message:
    return Message(
        id=row[0],
        chat_id=row[1],
        parent_id=row[2],
        role=_ROLES[row[3]],
        parts=parts,
        status=_STATUSES[row[4]],
        created_at=row[5],
        model_name=row[6],
        model_key=row[7],
        finish_reason=_REASONS[row[8]],
        statistics=_statistics(row[9]),
        failure=row[10],
        pinned=bool(row[11]),
    )


def _statistics(stored: str | None) -> Statistics | None:
    if not stored:
        return None
    # Fields that this version does not know are left out, so that a field can be added without a migration.
    values = cast("dict[str, Any]", json.loads(stored))
    return Statistics(**{name: value for name, value in values.items() if name in Statistics._fields})
