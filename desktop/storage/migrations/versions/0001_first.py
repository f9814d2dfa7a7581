"""The first schema: chats, messages, parts, checkpoints, drafts, models, settings, and the two full-text tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")
_ZERO = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "chat",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("title_origin", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("created_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.Column("updated_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.Column("sequence", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("active_leaf", sa.Integer),
        sa.Column("system_prompt", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("deleted_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chat_sequence"), "chat", ["sequence"])

    op.create_table(
        "message",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("chat_id", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.Integer),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("writer", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("model_name", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("model_key", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("finish_reason", sa.Text),
        sa.Column("failure", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("statistics", sa.Text),
        sa.Column("created_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_message_chat_id_chat"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["message.id"], name=op.f("fk_message_parent_id_message"), ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_message_tree"), "message", ["chat_id", "id", "parent_id", "role"])
    op.create_index(op.f("ix_message_parent_id"), "message", ["parent_id"])
    op.create_index(op.f("ix_message_generating"), "message", ["status"], sqlite_where=sa.text("status = 'generating'"))

    op.create_table(
        "part",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("token_ids", sa.LargeBinary),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_part")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_part_message_id_message"), ondelete="CASCADE"
        ),
    )

    op.create_table(
        "checkpoint",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("parts", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_checkpoint")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_checkpoint_message_id_message"), ondelete="CASCADE"
        ),
    )

    op.create_table(
        "draft",
        sa.Column("chat_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_draft")),
    )

    op.create_table(
        "model",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("quant", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("architecture", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("size_bytes", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("parameters", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("layers", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("context_length", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("has_template", sa.Boolean, nullable=False, server_default=sa.text("1")),
        sa.Column("template", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("key", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("added_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.Column("last_used_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("path", name=op.f("uq_model_path")),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "setting",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )

    for table in ("message_words", "title_words"):
        op.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = 'unicode61', prefix = '1 2 3')")
        op.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")


def downgrade() -> None:
    raise NotImplementedError("an older Snug refuses a newer file instead")
