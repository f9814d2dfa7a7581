"""Which model a smaller copy was made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model", sa.Column("made_from", sa.Text, nullable=False, server_default=sa.text("''")))
