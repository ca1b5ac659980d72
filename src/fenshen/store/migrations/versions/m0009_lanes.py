"""Lanes: which machines can do a job, and which lanes a worker serves."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what waits already is for the processor."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("lane", sa.String(16), nullable=False, server_default="cpu"))
        jobs.add_column(sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
        jobs.drop_index("ix_jobs_order")
        jobs.create_index("ix_jobs_order", ["state", "lane", "priority", "turn", "seq"])
    with op.batch_alter_table("workers") as workers:
        workers.add_column(sa.Column("lanes", sa.String(128), nullable=False, server_default="cpu=1"))
