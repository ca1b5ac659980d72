"""Who may be shown together, and whom an export of several people shows."""

import sqlalchemy as sa
from alembic import op

from fenshen.store.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "together",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("group", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("templates", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("agreed_at", UtcDateTime()),
        sa.Column("language", sa.String(8)),
        sa.Column("words_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_together"),
    )
    op.create_index("ix_together_group", "together", ["group", "sitter"], unique=True)
    op.create_index("ix_together_sitter", "together", ["sitter"])
    op.create_table(
        "export_people",
        sa.Column("export", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("export", "sitter", name="pk_export_people"),
    )
    op.create_index("ix_export_people_sitter", "export_people", ["sitter"])
