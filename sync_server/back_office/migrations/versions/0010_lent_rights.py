"""Rights lent for a while: those the journal told of, and what the pages ask the server to lend."""

from alembic import op

from sync_server.back_office.migrations.columns import big, flag, long_text, text, whole

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lent_right",
        text("lent_id", key=True),
        text("staff_id"),
        text("by"),
        text("rights"),
        big("from_ms"),
        big("until_ms"),
        long_text("reason"),
        big("ended_ms"),
        text("ended_by"),
    )
    op.create_table(
        "lend_offer",
        whole("number", key=True),
        text("lent_id"),
        text("by"),
        text("staff_id"),
        text("rights"),
        big("until_ms"),
        long_text("reason"),
        flag("ends"),
        text("login"),
        big("at_ms"),
    )
