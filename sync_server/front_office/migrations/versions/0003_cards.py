"""Cards and key fobs that sign people in, one a person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "card",
        sa.Column("staff_id", sa.String(), primary_key=True),
        sa.Column("card_hash", sa.String(), nullable=False, unique=True),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
    )
