"""Devices that are shut out, and the files of what they had kept."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import big, long_text, text, whole

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "revoke_offer",
        whole("number", key=True),
        text("dev"),
        text("code"),
        long_text("reason"),
        text("login"),
        big("at_ms"),
    )
    op.create_table(
        "unsent_file",
        text("key", key=True),
        text("dev"),
        text("code"),
        text("login"),
        text("name"),
        big("at_ms"),
        text("by"),
        long_text("wanted"),
        big("asked_ms"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
