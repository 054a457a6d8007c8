"""Stock, recipes, sales facts, intake and accounts: the first tables of the back office.

Quantities are thousandths of the base unit, sums minor units, days ISO text, times milliseconds.
The ledger, the facts and the exceptions refuse every change and deletion.
"""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _goods()
    _house()
    _cards()
    _documents()
    _ledger()
    _intake()
    _accounts()
    for table in ("stock_move", "sales_fact", "intake_exception"):
        append_only(op, table)


def _text(name: str, *, key: bool = False, of: str = "", index: bool = False) -> sa.Column[str]:
    parts = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.String(), *parts, primary_key=key, nullable=False, index=index)


def _big(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)


def _whole(name: str, *, key: bool = False, of: str = "") -> sa.Column[int]:
    parts = [sa.ForeignKey(of)] if of else []
    return sa.Column(name, sa.Integer(), *parts, primary_key=key, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _goods() -> None:
    op.create_table("unit", _text("code", key=True), _text("base"), _whole("factor"))
    op.create_table(
        "ingredient_group",
        _text("group_id", key=True),
        _text("name_en"),
        _text("name_uk"),
        _whole("position"),
    )
    op.create_table(
        "ingredient",
        _text("ingredient_id", key=True),
        _text("group_id", of="ingredient_group.group_id"),
        _text("unit", of="unit.code"),
        _text("name_en"),
        _text("name_uk"),
        _text("supplier_id"),
        _big("par_milli"),
        _text("semi_policy"),
    )
    op.create_table(
        "ingredient_loss",
        _text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        _whole("month", key=True),
        _whole("cold_bp"),
    )
    op.create_table(
        "supplier",
        _text("supplier_id", key=True),
        _text("name"),
        _text("tax_number"),
        _text("phone"),
        _text("address"),
        _whole("lead_days"),
    )


def _house() -> None:
    op.create_table(
        "store",
        _text("store_id", key=True),
        _text("name_en"),
        _text("name_uk"),
        _whole("position"),
        _text("responsible"),
    )
    op.create_table(
        "station_store", _text("station_id", key=True), _text("store_id", of="store.store_id")
    )
    op.create_table(
        "item_category",
        _text("category_id", key=True),
        _text("name_en"),
        _text("name_uk"),
        _whole("position"),
    )
    op.create_table(
        "item",
        _text("item_id", key=True),
        _text("category_id", of="item_category.category_id"),
        _text("name_en"),
        _text("name_uk"),
    )


def _cards() -> None:
    op.create_table(
        "recipe_card",
        _text("owner", key=True),
        _text("owner_id", key=True),
        _text("valid_from", key=True),
        _big("output_milli"),
    )
    op.create_table(
        "recipe_line",
        _text("owner", key=True),
        _text("owner_id", key=True),
        _text("valid_from", key=True),
        _whole("position", key=True),
        _text("ingredient_id", of="ingredient.ingredient_id"),
        _big("amount_milli"),
        _flag("weighed_net"),
        _whole("cold_bp"),
        _whole("hot_bp"),
        _flag("counts_in_yield"),
    )


def _documents() -> None:
    op.create_table(
        "opening_document",
        _whole("number", key=True),
        _text("store_id", of="store.store_id"),
        _text("day"),
        _big("at_ms"),
        _text("posted_by"),
    )
    op.create_table(
        "opening_line",
        _whole("number", key=True, of="opening_document.number"),
        _whole("position", key=True),
        _text("ingredient_id", of="ingredient.ingredient_id"),
        _big("qty_milli"),
        _big("value_minor"),
    )


def _ledger() -> None:
    op.create_table(
        "stock_move",
        _big("n", key=True),
        _text("kind"),
        _text("ingredient_id", of="ingredient.ingredient_id", index=True),
        _text("source"),
        _text("target"),
        _big("qty_milli"),
        _big("value_minor"),
        _text("day", index=True),
        _big("at_ms"),
        _text("document"),
        _text("line_id", index=True),
        _whole("fire_no"),
        _big("undoes"),
        _big("event_n"),
        _flag("no_cost"),
        sa.CheckConstraint("qty_milli >= 0", name="goods_go_forward"),
        sa.CheckConstraint("source <> target", name="two_places"),
    )
    op.create_table(
        "balance",
        _text("store_id", key=True, of="store.store_id"),
        _text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        _big("qty_milli"),
        _big("value_minor"),
        _big("cost_qty_milli"),
        _big("cost_value_minor"),
    )


def _intake() -> None:
    op.create_table("intake_cursor", _text("name", key=True), _big("n"))
    op.create_table(
        "sales_fact",
        _big("event_n", key=True),
        _whole("position", key=True),
        _text("kind"),
        _text("line_id", index=True),
        _whole("fire_no"),
        _text("item_id"),
        _text("day", index=True),
        _big("qty_milli"),
        _big("net_minor"),
        _big("cost_minor"),
    )
    op.create_table("line_part", _text("line_id", key=True), _text("origin"))
    op.create_table(
        "intake_exception",
        _big("event_n", key=True),
        _whole("position", key=True),
        _text("event_type"),
        _text("code"),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _text("day"),
        _big("at_ms"),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        _text("login", key=True),
        _text("name"),
        _text("role"),
        _text("rights"),
        _text("language"),
        _text("password_hash"),
        _flag("active"),
        _whole("failures"),
        _big("locked_until_ms"),
    )
    op.create_table(
        "sign_in",
        _text("token_hash", key=True),
        _text("login", of="account.login"),
        _text("language"),
        _big("expires_ms"),
    )
