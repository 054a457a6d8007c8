"""A column that SQLite can only change by building the table anew."""

import sqlalchemy as sa
from alembic import op

revision = "second"
down_revision = "first"


def upgrade() -> None:
    """Notes without text are no more."""
    with op.batch_alter_table("test_note") as batch:
        batch.alter_column("text", existing_type=sa.String(40), nullable=False)
