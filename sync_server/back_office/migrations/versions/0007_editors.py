"""A draft of the menu, what the server is asked to do, and more about goods."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import added, big, long_text, text, whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "catalogue_draft",
        text("name", key=True),
        long_text("changes"),
        text("login"),
        big("at_ms"),
    )
    op.create_table(
        "stop_offer",
        whole("number", key=True),
        text("item_id"),
        big("left_milli"),
        text("login"),
        big("at_ms"),
    )
    op.create_table(
        "pin_offer",
        whole("number", key=True),
        text("staff_id"),
        text("pin_hash"),
        text("login"),
        big("at_ms"),
    )
    good = "ingredient.ingredient_id"
    op.create_table(
        "good_pack",
        text("ingredient_id", key=True, of=good),
        text("name", key=True),
        big("base_milli"),
    )
    op.create_table(
        "bottle",
        text("ingredient_id", key=True, of=good),
        whole("nominal_ml"),
        whole("full_g"),
        whole("tare_g"),
    )
    op.create_table(
        "method_loss",
        text("ingredient_id", key=True, of=good),
        text("method", key=True),
        whole("hot_bp"),
    )
    op.add_column("ingredient", added("tax_bp", sa.Integer(), "0"))
