"""The journal of the tests, with a table that refers to it."""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "first"
down_revision = None


def upgrade() -> None:
    """Two tables, one of them append-only."""
    op.create_table(
        "test_entry",
        sa.Column("n", sa.Integer(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "test_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entry_n", sa.Integer(), sa.ForeignKey("test_entry.n"), nullable=False),
        sa.Column("text", sa.String(40)),
    )
    append_only(op, "test_entry")
