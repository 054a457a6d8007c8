"""Room charges by the day the hotel was told, and what its report said; filled from the journal."""

from alembic import op

from sync_server.back_office.migrations.columns import big, text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the whole journal is told to them by a cursor of their own."""
    op.create_table(
        "room_charge",
        text("charge_id", key=True),
        *(text(name) for name in ("day", "check_id", "number", "room", "by", "state")),
        *(big(name) for name in ("amount_minor", "at_ms", "asked_n", "answered_n")),
    )
    op.create_index("ix_room_charge_day", "room_charge", ["day"])
    op.create_index("ix_room_charge_check", "room_charge", ["check_id"])
    op.create_table(
        "hotel_stated",
        text("day", key=True),
        big("total_minor"),
        text("by"),
        big("at_ms"),
        big("event_n"),
    )
