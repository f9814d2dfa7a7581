"""What is done when the context is full: the choice of each chat, messages that stay in memory, notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")


def upgrade() -> None:
    op.add_column("chat", sa.Column("at_limit", sa.Text, nullable=False, server_default=sa.text("'drop'")))
    op.add_column("message", sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "note",
        sa.Column("message_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("model_name", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("edited", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_note")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_note_message_id_message"), ondelete="CASCADE"
        ),
    )
