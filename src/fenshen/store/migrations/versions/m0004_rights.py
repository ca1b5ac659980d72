"""Refusals, erasures under way, terms of a consent, and how long a sitter wants a double kept.

A consent of before names no terms, so it stands no more and is asked for anew.
"""

import sqlalchemy as sa
from alembic import op

from fenshen.store.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    _widen_consents()
    with op.batch_alter_table("doubles") as table:
        table.add_column(sa.Column("idle_days", sa.Integer(), nullable=False, server_default="30"))
    with op.batch_alter_table("doubles") as table:
        table.alter_column("idle_days", server_default=None)
    op.create_table(
        "refusals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_sitter", "refusals", ["sitter"])
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40)),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("receipt", sa.String(40), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_sitter", "erasures", ["sitter"])
    op.create_table(
        "erasure_items",
        sa.Column("erasure", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("erasure", "kind", "key_id", name="pk_erasure_items"),
    )


def _widen_consents() -> None:
    with op.batch_alter_table("consents") as table:
        table.add_column(sa.Column("terms_sha256", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("receipt", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("age_band", sa.String(8), nullable=False, server_default=">=18"))
        table.drop_column("is_adult")
    with op.batch_alter_table("consents") as table:
        for name in ("terms_sha256", "receipt", "age_band"):
            table.alter_column(name, server_default=None)
