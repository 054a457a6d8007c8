"""Facts of the till, an index of the journal, names of people and tables, report templates."""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _facts()
    op.create_table(
        "till_check",
        _text("check_id", key=True),
        *(_text(name) for name in ("number", "kind", "table_id", "owner")),
        _whole("bills"),
        sa.Column("grants", sa.Text(), nullable=False),
    )
    op.create_table(
        "journal_index",
        _whole("n", key=True),
        _whole("at_ms"),
        *(_text(name) for name in ("day", "type", "by", "device", "check_id", "number")),
        _whole("amount_minor"),
    )
    for name in ("day", "check_id", "number"):
        op.create_index(f"ix_journal_index_{name}", "journal_index", [name])
    op.create_table("till_person", _text("staff_id", key=True), _text("name"))
    op.create_table(
        "till_place",
        _text("table_id", key=True),
        *(_text(name) for name in ("label", "hall_id", "hall_en", "hall_uk")),
    )
    op.create_table(
        "report_template",
        _text("template_id", key=True),
        *(_text(name) for name in ("report", "name", "login")),
        _whole("at_ms"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    append_only(op, "till_fact")
    append_only(op, "journal_index")


def _facts() -> None:
    texts = ("kind", "day", "device", "by", "owner", "check_id", "number", "table_id")
    more = ("shift_id", "item_id", "line_id", "key", "reason")
    sums = ("qty_milli", "gross_minor", "discount_minor", "net_minor", "tax_minor", "tip_minor")
    op.create_table(
        "till_fact",
        _whole("event_n", key=True),
        _whole("position", key=True),
        _whole("at_ms"),
        *(_text(name) for name in (*texts, *more)),
        *(_whole(name) for name in (*sums, "cash_minor", "guests")),
    )
    op.create_index("ix_till_fact_day", "till_fact", ["day", "kind"])
    op.create_index("ix_till_fact_line", "till_fact", ["line_id"])


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)
