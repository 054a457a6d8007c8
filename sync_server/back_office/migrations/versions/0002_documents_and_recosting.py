"""Stock documents, locks, and what a recalculation of costs needs.

The ledger gets the columns that say what a move annuls, corrects and is made of.
"""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import added, big, flag, long_text, text, whole
from sync_server.store.migrations import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    _ledger()
    _costing()
    _papers()
    for table in ("stock_move", "cost_change", "period_lock", "paper_step"):
        append_only(op, table)


def _ledger() -> None:
    op.add_column("stock_move", added("annuls", sa.BigInteger(), "0"))
    op.add_column("stock_move", added("corrects", sa.BigInteger(), "0"))
    op.add_column("stock_move", added("batch", sa.String(), ""))
    op.add_column("stock_move", added("share", sa.BigInteger(), "0"))
    op.add_column("stock_move", added("shared", sa.BigInteger(), "0"))
    op.add_column("stock_move", added("passing", sa.Boolean(), sa.false()))
    op.create_index("ix_stock_move_corrects", "stock_move", ["corrects"])
    op.create_index("ix_stock_move_batch", "stock_move", ["batch"])
    op.add_column("balance", added("layers", sa.String(), ""))
    op.add_column("balance", added("last_day", sa.String(), ""))
    op.add_column("balance", added("last_ms", sa.BigInteger(), "0"))


def _costing() -> None:
    op.create_table("house_setting", text("name", key=True), text("value"))
    op.create_table(
        "period_lock",
        whole("number", key=True),
        text("day"),
        big("at_ms"),
        text("locked_by"),
    )
    op.create_table(
        "cost_checkpoint",
        text("day", key=True),
        text("ingredient_id", key=True),
        text("method"),
        long_text("body"),
    )
    op.create_table(
        "recost_due",
        text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        text("day"),
    )
    op.create_table(
        "recost_run",
        whole("number", key=True),
        big("at_ms"),
        text("first_open_day"),
        whole("goods"),
        whole("corrections"),
        flag("done"),
    )
    op.create_table(
        "cost_change",
        big("n", key=True),
        whole("run", of="recost_run.number"),
        text("line_id"),
        whole("fire_no"),
        text("item_id"),
        text("day", index=True),
        big("cost_minor"),
    )


def _papers() -> None:
    op.create_table(
        "paper",
        text("paper_id", key=True),
        text("paper", index=True),
        text("state"),
        whole("year"),
        sa.Column("number", sa.Integer(), nullable=True),
        whole("revision"),
        *(text(name) for name in ("store_id", "to_store_id", "supplier_id", "reference")),
        text("day", index=True),
        big("at_ms"),
        *(text(name) for name in ("reason", "note", "split", "origin")),
        big("total_minor"),
        sa.UniqueConstraint("paper", "year", "number", name="one_number"),
    )
    op.create_table(
        "paper_line",
        text("paper_id", key=True, of="paper.paper_id"),
        whole("position", key=True),
        text("ingredient_id"),
        text("unit"),
        big("qty_milli"),
        big("value_minor"),
        whole("share_bp"),
        flag("raw"),
        big("net_milli"),
        big("ready_milli"),
        big("book_milli"),
        text("note"),
    )
    op.create_table(
        "paper_step",
        text("paper_id", key=True, of="paper.paper_id"),
        whole("position", key=True),
        big("at_ms"),
        text("login"),
        text("step"),
    )
    op.create_table(
        "paper_file",
        text("paper_id", key=True, of="paper.paper_id"),
        whole("position", key=True),
        text("name"),
        text("media_type"),
        big("at_ms"),
        text("login"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
