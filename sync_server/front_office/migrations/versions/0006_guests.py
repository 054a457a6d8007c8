"""Events that name a guest, those whose names were erased, and the door through which that is done.

Events of before this revision have no salt: their names are in the chain and cannot be erased.
"""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only, erasable

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables and open the door."""
    op.create_table(
        "guest_record",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, index=True),
    )
    op.create_table(
        "erasure",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("cmd_id", sa.String(), nullable=False, index=True),
        sa.Column("by_n", sa.BigInteger(), nullable=False),
    )
    append_only(op, "erasure")
    erasable(op, "journal", "data", "EXISTS (SELECT 1 FROM erasure AS e WHERE e.n = OLD.n)")
    erasable(op, "inbox", "data", "EXISTS (SELECT 1 FROM erasure AS e WHERE e.cmd_id = OLD.cmd_id)")
