"""Folders of chats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "folder",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("keep_days", sa.Integer),
        sa.Column("store", sa.Boolean, nullable=False, server_default=sa.text("1")),
        sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
        sqlite_autoincrement=True,
    )
    op.add_column("chat", sa.Column("folder_id", sa.Integer))
    op.create_index("ix_chat_folder_id", "chat", ["folder_id"], sqlite_where=sa.text("folder_id IS NOT NULL"))
