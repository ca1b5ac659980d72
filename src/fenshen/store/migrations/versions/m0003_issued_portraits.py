"""The register of issued portraits, their exports, and applications to leave the visible label out."""

import sqlalchemy as sa
from alembic import op

from fenshen.store.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exports",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sitter", sa.String(40)),
        sa.Column("double", sa.String(40)),
        sa.Column("application", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_sitter", "exports", ["sitter"])
    op.create_table(
        "issued",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("export", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("template", sa.String(40)),
        sa.Column("engine", sa.String(40), nullable=False),
        sa.Column("engine_version", sa.Integer(), nullable=False),
        sa.Column("software", sa.String(16), nullable=False),
        sa.Column("source_type", sa.String(40), nullable=False),
        sa.Column("label", sa.String(8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("beautify", sa.Integer(), nullable=False),
        sa.Column("closer", sa.Integer(), nullable=False),
        sa.Column("whole", sa.String(16), nullable=False),
        sa.Column("middle", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issued"),
    )
    op.create_index("ix_issued_mark", "issued", ["mark"], unique=True)
    op.create_index("ix_issued_export", "issued", ["export"])
    op.create_table(
        "label_free",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("duty_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label_free"),
    )
    op.create_index("ix_label_free_sitter", "label_free", ["sitter"])
