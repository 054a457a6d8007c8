"""What a good is to the guest, texts of cards, stand-ins, keys of programs, the account map."""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import added, big, long_text, text
from sync_server.store.migrations import append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns and tables."""
    for name in ("barcodes", "allergens"):
        op.add_column("ingredient", added(name, sa.String(), ""))
    for name in (
        "shelf_days",
        "energy_milli",
        "protein_milli",
        "fat_milli",
        "carbohydrate_milli",
    ):
        op.add_column("ingredient", added(name, sa.Integer(), "0"))
    op.add_column("ingredient", added("facts_known", sa.Boolean(), sa.false()))
    op.create_table(
        "card_text",
        *(text(name, key=True) for name in ("owner", "owner_id", "valid_from")),
        long_text("technology"),
        text("login"),
        big("at_ms"),
    )
    op.create_table(
        "substitute",
        text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        sa.Column("position", sa.Integer(), primary_key=True, nullable=False),
        text("substitute_id", of="ingredient.ingredient_id"),
        sa.Column("ratio_milli", sa.Integer(), nullable=False),
    )
    op.create_table(
        "api_key",
        text("key_hash", key=True),
        *(text(name) for name in ("name", "rights", "login")),
        big("at_ms"),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "account_map",
        *(text(name, key=True) for name in ("kind", "group_id")),
        *(text(name) for name in ("debit", "credit")),
    )
    append_only(op, "card_text")
