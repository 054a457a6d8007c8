"""Approved calculations of cards: the columns of a calculation card."""

from alembic import op

from sync_server.back_office.migrations.columns import big, long_text, text, whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "calculation",
        text("owner", key=True),
        text("owner_id", key=True),
        whole("number", key=True),
        text("day"),
        big("at_ms"),
        text("login"),
        text("valid_from"),
        whole("markup_bp"),
        whole("tax_bp"),
        big("yield_milli"),
        big("set_minor"),
        big("price_minor"),
        long_text("lines"),
    )
