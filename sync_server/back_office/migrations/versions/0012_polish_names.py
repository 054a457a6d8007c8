"""Goods, groups, stores, dishes, categories, halls and stations have Polish names."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import added

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMED = (
    ("ingredient_group", "name_pl"),
    ("ingredient", "name_pl"),
    ("store", "name_pl"),
    ("item_category", "name_pl"),
    ("item", "name_pl"),
    ("kitchen_station", "name_pl"),
    ("till_place", "hall_pl"),
)


def upgrade() -> None:
    """Add the columns; without a name the English one is shown."""
    for table, column in NAMED:
        op.add_column(table, added(column, sa.String(), ""))
