"""What was sent to other property systems, their numbers, and the guests they told of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str, **options: object) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False, **options)  # type: ignore[arg-type]


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Make the tables of links."""
    op.create_table(
        "link_sent",
        _text("link", primary_key=True),
        _text("posting_id", primary_key=True),
        sa.Column("attempt", sa.Integer(), nullable=False, primary_key=True),
        _number("number"),
        _text("state"),
        _text("fingerprint"),
        _text("stay_id", index=True),
        _number("total_minor"),
        sa.Column("reverses", sa.String(), nullable=True, index=True),
        _number("at_ms"),
        _number("sent_ms"),
        _number("answer_ms"),
        _text("code"),
        _text("words"),
        _text("ref"),
        _text("posting"),
        sa.UniqueConstraint("link", "number"),
    )
    op.create_table("link_counter", _text("link", primary_key=True), _number("number"))
    op.create_table(
        "link_guest",
        _text("link", primary_key=True),
        _text("stay_id", primary_key=True),
        _text("room"),
        _text("fields"),
    )
