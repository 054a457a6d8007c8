"""Rooms, stays and folios; postings, folio lines and used allowances can only be added."""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0001"
down_revision = None


def _text(name: str, **options: object) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False, **options)  # type: ignore[arg-type]


def _minor(name: str, **options: object) -> "sa.Column[int]":
    options.setdefault("nullable", False)
    return sa.Column(name, sa.BigInteger(), **options)  # type: ignore[arg-type]


def _count(name: str, **options: object) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False, **options)  # type: ignore[arg-type]


def upgrade() -> None:
    """Make the tables of the embedded property system."""
    _house_and_stays()
    _folios()
    for table in ("folio_posting", "folio_entry", "allowance_use"):
        append_only(op, table)


def _house_and_stays() -> None:
    op.create_table(
        "house",
        _count("house_id", primary_key=True, autoincrement=False),
        _text("business_day"),
        sa.Column("night_audit", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "room",
        _text("room_no", primary_key=True),
        _text("room_key", unique=True),
        _text("kind"),
        _text("floor"),
        _count("places"),
        _minor("rate_minor"),
        _text("state"),
    )
    op.create_table(
        "stay",
        _text("stay_id", primary_key=True),
        sa.Column(
            "room_no", sa.String(), sa.ForeignKey("room.room_no"), nullable=False, index=True
        ),
        _text("guest"),
        _text("guest_folded"),
        _text("arrival"),
        _text("departure"),
        _text("status", index=True),
        _count("guests"),
        _text("board"),
        _text("allowances"),
        sa.Column("no_post", sa.Boolean(), nullable=False),
        _minor("limit_minor", nullable=True),
        _text("currency"),
        _text("vip"),
        _text("language"),
        _text("country"),
        _text("key_card", index=True),
    )


def _folios() -> None:
    op.create_table(
        "folio_posting",
        _minor("number", primary_key=True, autoincrement=False),
        _text("posting_id", unique=True),
        _text("fingerprint"),
        _text("outcome"),
        _text("code"),
        _text("answer_text"),
        _text("stay_id", index=True),
        _text("room"),
        _text("guest"),
        _text("check_no"),
        _text("outlet"),
        _count("covers"),
        _minor("total_minor"),
        _minor("charged_minor"),
        _minor("allowance_minor"),
        _text("currency"),
        _text("business_day", index=True),
        _text("hotel_day"),
        _minor("at_ms"),
        _minor("received_ms"),
        _text("waiter"),
        _text("terminal"),
        _text("note"),
        _text("meal"),
        sa.Column("reverses", sa.String(), nullable=True, index=True),
        sa.CheckConstraint("outcome IN ('posted', 'refused')", name="a_final_answer"),
        sa.CheckConstraint(
            "outcome <> 'posted' OR charged_minor + allowance_minor = total_minor",
            name="charged_and_covered_make_the_total",
        ),
    )
    op.create_table(
        "folio_entry",
        sa.Column("stay_id", sa.String(), sa.ForeignKey("stay.stay_id"), primary_key=True),
        _count("line_no", primary_key=True),
        _text("source"),
        _text("kind"),
        _text("part_kind"),
        _text("part_group"),
        _minor("net_minor"),
        _minor("amount_minor"),
        _text("hotel_day"),
        _minor("at_ms"),
        _text("note"),
        sa.UniqueConstraint("source", "part_kind", "part_group"),
    )
    op.create_table(
        "allowance_use",
        sa.Column(
            "posting_id",
            sa.String(),
            sa.ForeignKey("folio_posting.posting_id"),
            primary_key=True,
        ),
        _count("line_no", primary_key=True),
        sa.Column(
            "stay_id", sa.String(), sa.ForeignKey("stay.stay_id"), nullable=False, index=True
        ),
        _text("day"),
        _text("allowance"),
        _text("part_kind"),
        _text("part_group"),
        _minor("covered_minor"),
    )
