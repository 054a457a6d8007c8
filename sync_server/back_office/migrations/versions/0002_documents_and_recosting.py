"""Stock documents, locks, and what a recalculation of costs needs.

The ledger gets the columns that say what a move annuls, corrects and is made of.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

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


def _new(
    name: str, kind: sa.types.TypeEngine[Any], start: "str | sa.ColumnElement[bool]"
) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=start)


def _ledger() -> None:
    op.add_column("stock_move", _new("annuls", sa.BigInteger(), "0"))
    op.add_column("stock_move", _new("corrects", sa.BigInteger(), "0"))
    op.add_column("stock_move", _new("batch", sa.String(), ""))
    op.add_column("stock_move", _new("share", sa.BigInteger(), "0"))
    op.add_column("stock_move", _new("shared", sa.BigInteger(), "0"))
    op.add_column("stock_move", _new("passing", sa.Boolean(), sa.false()))
    op.create_index("ix_stock_move_corrects", "stock_move", ["corrects"])
    op.create_index("ix_stock_move_batch", "stock_move", ["batch"])
    op.add_column("balance", _new("layers", sa.String(), ""))
    op.add_column("balance", _new("last_day", sa.String(), ""))
    op.add_column("balance", _new("last_ms", sa.BigInteger(), "0"))


def _costing() -> None:
    op.create_table("house_setting", _text("name", key=True), _text("value"))
    op.create_table(
        "period_lock",
        _whole("number", key=True),
        _text("day"),
        _big("at_ms"),
        _text("locked_by"),
    )
    op.create_table(
        "cost_checkpoint",
        _text("day", key=True),
        _text("ingredient_id", key=True),
        _text("method"),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "recost_due",
        _text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        _text("day"),
    )
    op.create_table(
        "recost_run",
        _whole("number", key=True),
        _big("at_ms"),
        _text("first_open_day"),
        _whole("goods"),
        _whole("corrections"),
        _flag("done"),
    )
    op.create_table(
        "cost_change",
        _big("n", key=True),
        _whole("run", of="recost_run.number"),
        _text("line_id"),
        _whole("fire_no"),
        _text("item_id"),
        _text("day", index=True),
        _big("cost_minor"),
    )


def _papers() -> None:
    op.create_table(
        "paper",
        _text("paper_id", key=True),
        _text("paper", index=True),
        _text("state"),
        _whole("year"),
        sa.Column("number", sa.Integer(), nullable=True),
        _whole("revision"),
        *(_text(name) for name in ("store_id", "to_store_id", "supplier_id", "reference")),
        _text("day", index=True),
        _big("at_ms"),
        *(_text(name) for name in ("reason", "note", "split", "origin")),
        _big("total_minor"),
        sa.UniqueConstraint("paper", "year", "number", name="one_number"),
    )
    op.create_table(
        "paper_line",
        _text("paper_id", key=True, of="paper.paper_id"),
        _whole("position", key=True),
        _text("ingredient_id"),
        _text("unit"),
        _big("qty_milli"),
        _big("value_minor"),
        _whole("share_bp"),
        _flag("raw"),
        _big("net_milli"),
        _big("ready_milli"),
        _big("book_milli"),
        _text("note"),
    )
    op.create_table(
        "paper_step",
        _text("paper_id", key=True, of="paper.paper_id"),
        _whole("position", key=True),
        _big("at_ms"),
        _text("login"),
        _text("step"),
    )
    op.create_table(
        "paper_file",
        _text("paper_id", key=True, of="paper.paper_id"),
        _whole("position", key=True),
        _text("name"),
        _text("media_type"),
        _big("at_ms"),
        _text("login"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
