"""Stock, recipes, sales facts, intake and accounts: the first tables of the back office.

Quantities are thousandths of the base unit, sums minor units, days ISO text, times milliseconds.
The ledger, the facts and the exceptions refuse every change and deletion.
"""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import big, flag, long_text, text, whole
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


def _goods() -> None:
    op.create_table("unit", text("code", key=True), text("base"), whole("factor"))
    op.create_table(
        "ingredient_group",
        text("group_id", key=True),
        text("name_en"),
        text("name_uk"),
        whole("position"),
    )
    op.create_table(
        "ingredient",
        text("ingredient_id", key=True),
        text("group_id", of="ingredient_group.group_id"),
        text("unit", of="unit.code"),
        text("name_en"),
        text("name_uk"),
        text("supplier_id"),
        big("par_milli"),
        text("semi_policy"),
    )
    op.create_table(
        "ingredient_loss",
        text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        whole("month", key=True),
        whole("cold_bp"),
    )
    op.create_table(
        "supplier",
        text("supplier_id", key=True),
        text("name"),
        text("tax_number"),
        text("phone"),
        text("address"),
        whole("lead_days"),
    )


def _house() -> None:
    op.create_table(
        "store",
        text("store_id", key=True),
        text("name_en"),
        text("name_uk"),
        whole("position"),
        text("responsible"),
    )
    op.create_table(
        "station_store", text("station_id", key=True), text("store_id", of="store.store_id")
    )
    op.create_table(
        "item_category",
        text("category_id", key=True),
        text("name_en"),
        text("name_uk"),
        whole("position"),
    )
    op.create_table(
        "item",
        text("item_id", key=True),
        text("category_id", of="item_category.category_id"),
        text("name_en"),
        text("name_uk"),
    )


def _cards() -> None:
    op.create_table(
        "recipe_card",
        text("owner", key=True),
        text("owner_id", key=True),
        text("valid_from", key=True),
        big("output_milli"),
    )
    op.create_table(
        "recipe_line",
        text("owner", key=True),
        text("owner_id", key=True),
        text("valid_from", key=True),
        whole("position", key=True),
        text("ingredient_id", of="ingredient.ingredient_id"),
        big("amount_milli"),
        flag("weighed_net"),
        whole("cold_bp"),
        whole("hot_bp"),
        flag("counts_in_yield"),
    )


def _documents() -> None:
    op.create_table(
        "opening_document",
        whole("number", key=True),
        text("store_id", of="store.store_id"),
        text("day"),
        big("at_ms"),
        text("posted_by"),
    )
    op.create_table(
        "opening_line",
        whole("number", key=True, of="opening_document.number"),
        whole("position", key=True),
        text("ingredient_id", of="ingredient.ingredient_id"),
        big("qty_milli"),
        big("value_minor"),
    )


def _ledger() -> None:
    op.create_table(
        "stock_move",
        big("n", key=True),
        text("kind"),
        text("ingredient_id", of="ingredient.ingredient_id", index=True),
        text("source"),
        text("target"),
        big("qty_milli"),
        big("value_minor"),
        text("day", index=True),
        big("at_ms"),
        text("document"),
        text("line_id", index=True),
        whole("fire_no"),
        big("undoes"),
        big("event_n"),
        flag("no_cost"),
        sa.CheckConstraint("qty_milli >= 0", name="goods_go_forward"),
        sa.CheckConstraint("source <> target", name="two_places"),
    )
    op.create_table(
        "balance",
        text("store_id", key=True, of="store.store_id"),
        text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        big("qty_milli"),
        big("value_minor"),
        big("cost_qty_milli"),
        big("cost_value_minor"),
    )


def _intake() -> None:
    op.create_table("intake_cursor", text("name", key=True), big("n"))
    op.create_table(
        "sales_fact",
        big("event_n", key=True),
        whole("position", key=True),
        text("kind"),
        text("line_id", index=True),
        whole("fire_no"),
        text("item_id"),
        text("day", index=True),
        big("qty_milli"),
        big("net_minor"),
        big("cost_minor"),
    )
    op.create_table("line_part", text("line_id", key=True), text("origin"))
    op.create_table(
        "intake_exception",
        big("event_n", key=True),
        whole("position", key=True),
        text("event_type"),
        text("code"),
        long_text("params"),
        long_text("body"),
        text("day"),
        big("at_ms"),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        text("login", key=True),
        text("name"),
        text("role"),
        text("rights"),
        text("language"),
        text("password_hash"),
        flag("active"),
        whole("failures"),
        big("locked_until_ms"),
    )
    op.create_table(
        "sign_in",
        text("token_hash", key=True),
        text("login", of="account.login"),
        text("language"),
        big("expires_ms"),
    )
