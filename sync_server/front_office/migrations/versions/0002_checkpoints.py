"""Signed checkpoints of the journal, and what was adopted after a restore; both only grow."""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "checkpoint",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "adoption",
        sa.Column("n_from", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("n_to", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("dev", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    for table in ("checkpoint", "adoption"):
        append_only(op, table)
