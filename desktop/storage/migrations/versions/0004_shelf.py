"""Where models come from and how far they are to be trusted; terms that were agreed to; the queue of downloads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")
_ZERO = sa.text("0")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=_EMPTY)


def upgrade() -> None:
    for name in ("given_name", "repo", "repo_file", "revision", "publisher", "licence", "sha256"):
        op.add_column("model", _words(name))
    op.add_column("model", sa.Column("checked", sa.Text))
    op.add_column("model", sa.Column("parts", sa.Text))
    op.add_column("model", _words("projector"))
    op.add_column("model", sa.Column("kind", sa.Text, nullable=False, server_default=sa.text("'chat'")))
    op.create_table(
        "agreement",
        sa.Column("repo", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("agreed_at", sa.Float, nullable=False, server_default=_ZERO),
        _words("text_hash"),
        sa.PrimaryKeyConstraint("repo", "licence", name=op.f("pk_agreement")),
    )
    op.create_table(
        "download",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("repo", sa.Text, nullable=False),
        _words("revision"),
        sa.Column("files", sa.Text, nullable=False),
        _words("name"),
        _words("publisher"),
        _words("quant"),
        _words("state"),
        _words("licence"),
        _words("allowed_by"),
        sa.Column("created_at", sa.Float, nullable=False, server_default=_ZERO),
        sa.Column("position", sa.Integer, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download")),
        sqlite_autoincrement=True,
    )
