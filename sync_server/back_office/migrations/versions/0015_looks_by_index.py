"""Indexes for what shows one good, check, shift, dish or line, in books of several years.

The facts of the till are asked by kind and then by day; the order in which their index had it
could not be used for one kind of a long time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BOUGHT = "kind IN ('opening', 'receipt') AND qty_milli > 0 AND annuls = 0"
_MONEY = "kind IN ('check', 'refund', 'tender', 'cash')"


def upgrade() -> None:
    """Make them, and take away those that they stand for."""
    _index("stock_move", "bought", ["ingredient_id", "day", "at_ms"], _BOUGHT)
    _index("till_fact", "check", ["check_id", "kind", "day"], _MONEY)
    _index("till_fact", "shift", ["shift_id"], _MONEY)
    _index("till_fact", "kind", ["kind", "day"])
    _index("sales_fact", "item", ["item_id", "day"])
    _index("cost_change", "line_id", ["line_id"])
    op.drop_index("ix_till_fact_day", "till_fact")
    op.drop_index("ix_journal_index_day", "journal_index")
    _index("journal_index", "day", ["day", "type"])


def _index(table: str, name: str, columns: list[str], where: str = "") -> None:
    said = sa.text(where) if where else None
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=said, postgresql_where=said)
