"""The ledger of connections, and how long a chat is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")
_ZERO = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False, server_default=_ZERO),
        sa.Column("host", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("port", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("purpose", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("sent", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("received", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("allowed_by", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("result", sa.Text, nullable=False, server_default=_EMPTY),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "retention",
        sa.Column("chat_id", sa.Integer, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_retention")),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_retention_chat_id_chat"), ondelete="CASCADE"),
    )
