"""Marks of costs by week, and which late document a recalculation was made for."""

from alembic import op

from sync_server.back_office.migrations.columns import long_text, text, whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; books without marks are worked out from their last lock, once."""
    good = "ingredient.ingredient_id"
    op.create_table(
        "cost_mark",
        text("ingredient_id", key=True, of=good),
        text("day", key=True),
        text("method"),
        long_text("body"),
    )
    op.create_table(
        "recost_cause",
        text("ingredient_id", key=True, of=good),
        whole("run", key=True),
        text("document", key=True, index=True),
    )
