"""Putting words into the full-text index and taking them out, within the caller's transaction.

A row is added once a message is final, never while it is written: an index that is kept up with every checkpoint
costs a quarter of a second each time.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.domain.chat import Part, PartKind
from desktop.storage.parts import storable
from desktop.storage.words import index_form


def add_message(connection: Connection, message_id: int, parts: Sequence[Part]) -> None:
    """Index what a message says: its text, not the reasoning and not the attachments."""
    words = index_form(storable("".join(part.text for part in parts if part.kind is PartKind.TEXT)))
    if words.strip():
        connection.exec_driver_sql("INSERT INTO message_words (rowid, words) VALUES (?, ?)", (message_id, words))


def remove_message(connection: Connection, message_id: int) -> None:
    """Take a message out again; nothing happens if it is not in."""
    connection.exec_driver_sql("DELETE FROM message_words WHERE rowid = ?", (message_id,))


def set_title(connection: Connection, chat_id: int, title: str) -> None:
    """Index a chat's title in place of the one before."""
    remove_title(connection, chat_id)
    words = index_form(title)
    if words.strip():
        connection.exec_driver_sql("INSERT INTO title_words (rowid, words) VALUES (?, ?)", (chat_id, words))


def remove_title(connection: Connection, chat_id: int) -> None:
    """Take a chat's title out."""
    connection.exec_driver_sql("DELETE FROM title_words WHERE rowid = ?", (chat_id,))
