"""Finding chats by their words.

Every word is looked for as the beginning of one; all of them must be there. Rare finds are ranked; where the words are
common, the newest come first, since ranking would have to look at every message there is.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.domain.chat import SearchHit
from desktop.storage import rows, words
from desktop.storage.database import Database
from desktop.storage.snippets import Snippets

RANKED_AT_MOST = 200
"""More finds than this are not ranked."""

_COMMON = 2000

# CROSS JOIN keeps this order of loops: the index gives the newest first, one by one, and the limit ends it early.
_MESSAGES = (
    "SELECT m.id, c.id, c.title, c.updated_at FROM message_words AS w CROSS JOIN message AS m ON m.id = w.rowid"
    " CROSS JOIN chat AS c ON c.id = m.chat_id WHERE w.words MATCH ? AND c.deleted_at IS NULL"
    " ORDER BY w.rowid DESC LIMIT ?"
)
_TITLES = (
    "SELECT c.id, c.title, c.updated_at FROM title_words AS w CROSS JOIN chat AS c ON c.id = w.rowid"
    " WHERE w.words MATCH ? AND c.deleted_at IS NULL ORDER BY c.sequence DESC LIMIT ?"
)
_RANKS = "SELECT rowid, bm25(message_words) FROM message_words WHERE words MATCH ?"
_HOW_MANY = "SELECT count(*) FROM (SELECT 1 FROM message_words WHERE words MATCH ? LIMIT ?)"


class Search:
    """Searches one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: str, limit: int = 50) -> list[SearchHit]:
        """Chats by their titles, then messages by what they say. Nothing in ``query`` is an operator."""
        pieces = words.pieces(query)
        if not pieces or limit < 1:
            return []
        phrases = [words.phrase(piece) for piece in pieces]
        snippets = Snippets(pieces)
        with self._database.read() as connection:
            hits = _titles(connection, phrases, snippets, limit)
            return hits + _messages(connection, phrases, snippets, limit - len(hits))


def _titles(connection: Connection, phrases: Sequence[str], snippets: Snippets, limit: int) -> list[SearchHit]:
    hits: list[SearchHit] = []
    found = connection.exec_driver_sql(_TITLES, (" ".join(phrases), limit))
    for chat_id, title, updated_at in found:
        snippet, spans = snippets.cut(title)
        hits.append(SearchHit(chat_id, title, None, snippet, spans, updated_at))
    return hits


def _messages(connection: Connection, phrases: Sequence[str], snippets: Snippets, limit: int) -> list[SearchHit]:
    if limit < 1:
        return []
    question = " ".join(phrases)
    found = list(connection.exec_driver_sql(_MESSAGES, (question, max(limit, RANKED_AT_MOST + 1))))
    if len(found) <= RANKED_AT_MOST and _worth_ranking(connection, phrases):
        # Lower is better; of equal rank the newest stay in front.
        ranks = {row[0]: float(row[1]) for row in connection.exec_driver_sql(_RANKS, (question,))}
        found.sort(key=lambda row: ranks[row[0]])
    found = found[:limit]
    said = rows.texts(connection, (row[0] for row in found))
    hits: list[SearchHit] = []
    for message_id, chat_id, title, updated_at in found:
        snippet, spans = snippets.cut(said[message_id])
        hits.append(SearchHit(chat_id, title, message_id, snippet, spans, updated_at))
    return hits


def _worth_ranking(connection: Connection, phrases: Sequence[str]) -> bool:
    # To weigh a word, SQLite counts all messages it is in, also those the other words rule out.
    if len(phrases) == 1:
        return True
    counts = (connection.exec_driver_sql(_HOW_MANY, (phrase, _COMMON)).scalar() for phrase in phrases)
    return all(int(count or 0) < _COMMON for count in counts)
