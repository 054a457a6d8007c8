"""What a good is to the guest, texts of cards, stand-ins, keys of programs, the account map."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns and tables."""
    for name in ("barcodes", "allergens"):
        op.add_column("ingredient", _new(name, sa.String(), ""))
    for name in (
        "shelf_days",
        "energy_milli",
        "protein_milli",
        "fat_milli",
        "carbohydrate_milli",
    ):
        op.add_column("ingredient", _new(name, sa.Integer(), "0"))
    op.add_column("ingredient", _new("facts_known", sa.Boolean(), sa.false()))
    op.create_table(
        "card_text",
        *(_text(name, key=True) for name in ("owner", "owner_id", "valid_from")),
        sa.Column("technology", sa.Text(), nullable=False),
        _text("login"),
        _big("at_ms"),
    )
    op.create_table(
        "substitute",
        _text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        sa.Column("position", sa.Integer(), primary_key=True, nullable=False),
        _text("substitute_id", of="ingredient.ingredient_id"),
        sa.Column("ratio_milli", sa.Integer(), nullable=False),
    )
    op.create_table(
        "api_key",
        _text("key_hash", key=True),
        *(_text(name) for name in ("name", "rights", "login")),
        _big("at_ms"),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "account_map",
        *(_text(name, key=True) for name in ("kind", "group_id")),
        *(_text(name) for name in ("debit", "credit")),
    )
    append_only(op, "card_text")


def _text(name: str, *, key: bool = False, of: str = "") -> sa.Column[str]:
    parts = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.String(), *parts, primary_key=key, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _new(
    name: str, kind: sa.types.TypeEngine[Any], start: "str | sa.ColumnElement[bool]"
) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=start)
