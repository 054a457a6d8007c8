"""What each person chose for oneself at the terminals, one text a person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "liking",
        sa.Column("staff_id", sa.String(), primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
    )
