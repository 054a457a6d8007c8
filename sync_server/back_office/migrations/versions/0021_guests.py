"""Guests whose names shall be erased, and the door through which the till's facts forget them."""

from alembic import op

from sync_server.back_office.migrations.columns import big, long_text, text, whole
from sync_server.store.migrations import erasable

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erase_offer",
        whole("number", key=True),
        text("subject"),
        long_text("reason"),
        text("login"),
        big("at_ms"),
    )
    named = "OLD.kind IN ('room_asked', 'club')"
    erasable(op, "till_fact", "reason", f"NEW.reason = '' AND {named}")
