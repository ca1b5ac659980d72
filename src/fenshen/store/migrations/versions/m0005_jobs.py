"""Long work that waits for its turn, and the processes that do it."""

import sqlalchemy as sa
from alembic import op

from fenshen.store.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("sitter", sa.String(40), nullable=False),
        sa.Column("double", sa.String(40), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(40)),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("result", sa.Text()),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("seconds", sa.Float()),
        sa.Column("told_from", UtcDateTime()),
        sa.Column("told_to", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_seq", "jobs", ["seq"], unique=True)
    op.create_index("ix_jobs_order", "jobs", ["state", "priority", "turn", "seq"])
    op.create_index("ix_jobs_sitter", "jobs", ["sitter"])
    op.create_index("ix_jobs_account", "jobs", ["account"])
    op.create_table(
        "workers",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("abreast", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
