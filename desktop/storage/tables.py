"""The tables: what the newest schema looks like. ``migrations/`` says how older files get there.

Knows nothing of chats as values, of keys, or of files. A test holds this module, the migrations and a fresh database
against each other, so a column is added in both places or nowhere.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EMPTY = text("''")
_ZERO = text("0")


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=_EMPTY)


def _moment(name: str) -> Column[float]:
    return Column(name, Float, nullable=False, server_default=_ZERO)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=_ZERO)


folder = Table(
    "folder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    _moment("created_at"),
    # Days after its last word until a chat in it is deleted, unless the chat has days of its own.
    Column("keep_days", Integer),
    # False: nothing said in it is ever written here.
    Column("store", Boolean, nullable=False, server_default=text("1")),
    # In the list.
    Column("is_open", Boolean, nullable=False, server_default=false()),
    sqlite_autoincrement=True,
)

# Ids are never used twice (AUTOINCREMENT): a window may still hold the id of something that was purged.
chat = Table(
    "chat",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("title"),
    _words("title_origin"),
    _moment("created_at"),
    _moment("updated_at"),
    # Order of the list. A counter, since clocks jump.
    _count("sequence"),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    # Not a foreign key: chat and message would point at each other, and a leaf that is gone is harmless.
    Column("active_leaf", Integer),
    _words("system_prompt"),
    Column("deleted_at", Float),
    Column("at_limit", Text, nullable=False, server_default=text("'drop'")),
    # Not a foreign key either: the table would have to be made anew for it, and a folder that is gone is none.
    Column("folder_id", Integer),
    Index("ix_chat_sequence", "sequence"),
    Index("ix_chat_folder_id", "folder_id", sqlite_where=text("folder_id IS NOT NULL")),
    sqlite_autoincrement=True,
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", Integer, ForeignKey("chat.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", Integer, ForeignKey("message.id", ondelete="CASCADE")),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    # Which process writes the answer; empty once it is final.
    _words("writer"),
    _words("model_name"),
    _words("model_key"),
    Column("finish_reason", Text),
    _words("failure"),
    # JSON of domain.chat.Statistics: shown, never searched.
    Column("statistics", Text),
    _moment("created_at"),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    # Covers the walk over a chat's tree, so that it never touches the rows themselves.
    Index("ix_message_tree", "chat_id", "id", "parent_id", "role"),
    Index("ix_message_parent_id", "parent_id"),
    Index("ix_message_generating", "status", sqlite_where=text("status = 'generating'")),
    sqlite_autoincrement=True,
)

part = Table(
    "part",
    metadata,
    Column("message_id", Integer, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    _words("text"),
    # int32, little-endian, one after the other.
    Column("token_ids", LargeBinary),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("message_id", Integer, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("parts", LargeBinary, nullable=False),
    _moment("updated_at"),
)

draft = Table(
    "draft",
    metadata,
    # 0: the draft of a chat that does not exist yet, hence no foreign key.
    Column("chat_id", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    _moment("updated_at"),
)

model = Table(
    "model",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    _words("quant"),
    _words("architecture"),
    _count("size_bytes"),
    _count("parameters"),
    _count("layers"),
    _count("context_length"),
    Column("has_template", Boolean, nullable=False, server_default=text("1")),
    _words("template"),
    _words("key"),
    _moment("added_at"),
    _moment("last_used_at"),
    # What the user calls it; empty: ``name`` holds.
    _words("given_name"),
    # Where it came from; all empty for a file of the user's own.
    _words("repo"),
    _words("repo_file"),
    _words("revision"),
    _words("publisher"),
    _words("licence"),
    # The publisher's, in hex, one for each file, with spaces between them.
    _words("sha256"),
    # JSON of domain.trust.Check: when it was looked at, and what was found.
    Column("checked", Text),
    # JSON: the paths of a split file's other parts, in order.
    Column("parts", Text),
    _words("projector"),
    Column("kind", Text, nullable=False, server_default=text("'chat'")),
    # The name of the model that this is a smaller copy of, made here.
    _words("made_from"),
    UniqueConstraint("path"),
    sqlite_autoincrement=True,
)

# Terms that were agreed to before something was downloaded.
agreement = Table(
    "agreement",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("licence", Text, primary_key=True),
    _moment("agreed_at"),
    # SHA-256 of the text that was shown.
    _words("text_hash"),
)

download = Table(
    "download",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("repo", Text, nullable=False),
    _words("revision"),
    # JSON: name, size and sha256 of each file.
    Column("files", Text, nullable=False),
    _words("name"),
    _words("publisher"),
    _words("quant"),
    _words("state"),
    _words("licence"),
    _words("allowed_by"),
    _moment("created_at"),
    # Order of the queue.
    _count("position"),
    sqlite_autoincrement=True,
)

# Named by their address, never by what went over them.
connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    _moment("at"),
    _words("host"),
    _count("port"),
    _words("purpose"),
    _count("sent"),
    _count("received"),
    _words("allowed_by"),
    _words("result"),
    sqlite_autoincrement=True,
)

retention = Table(
    "retention",
    metadata,
    Column("chat_id", Integer, ForeignKey("chat.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Days after its last word until the chat is deleted; 0: never, whatever the rule of its folder.
    Column("days", Integer, nullable=False),
)

# Stands in the prompt in the place of everything up to this message.
note = Table(
    "note",
    metadata,
    Column("message_id", Integer, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    _words("model_name"),
    Column("edited", Boolean, nullable=False, server_default=false()),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Full text. The tables keep what was indexed, so that deleting needs no second way of working the words out.
# 'secure-delete' makes deleting remove the words at once; without it they stay in the index until it is merged.
FULL_TEXT: tuple[str, ...] = (
    "CREATE VIRTUAL TABLE message_words USING fts5(words, tokenize = 'unicode61', prefix = '1 2 3')",
    "INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1)",
    "CREATE VIRTUAL TABLE title_words USING fts5(words, tokenize = 'unicode61', prefix = '1 2 3')",
    "INSERT INTO title_words (title_words, rank) VALUES ('secure-delete', 1)",
)
