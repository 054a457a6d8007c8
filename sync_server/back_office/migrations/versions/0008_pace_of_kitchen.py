"""The kitchen's pace: times of tickets and dishes, the tickets of the running day, stations."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import big, long_text, text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the whole journal is told to them by a cursor of their own."""
    op.create_table(
        "kitchen_time",
        *(big(name, key=True) for name in ("event_n", "position")),
        big("at_ms"),
        *(text(name) for name in ("day", "station_id", "item_id")),
        *(big(name) for name in ("count", "took_ms", "late")),
        sa.Index("ix_kitchen_time_day", "day"),
    )
    op.create_table("kitchen_ticket", text("ticket_id", key=True), long_text("state"))
    op.create_table(
        "kitchen_station",
        text("station_id", key=True),
        *(text(name) for name in ("name_en", "name_uk")),
    )
