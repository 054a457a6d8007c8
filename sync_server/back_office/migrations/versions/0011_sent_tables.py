"""Tables that were sent for import are kept, so that a restart loses no dry run."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import big, text, whole

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sent_table",
        text("key", key=True),
        text("login"),
        text("subject"),
        text("name"),
        big("at_ms"),
        big("taken_ms"),
        whole("row_count"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
