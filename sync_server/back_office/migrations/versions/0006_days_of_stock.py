"""Sums of stock by day beside the ledger, and indexes of what few moves say.

Most moves undo, annul, correct and make nothing: only those that do stand in an index.
"""

import sqlalchemy as sa
from alembic import op

from sync_server.back_office.migrations.columns import big, text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = ("ingredient_id", "day", "kind", "source", "target")


def upgrade() -> None:
    """Make the table out of the moves that are there, and change the indexes."""
    op.create_table(
        "stock_day",
        text("ingredient_id", key=True, of="ingredient.ingredient_id"),
        *(text(name, key=True) for name in KEY[1:]),
        *(big(name) for name in ("qty_milli", "value_minor", "moves")),
        sqlite_with_rowid=False,
    )
    _add_up()
    for name in ("ingredient_id", "corrects", "batch"):
        op.drop_index(f"ix_stock_move_{name}", "stock_move")
    op.create_index("ix_stock_move_good", "stock_move", ["ingredient_id", "day", "at_ms"])
    op.create_index("ix_stock_move_document", "stock_move", ["document"])
    for name, where in (
        ("undoes", "undoes <> 0"),
        ("annuls", "annuls <> 0"),
        ("corrects", "corrects <> 0"),
        ("batch", "batch <> ''"),
    ):
        said = sa.text(where)
        op.create_index(
            f"ix_stock_move_{name}",
            "stock_move",
            [name],
            sqlite_where=said,
            postgresql_where=said,
        )


def _add_up() -> None:
    """What the moves that are there add up to."""
    keys: list[sa.ColumnElement[str]] = [sa.column(name) for name in KEY]
    added = ("qty_milli", "value_minor")
    sums: list[sa.ColumnElement[int]] = [sa.func.sum(sa.column(name)) for name in added]
    moves = sa.select(*keys, *sums, sa.func.count()).select_from(sa.table("stock_move"))
    names = [*KEY, *added, "moves"]
    target = sa.table("stock_day", *(sa.column(name) for name in names))
    op.execute(target.insert().from_select(names, moves.group_by(*keys)))
